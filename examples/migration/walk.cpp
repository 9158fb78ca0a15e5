// Moving from OAuth 2.0, step by step: README.md quotes this file and what it prints.
#include <cstdio>
#include <exception>
#include <vector>

#include "apps.hpp"
#include "my_server.hpp"

namespace oauth = mcp_oauth;
using namespace std::chrono_literals;

namespace {

/// A day in the life of three applications: they log in, and refresh twice.
void one_day(walk::my_server& server, std::vector<walk::app>& apps, const char* heading) {
    std::printf("\n%s\n", heading);
    for (auto& app : apps) {
        const auto login = app.log_in(server.issuer(), server.clock().now());
        std::printf("  %-9s  log in: %s\n", app.client_id().c_str(), login.c_str());
        if (login != "served") continue;
        const auto first = app.refresh(server.issuer());
        server.clock().advance(61s); // after the retry window
        const auto second = app.refresh(server.issuer());
        std::printf("  %-9s  refresh: %s, then %s\n", "", first.c_str(), second.c_str());
    }
    server.clock().advance(24h);
}

void walk_through() {
    walk::my_server server;
    std::vector<walk::app> apps{{"old-app", false}, {"older-app", false}, {"new-app", true}};

    // 1. Everybody is served, and what would be refused is written down.
    // [serve_everybody]
    auto rules = oauth::policy::migration();
    server.restart(rules);
    // [serve_everybody]
    one_day(server, apps, "policy::migration()");
    std::printf("\n%s", server.report().c_str());

    // 2. The switch is thrown for one client: its developers said that the new version uses PKCE.
    // [one_client]
    rules.legacy.pkce_missing.holds_for = {"old-app"};
    server.restart(rules);
    // [one_client]
    one_day(server, apps, "... and PKCE is required of old-app");

    // 3. The others hear of a date.
    // [from_a_date]
    rules.legacy.pkce_missing.until = server.clock().now() + 24h;
    server.restart(rules);
    // [from_a_date]
    one_day(server, apps, "... and of everybody from tomorrow on: today");
    one_day(server, apps, "... tomorrow");

    // 4. Nothing is softened any more.
    // [done]
    server.restart(oauth::policy::mcp());
    // [done]
    one_day(server, apps, "policy::mcp()");
}

} // namespace

int main() {
    try {
        walk_through();
    } catch (const std::exception& error) {
        std::fprintf(stderr, "migration_walk: %s\n", error.what());
        return 1;
    }
    return 0;
}
