# Fails where the README's program is longer than it promises to be, or is not shown.
file(READ "${ROOT}/README.md" readme)
set(name "examples/protect_a_server/main.cpp")
string(FIND "${readme}" "<!-- quoted: ${name} -->" at)
if(at EQUAL -1)
    message(FATAL_ERROR "README.md does not show ${name}")
endif()

file(READ "${ROOT}/${name}" program)
string(REGEX MATCHALL "\n" lines "${program}")
list(LENGTH lines count)
if(count GREATER 48)
    message(FATAL_ERROR "${name} has ${count} lines; the shortest true program has 48 at most")
endif()
