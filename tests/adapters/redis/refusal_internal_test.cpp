#include "adapters/redis/refusal.hpp"

#include "support/catch.hpp"

using namespace mcp_oauth;

TEST_CASE("an error's code is its first word", "[redis]") {
    CHECK(redis::error_code("OOM command not allowed when used memory > 'maxmemory'.") == "OOM");
    CHECK(redis::error_code("NOSCRIPT No matching script. Please use EVAL.") == "NOSCRIPT");
    CHECK(redis::error_code("ERR unknown command 'EVAL'") == "ERR");
    CHECK(redis::error_code("LATE") == "LATE");
    CHECK(redis::error_code("").empty());
}

TEST_CASE("before version 7 a script wraps the error of the command that it called", "[redis]") {
    // As versions 5 and 6 say it.
    CHECK(redis::error_code("ERR Error running script (call to f_ab12): @user_script:5: "
                            "@user_script: 5: -OOM command not allowed when used memory > "
                            "'maxmemory'.") == "OOM");
    CHECK(redis::error_code("ERR Error running script (call to f_ab12): @user_script:5: "
                            "@user_script: 5: -READONLY You can't write against a read only "
                            "replica.") == "READONLY");
    CHECK(redis::error_code("ERR Error running script (call to f_ab12): @user_script:5: "
                            "user_script:5: attempt to index a nil value") == "ERR");
}

TEST_CASE("nothing was written where Redis refuses a command, and nobody knows after other errors",
          "[redis]") {
    for (const auto* const code :
         {"READONLY", "LOADING", "MASTERDOWN", "CLUSTERDOWN", "MOVED", "NOAUTH", "WRONGPASS",
          "NOPERM", "OOM", "MISCONF", "NOREPLICAS", "BUSY", "WRONGTYPE", "LATE"})
        CHECK(redis::judge(code).nothing_was_written);
    for (const auto* const code : {"ERR", "", "oom", "OOMX", "SOMETHING"}) {
        CHECK_FALSE(redis::judge(code).nothing_was_written);
        CHECK_FALSE(redis::judge(code).of_this_server);
    }
}

TEST_CASE("a server that will do for no command is left", "[redis]") {
    for (const auto* const code : {"READONLY", "LOADING", "MASTERDOWN", "NOAUTH", "LATE"})
        CHECK(redis::judge(code).of_this_server);
    for (const auto* const code : {"OOM", "MISCONF", "NOREPLICAS", "BUSY", "NOPERM", "WRONGTYPE"})
        CHECK_FALSE(redis::judge(code).of_this_server);
}
