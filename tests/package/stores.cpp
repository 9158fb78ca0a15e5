// The three stores of the installed library. There is nothing at any of these addresses, so each
// has to say why it does not open.
#include <mcp_oauth/adapters/postgresql.hpp>
#include <mcp_oauth/adapters/redis.hpp>
#include <mcp_oauth/adapters/sqlite.hpp>

int main() {
    const auto file = mcp_oauth::sqlite_store::open({"/nowhere/oauth.db"});
    const auto database = mcp_oauth::postgresql_store::open({"host=/nowhere"});
    const auto server = mcp_oauth::redis_store::open({"unix:/nowhere"});
    const bool refused = !file && !database && !server;
    return refused && !file.error().problem.empty() && !database.error().problem.empty() &&
                   !server.error().problem.empty()
               ? 0
               : 1;
}
