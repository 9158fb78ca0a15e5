# Shows check_pages.cmake pages with and without a fault, in a tree of its own.
cmake_minimum_required(VERSION 3.16)
get_filename_component(here "${CMAKE_CURRENT_LIST_FILE}" DIRECTORY)

# The markers stand in a variable, since a list with a single bracket in it would not be split.
set(program "int one();\n    // [two]\n    int two(); // \"\\\\\" [&](auto ;) {}\n    // [two]\n")
string(APPEND program "// [three]\nint three();\n")

# expect(verdict words page...): the page is found good (0), or refused in these words.
function(expect verdict words page)
    file(REMOVE_RECURSE "${SCRATCH}")
    file(WRITE "${SCRATCH}/guide/program.cpp" "${program}")
    file(WRITE "${SCRATCH}/build/bad.md" "```cpp\nno\n```\n")
    file(WRITE "${SCRATCH}/guide/page.md" "${page}")
    execute_process(COMMAND "${CMAKE_COMMAND}" "-DROOT=${SCRATCH}" -P "${here}/check_pages.cmake"
                    RESULT_VARIABLE status OUTPUT_VARIABLE said ERROR_VARIABLE said)
    if(status AND verdict STREQUAL "good")
        message(SEND_ERROR "refused:\n${page}\nbecause\n${said}")
    elseif(verdict STREQUAL "bad" AND (NOT status OR NOT said MATCHES "${words}"))
        message(SEND_ERROR "not refused for \"${words}\":\n${page}\nbut\n${said}")
    endif()
endfunction()

set(three "// [three]\nint three();\n")
set(two "int two(); // \"\\\\\" [&](auto ;) {}\n")
expect(good "" "<!-- quoted: program.cpp -->\n```cpp\n${program}```\n")
expect(good "" "<!-- quoted: program.cpp [two] -->\n```cpp\n${two}```\nand ](program.cpp#x)\n")
expect(good "" "<!-- quoted: program.cpp [three] -->\n```cpp\nint three();\n```\n")
expect(good "" "```sh\nls\n```\n[a](../guide), [b](https://example.com/), [c](#here)\n")

expect(bad "does not show" "<!-- quoted: program.cpp [two] -->\n```cpp\nint two();\n```\n")
expect(bad "does not show" "<!-- quoted: program.cpp [two] -->\n```cpp\n${two}\n```\n")
expect(bad "does not show" "<!-- quoted: program.cpp [two] -->\n```cpp\n    ${two}```\n")
expect(bad "not there" "<!-- quoted: program.cpp [four] -->\n```cpp\nint four();\n```\n")
expect(bad "not there" "<!-- quoted: missing.cpp -->\n```cpp\nint four();\n```\n")
expect(bad "nowhere" "```cpp\nint three();\n```\n")
expect(bad "nowhere" "<!-- quoted: program.cpp [three] -->\n\n```cpp\nint three();\n```\n")
expect(bad "nowhere" "text\n\n```text\nx\n```\n\n```cpp\nint three();\n```\n")
expect(bad "links to nobody.md" "```cpp_\n](x)\n```\n[b](nobody.md)\n")
