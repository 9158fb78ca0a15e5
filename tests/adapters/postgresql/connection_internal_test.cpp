#include "adapters/postgresql/connection.hpp"

#include "adapters/postgresql/endpoints.hpp"
#include "database.hpp"
#include "mute_server.hpp"

using namespace postgresql_tests;
using mcp_oauth::postgresql::connection;
using mcp_oauth::postgresql::endpoints;
using mcp_oauth::postgresql::reply_kind;

namespace {

connection connected_to(const mute_server& server) {
    const auto servers = endpoints::parse(server.connection(), 4s);
    REQUIRE(servers);
    auto made = (*servers)->connect(std::chrono::steady_clock::now() + 2s);
    if (!made) FAIL(made.error());
    return std::move(*made);
}

} // namespace

TEST_CASE("a session whose statement is not answered is reset, so that nothing of it comes late",
          "[postgresql][socket]") {
    mute_server server{"15.0"};
    {
        auto session = connected_to(server);
        const auto answer =
            session.run("SELECT 1", std::chrono::steady_clock::now() + milliseconds{50});
        CHECK(answer.kind == reply_kind::lost);
    }
    CHECK(server.was_reset());
}

TEST_CASE("an idle session is closed in the ordinary way", "[postgresql][socket]") {
    mute_server server{"15.0"};
    { const auto session = connected_to(server); }
    CHECK_FALSE(server.was_reset());
}
