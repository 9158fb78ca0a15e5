# What is asked for by name, `mcp_oauth::<name>`, so that its dependency is met by those who ask for
# it and by nobody else. An adapter binds one outside thing; the core never links one.
set(mcp_oauth_components)

# A template over the host's own cpp-httplib types, so it brings no dependency along.
add_library(mcp_oauth_httplib INTERFACE)
target_link_libraries(mcp_oauth_httplib INTERFACE mcp_oauth)
list(APPEND mcp_oauth_components httplib)

# mcp_oauth_component(NAME FOLDER): a library out of src/FOLDER.
function(mcp_oauth_component name folder)
    file(GLOB sources CONFIGURE_DEPENDS "${PROJECT_SOURCE_DIR}/src/${folder}/*.cpp")
    add_library(mcp_oauth_${name} ${sources})
    target_link_libraries(mcp_oauth_${name} PUBLIC mcp_oauth)
    target_include_directories(mcp_oauth_${name} PRIVATE "${PROJECT_SOURCE_DIR}/src")
    mcp_oauth_library_properties(mcp_oauth_${name})
    set(mcp_oauth_components ${mcp_oauth_components} ${name} PARENT_SCOPE)
endfunction()

# What hosts test with. It has threads of its own.
find_package(Threads REQUIRED)
mcp_oauth_component(testing testing)
target_link_libraries(mcp_oauth_testing PRIVATE Threads::Threads)
if(NOT MCP_OAUTH_INSTALL AND NOT MCP_OAUTH_BUILD_TESTS)
    # An embedding host builds it with the tests that link it.
    set_target_properties(mcp_oauth_testing PROPERTIES EXCLUDE_FROM_ALL ON)
endif()

# Needs nothing but the system: modes, links and flushes as POSIX has them.
if(UNIX)
    mcp_oauth_component(key_file adapters/key_file)
else()
    message(STATUS "mcp_oauth::key_file is left out: this is no POSIX system")
endif()

# mcp_oauth_adapter(NAME MODULE MINIMUM): the adapter in src/adapters/NAME, over pkg-config's MODULE.
# Where that is not installed the adapter is left out, unless it was asked for.
find_package(PkgConfig QUIET)
set(mcp_oauth_modules)
function(mcp_oauth_adapter name module minimum)
    string(TOUPPER "MCP_OAUTH_${name}" option)
    set(${option} AUTO CACHE STRING "Build mcp_oauth::${name}: ON, OFF, or AUTO (where ${module} is installed)")
    set_property(CACHE ${option} PROPERTY STRINGS AUTO ON OFF)
    if(${option} STREQUAL "OFF")
        return()
    endif()
    set(found mcp_oauth_uses_${module})
    if(PKG_CONFIG_FOUND)
        pkg_check_modules(${found} QUIET IMPORTED_TARGET GLOBAL "${module}>=${minimum}")
    endif()
    if(NOT ${found}_FOUND)
        if(NOT ${option} STREQUAL "AUTO")
            message(FATAL_ERROR "${option} is ON, but pkg-config finds no ${module} ${minimum} or later")
        endif()
        message(STATUS "mcp_oauth::${name} is left out: pkg-config finds no ${module} ${minimum} or later")
        return()
    endif()
    mcp_oauth_component(${name} adapters/${name})
    target_link_libraries(mcp_oauth_${name} PRIVATE PkgConfig::${found})
    set(mcp_oauth_module_of_${name} "${module}>=${minimum}" PARENT_SCOPE)
    string(APPEND mcp_oauth_modules "set(mcp_oauth_module_of_${name} \"${module}>=${minimum}\")\n")
    set(mcp_oauth_modules "${mcp_oauth_modules}" PARENT_SCOPE) # for the installed package
    set(mcp_oauth_components ${mcp_oauth_components} PARENT_SCOPE)
endfunction()

mcp_oauth_adapter(sqlite sqlite3 3.24) # ON CONFLICT DO NOTHING
mcp_oauth_adapter(postgresql libpq 14)
mcp_oauth_adapter(redis hiredis 0.14)
mcp_oauth_adapter(curl libcurl 7.77) # CURLOPT_CAINFO_BLOB

foreach(component IN LISTS mcp_oauth_components)
    add_library(mcp_oauth::${component} ALIAS mcp_oauth_${component})
    set_target_properties(mcp_oauth_${component} PROPERTIES EXPORT_NAME ${component})
endforeach()
