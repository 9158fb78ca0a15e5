cmake_minimum_required(VERSION 3.16)

set(compile "${COMPILER}" -std=c++17 -fsyntax-only -Wall -Wextra -Werror "-I${INCLUDE_DIR}" "${MISUSE}")

file(READ "${MISUSE}" text)
if(NOT text MATCHES "^// expect: ([^\n]+)")
    message(FATAL_ERROR "${MISUSE}: the first line must be `// expect: <words>`")
endif()
set(expected "${CMAKE_MATCH_1}")
string(REPLACE " | " ";" alternatives "${expected}")

if(text MATCHES "WITHOUT_THE_MISUSE")
    execute_process(COMMAND ${compile} -DWITHOUT_THE_MISUSE
                    RESULT_VARIABLE status ERROR_VARIABLE diagnostic)
    if(NOT status EQUAL 0)
        message(FATAL_ERROR "fails even without the misuse:\n${diagnostic}")
    endif()
endif()

set(ENV{LC_ALL} C) # diagnostics are translated otherwise
execute_process(COMMAND ${compile} RESULT_VARIABLE status ERROR_VARIABLE diagnostic)
if(status EQUAL 0)
    message(FATAL_ERROR "the misuse compiles")
endif()
foreach(words IN LISTS alternatives)
    string(FIND "${diagnostic}" "${words}" at)
    if(NOT at EQUAL -1)
        return()
    endif()
endforeach()
message(FATAL_ERROR "refused, but not with \"${expected}\":\n${diagnostic}")
