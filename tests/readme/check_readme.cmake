# Fails where a code block of the README that follows a comment with a file's name is not that file, and
# where a link leads nowhere.
file(READ "${ROOT}/README.md" readme)

string(REGEX MATCH "<!-- (examples/[A-Za-z0-9_/.]+)" found "${readme}")
if(NOT found)
    message(FATAL_ERROR "README.md shows no program")
endif()
set(name "${CMAKE_MATCH_1}")
file(READ "${ROOT}/${name}" program)
string(FIND "${readme}" "```cpp\n${program}```\n" at)
if(at EQUAL -1)
    message(FATAL_ERROR "README.md does not show ${name} as it is")
endif()

string(REGEX MATCHALL "\n" lines "${program}")
list(LENGTH lines count)
if(count GREATER 40)
    message(FATAL_ERROR "${name} has ${count} lines; the shortest true program has 40 at most")
endif()

# Without the bracket in front: an unmatched one would keep CMake from splitting the list.
string(REGEX MATCHALL "\\((include|examples|tests|cmake|LICENSE)[A-Za-z0-9_./]*\\)" links "${readme}")
foreach(link IN LISTS links)
    string(REGEX REPLACE "[()]" "" target "${link}")
    if(NOT EXISTS "${ROOT}/${target}")
        message(FATAL_ERROR "README.md links to ${target}, which is not there")
    endif()
endforeach()
