# One test program for each room, `test_<room>`, out of the sources in tests/<room>. They run in
# tests/, so a test opens its data as "vectors/<name>".
#
# A name that selects no test must fail, such as one with a semicolon, which CMake cannot pass on.
# Version 3 of Catch2 sees to that by itself.
set(no_empty_success)
if(Catch2_VERSION VERSION_LESS 3)
    set(no_empty_success --warn NoTests)
endif()

# The adapter for cpp-httplib is tested against the system's, which is compiled: without the macros that
# pkg-config tells, the layout of its classes differs from the library's.
find_package(PkgConfig QUIET)
if(PKG_CONFIG_FOUND)
    pkg_check_modules(mcp_oauth_test_httplib QUIET IMPORTED_TARGET cpp-httplib)
endif()

# test_of(NAME SOURCES [catch_discover_tests' PROPERTIES ...]): the program test_NAME.
function(test_of name sources)
    if(BUILD_SHARED_LIBS)
        # What these test is hidden in a shared library, as it should be.
        list(FILTER sources EXCLUDE REGEX "_internal_test\\.cpp$")
    endif()
    if(NOT sources)
        return()
    endif()
    add_executable(test_${name} ${sources})
    target_link_libraries(test_${name} PRIVATE test_support)
    target_include_directories(test_${name} PRIVATE "${PROJECT_SOURCE_DIR}/src")
    target_precompile_headers(test_${name} REUSE_FROM test_support)
    mcp_oauth_test_flags(test_${name})
    catch_discover_tests(test_${name} TEST_PREFIX "${name}."
                         WORKING_DIRECTORY "${CMAKE_CURRENT_SOURCE_DIR}"
                         EXTRA_ARGS ${no_empty_success} ${ARGN})
endfunction()

# Third-party vectors, for the tests tagged [wycheproof]: see support/wycheproof.hpp.
set(MCP_OAUTH_WYCHEPROOF "" CACHE PATH "The folder of Project Wycheproof's testvectors_v1; empty: not run")
set(vectors)
if(MCP_OAUTH_WYCHEPROOF)
    set(vectors PROPERTIES ENVIRONMENT "MCP_OAUTH_WYCHEPROOF=${MCP_OAUTH_WYCHEPROOF}")
endif()

foreach(room base grammar rfc grant ports server testing)
    file(GLOB_RECURSE sources CONFIGURE_DEPENDS "${CMAKE_CURRENT_SOURCE_DIR}/${room}/*.cpp")
    test_of(${room} "${sources}" ${vectors})
endforeach()
target_link_libraries(test_ports PRIVATE mcp_oauth::testing)
target_link_libraries(test_testing PRIVATE mcp_oauth::testing)

if(mcp_oauth_test_httplib_FOUND)
    find_package(Threads REQUIRED)
    file(GLOB sources CONFIGURE_DEPENDS "${CMAKE_CURRENT_SOURCE_DIR}/adapters/*.cpp")
    test_of(adapters "${sources}")
    target_link_libraries(test_adapters PRIVATE mcp_oauth::httplib PkgConfig::mcp_oauth_test_httplib
                                                Threads::Threads)
endif()

# Each adapter that was built is tested by a program of its own, out of tests/adapters/NAME. One that needs
# a server has a server.sh there, which starts a private one; since tests stop and restart it, they run one
# after the other.
foreach(name IN LISTS mcp_oauth_components)
    set(folder "${CMAKE_CURRENT_SOURCE_DIR}/adapters/${name}")
    file(GLOB sources CONFIGURE_DEPENDS "${folder}/*.cpp")
    set(properties)
    if(EXISTS "${folder}/server.sh")
        set(server "${CMAKE_CURRENT_BINARY_DIR}/${name}_server")
        foreach(verb start stop)
            add_test(NAME ${name}.${verb}_server COMMAND sh "${folder}/server.sh" ${verb} "${server}")
        endforeach()
        set_tests_properties(${name}.start_server PROPERTIES FIXTURES_SETUP ${name}_server)
        set_tests_properties(${name}.stop_server PROPERTIES FIXTURES_CLEANUP ${name}_server)
        set(properties PROPERTIES FIXTURES_REQUIRED ${name}_server RESOURCE_LOCK ${name}_server
                                  ENVIRONMENT "MCP_OAUTH_TEST_SERVER=${server}")
    endif()
    test_of(${name} "${sources}" ${properties})
    if(TARGET test_${name})
        target_link_libraries(test_${name} PRIVATE mcp_oauth::${name} mcp_oauth::testing)
    endif()
endforeach()

# A second session beside the store's locks rows, ends connections and reads statistics.
if(TARGET test_postgresql)
    target_link_libraries(test_postgresql PRIVATE PkgConfig::mcp_oauth_uses_libpq)
endif()

# The pool is tested by itself, and its header names hiredis. The library's macros are left out, or
# the precompiled header would not fit.
if(TARGET test_redis)
    target_include_directories(test_redis SYSTEM PRIVATE
        $<TARGET_PROPERTY:PkgConfig::mcp_oauth_uses_hiredis,INTERFACE_INCLUDE_DIRECTORIES>)
endif()

# The fetcher is tested against a server over TLS that the test makes, and under name resolution and
# connections that the test makes too: it stands between the fetcher and the C library.
if(TARGET test_curl)
    find_package(OpenSSL 3.0 REQUIRED COMPONENTS SSL)
    find_package(Threads REQUIRED)
    target_link_libraries(test_curl PRIVATE PkgConfig::mcp_oauth_uses_libcurl OpenSSL::SSL Threads::Threads ${CMAKE_DL_LIBS})
endif()

# A connection beside the store's holds locks, and shows what SQLite keeps and plans.
if(TARGET test_sqlite)
    target_link_libraries(test_sqlite PRIVATE PkgConfig::mcp_oauth_uses_sqlite3)
endif()
