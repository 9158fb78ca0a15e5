# An adapter binds one outside thing. It is a component of its own, `mcp_oauth::<name>`, so that its
# dependency is met by those who ask for it and by nobody else. The core never links one.
set(mcp_oauth_adapters)

# A template over the host's own cpp-httplib types, so it brings no dependency along.
add_library(mcp_oauth_httplib INTERFACE)
target_link_libraries(mcp_oauth_httplib INTERFACE mcp_oauth)
list(APPEND mcp_oauth_adapters httplib)

foreach(adapter IN LISTS mcp_oauth_adapters)
    add_library(mcp_oauth::${adapter} ALIAS mcp_oauth_${adapter})
    set_target_properties(mcp_oauth_${adapter} PROPERTIES EXPORT_NAME ${adapter})
endforeach()
