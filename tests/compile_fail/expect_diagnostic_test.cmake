# Shows expect_diagnostic.cmake files with and without a fault of their own.
cmake_minimum_required(VERSION 3.16)

# expect(verdict words text): the file of this text is found good, or bad in these words.
function(expect verdict words text)
    file(WRITE "${SCRATCH}/misuse.cpp" "${text}")
    execute_process(COMMAND "${CMAKE_COMMAND}" "-DCOMPILER=${COMPILER}" "-DINCLUDE_DIR=${SCRATCH}"
                            "-DFILE=${SCRATCH}/misuse.cpp"
                            -P "${CMAKE_CURRENT_LIST_DIR}/expect_diagnostic.cmake"
                    RESULT_VARIABLE status OUTPUT_VARIABLE said ERROR_VARIABLE said)
    if(status AND verdict STREQUAL "good")
        message(SEND_ERROR "refused:\n${text}\nbecause\n${said}")
    elseif(verdict STREQUAL "bad" AND (NOT status OR NOT said MATCHES "${words}"))
        message(SEND_ERROR "not refused for \"${words}\":\n${text}\nbut\n${said}")
    endif()
endfunction()

set(first "// expect: one\n#if MISUSE == 1\n#error one\n")
set(second "// expect: two | zwei\n#elif MISUSE == 2\n#error zwei\n")
expect(good "" "${first}#endif\n")
expect(good "" "${first}${second}#endif\n")
expect(good "" "${first}#endif\n// expect: two\n#if MISUSE == 2\n#error two\n#endif\n")

expect(bad "no misuse" "#define FINE 1\n")
expect(bad "even without" "#error one\n${first}#endif\n")
expect(bad "misuse 1 compiles" "// expect: one\n#if MISUSE == 1\n#endif\n")
expect(bad "misuse 2 compiles" "${first}// expect: two\n#elif MISUSE == 2\n#endif\n")
expect(bad "not with" "// expect: one\n#if MISUSE == 1\n#error another\n#endif\n")
expect(bad "not with" "${first}// expect: one\n#elif MISUSE == 2\n#error two\n#endif\n")
expect(bad "no .// expect" "#if MISUSE == 1\n#error one\n#endif\n")
expect(bad "no .// expect" "${first}#elif MISUSE == 2\n#error two\n#endif\n")
expect(bad "not the next" "// expect: one\n")
expect(bad "not the next" "// expect: one\n#if MISUSE == 2\n#error one\n#endif\n")
expect(bad "not the next" "// expect: one\n${first}#endif\n")
