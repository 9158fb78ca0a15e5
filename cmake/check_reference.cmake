# cmake -DOUTPUT=folder [-DDOXYGEN=program] -P cmake/check_reference.cmake: builds the API reference
# into folder/html. Fails on every warning of Doxygen, and so where a class, an enumeration, a type or
# a free function has no comment.
#
# Members of a class may go without one: an accessor such as `subject()` says it all by its name, and
# a sentence that repeats the name would be worse than none. Doxygen cannot tell the two apart, so its
# warnings are read here.
cmake_minimum_required(VERSION 3.16)

get_filename_component(root "${CMAKE_CURRENT_LIST_DIR}/.." ABSOLUTE)
if(NOT DEFINED DOXYGEN)
    set(DOXYGEN doxygen)
endif()
file(MAKE_DIRECTORY "${OUTPUT}")

file(STRINGS "${root}/include/mcp_oauth/base/version.hpp" version
     REGEX "#define MCP_OAUTH_VERSION_[A-Z]+ [0-9]+")
string(REGEX REPLACE "#define MCP_OAUTH_VERSION_[A-Z]+ " "" version "${version}")
list(JOIN version "." version)

set(ENV{OUTPUT} "${OUTPUT}")
set(ENV{VERSION} "${version}")
execute_process(COMMAND "${DOXYGEN}" cmake/Doxyfile WORKING_DIRECTORY "${root}"
                RESULT_VARIABLE status)
if(NOT status EQUAL 0)
    message(FATAL_ERROR "doxygen ended with ${status}")
endif()

file(READ "${OUTPUT}/warnings.txt" warnings)
string(REPLACE ";" "," warnings "${warnings}")
string(REGEX REPLACE "[][]" "|" warnings "${warnings}") # an odd bracket would join two lines
string(REPLACE "\n" ";" warnings "${warnings}")
set(member "\\((variable|function|typedef|friend|enumvalue)\\) of (class|struct)")
list(FILTER warnings EXCLUDE REGEX "Member .*${member} .* is not documented")
list(FILTER warnings EXCLUDE REGEX "^$")

list(LENGTH warnings count)
if(count GREATER 0)
    list(JOIN warnings "\n" text)
    message(FATAL_ERROR "${count} warnings:\n${text}")
endif()
