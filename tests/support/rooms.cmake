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

foreach(room base grammar rfc grant ports server adapters testing)
    file(GLOB_RECURSE room_tests CONFIGURE_DEPENDS "${CMAKE_CURRENT_SOURCE_DIR}/${room}/*.cpp")
    if(BUILD_SHARED_LIBS)
        # What these test is hidden in a shared library, as it should be.
        list(FILTER room_tests EXCLUDE REGEX "_internal_test\\.cpp$")
    endif()
    if(NOT mcp_oauth_test_httplib_FOUND)
        list(FILTER room_tests EXCLUDE REGEX "/cpp_httplib_test\\.cpp$")
    endif()
    if(NOT room_tests)
        continue()
    endif()

    add_executable(test_${room} ${room_tests})
    target_link_libraries(test_${room} PRIVATE test_support)
    target_include_directories(test_${room} PRIVATE "${PROJECT_SOURCE_DIR}/src")
    target_precompile_headers(test_${room} REUSE_FROM test_support)
    mcp_oauth_test_flags(test_${room})
    catch_discover_tests(test_${room} TEST_PREFIX "${room}."
                         WORKING_DIRECTORY "${CMAKE_CURRENT_SOURCE_DIR}"
                         EXTRA_ARGS ${no_empty_success})
endforeach()

# Adapters are asked for one by one; their tests get all that were built.
if(TARGET test_adapters)
    foreach(component IN LISTS mcp_oauth_components)
        target_link_libraries(test_adapters PRIVATE mcp_oauth::${component})
    endforeach()
    if(mcp_oauth_test_httplib_FOUND)
        find_package(Threads REQUIRED)
        target_link_libraries(test_adapters PRIVATE PkgConfig::mcp_oauth_test_httplib Threads::Threads)
    endif()
endif()
