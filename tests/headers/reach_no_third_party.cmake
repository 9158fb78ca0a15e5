# Preprocesses each header and reads the line markers: hosts vendor their own OpenSSL, nlohmann/json
# and cpp-httplib, so no public header may drag in ours, however indirectly.
cmake_minimum_required(VERSION 3.16)

set(forbidden "/openssl/|nlohmann|/httplib\\.h|/sqlite3\\.h|/libpq|/hiredis|/curl/|/(iostream|regex)\"")
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
    endif()
endforeach()
if(failures GREATER 0)
    message(FATAL_ERROR "${failures} header(s) reach a third party")
endif()
