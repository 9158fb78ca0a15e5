# cmake -DOUTPUT=folder [-DDOXYGEN=program] -P cmake/check_reference.cmake: builds the API reference
# into folder/html. Fails on every warning of Doxygen, and where a public name has no comment: a
# type, a function, a macro, an enumerator, a member of a class or structure.
#
# Excused is what a comment could only repeat: `==` and `!=`, and what is defaulted. Constructors
# without arguments, destructors and deleted functions Doxygen excuses by itself.
cmake_minimum_required(VERSION 3.16)

get_filename_component(root "${CMAKE_CURRENT_LIST_DIR}/.." ABSOLUTE)
if(NOT DEFINED DOXYGEN)
    set(DOXYGEN doxygen)
endif()
file(REMOVE_RECURSE "${OUTPUT}/xml") # what a header that is gone has left there
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
list(FILTER warnings EXCLUDE REGEX
     "Member operator(==|!=)\\(.* \\((friend|function)\\) of .* is not documented")
list(FILTER warnings EXCLUDE REGEX "Member .*=default \\(function\\) of .* is not documented")
list(FILTER warnings EXCLUDE REGEX "^$")

# Of enumerators and macros Doxygen says nothing. In its XML each is a name, perhaps a value, and
# two descriptions, which are empty where there is no comment.
set(value "([ \n]*<initializer>[^<]*</initializer>)?")
set(empty "[ \n]*<briefdescription>[ \n]*</briefdescription>[ \n]*<detaileddescription>[ \n]*</")
file(GLOB pages "${OUTPUT}/xml/*.xml")
foreach(page IN LISTS pages)
    file(READ "${page}" members)
    string(REGEX REPLACE "[][;]" "|" members "${members}")
    string(REPLACE "<memberdef " ";" members "${members}")
    list(FILTER members INCLUDE REGEX "^kind=.(enum|define). [^>]*prot=.public.")
    foreach(member IN LISTS members)
        string(REGEX MATCHALL "<name>[A-Za-z0-9_]+</name>${value}${empty}" bare "${member}")
        string(REGEX REPLACE ".*<location file=.([^\"]*). line=.([0-9]+).*" "\\1:\\2" where
               "${member}")
        foreach(each IN LISTS bare)
            string(REGEX REPLACE "<name>([^<]*).*" "\\1" name "${each}")
            list(APPEND warnings "${where}: ${name} is not documented")
        endforeach()
    endforeach()
endforeach()

list(REMOVE_DUPLICATES warnings) # a member of a base is told for each class
list(LENGTH warnings count)
if(count GREATER 0)
    list(JOIN warnings "\n  " text) # indented lines are not wrapped
    message(FATAL_ERROR "${count} warnings:\n  ${text}")
endif()
