# A sanitizer has to see every object of a program, so this one setting is for the whole directory.
if(MCP_OAUTH_SANITIZE)
    if(NOT mcp_oauth_top_level)
        message(FATAL_ERROR "MCP_OAUTH_SANITIZE is for this project's own builds")
    endif()
    add_compile_options(-fsanitize=${MCP_OAUTH_SANITIZE} -fno-sanitize-recover=all
                        -fno-omit-frame-pointer)
    add_link_options(-fsanitize=${MCP_OAUTH_SANITIZE})
endif()
