# Preprocesses each header and reads the line markers: hosts vendor their own OpenSSL, nlohmann/json
# and cpp-httplib, so no public header may drag in ours, however indirectly.
cmake_minimum_required(VERSION 3.16)

set(forbidden "/openssl/|nlohmann|/httplib\\.h|/sqlite3\\.h|/libpq|/hiredis|/curl/|/(iostream|regex)\"")
# Readers of tokens, documents and redirect URIs: a host's every source would compile them through
# the umbrella header, and hardly one calls them.
set(not_through_the_umbrella "/mcp_oauth/(grammar/json|rfc/(9068_jwt|8252|7591|7517|7519))[^\"]*")
set(failures 0)
foreach(header IN LISTS HEADERS)
    if(header MATCHES "^mcp_oauth/adapters/")
        continue()
    endif()
    execute_process(COMMAND "${COMPILER}" -std=c++17 -E -x c++ "-I${INCLUDE_DIR}"
                            "${INCLUDE_DIR}/${header}"
                    OUTPUT_VARIABLE text ERROR_VARIABLE diagnostic RESULT_VARIABLE status)
    if(NOT status EQUAL 0)
        message("${header}: cannot be preprocessed\n${diagnostic}")
        math(EXPR failures "${failures} + 1")
    elseif(text MATCHES "\n# [0-9]+ \"([^\"]*(${forbidden})[^\n]*)")
        message("${header}: reaches ${CMAKE_MATCH_1}")
        math(EXPR failures "${failures} + 1")
    elseif(header STREQUAL "mcp_oauth/mcp_oauth.hpp" AND
           text MATCHES "\n# [0-9]+ \"([^\"]*${not_through_the_umbrella})")
        message("${header}: reaches ${CMAKE_MATCH_1}, which is to be included by name")
        math(EXPR failures "${failures} + 1")
    endif()
endforeach()
if(failures GREATER 0)
    message(FATAL_ERROR "${failures} header(s) reach what they must not")
endif()
