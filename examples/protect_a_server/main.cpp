#include <httplib.h>
#include <mcp_oauth/adapters/cpp_httplib.hpp>
#include <mcp_oauth/adapters/key_file.hpp>
#include <mcp_oauth/adapters/sqlite.hpp>
#include <mcp_oauth/mcp_oauth.hpp>

#include "my_app.hpp" // what you have already: login, consent page, log, your MCP handler

namespace oauth = mcp_oauth;

int main() {
    const std::string here = "http://127.0.0.1:8080", mcp_url = here + "/mcp";
    oauth::authorization_server_config config;
    config.issuer = here; // your public URL; https, but for a loopback host
    config.resources = {mcp_url};
    config.scopes_supported = config.default_scopes = {"notes"};
    config.policy = oauth::policy::mcp();
    my_app::must(oauth::load_or_create_keys("notes.keys", config)); // made once, mode 0600

    auto store = my_app::must(oauth::sqlite_store::open({"notes.db"})); // or another, or your own
    oauth::memory_attempt_limiter limiter; // of registrations, and of guesses at secrets
    my_app::event_log events;              // what happened, and what was refused and why
    oauth::server_ports ports{store};
    ports.limiter = &limiter;
    ports.events = &events;
    const auto issuer = my_app::must(oauth::authorization_server::make(std::move(config), ports));
    my_app::must(issuer.check_store()); // the keys are those that the store was filled with

    oauth::resource_config notes;
    notes.identifier = mcp_url;
    notes.baseline_scopes = {"notes"}; // what a client without a token is told to ask for
    const auto gate = my_app::must(oauth::resource_server::beside(issuer, {notes}));

    httplib::Server http;
    const oauth::cors_policy cors{{"*"}}; // clients that run in a browser may call, too
    oauth::mount(http, issuer, cors);     // token, registration, revocation, keys, metadata
    oauth::mount(http, gate, cors);       // the document that tells clients where to get a token
    my_app::mount_pages(http, issuer);    // the authorization endpoint: login and consent
    const auto mcp = oauth::with_cors(cors, [&](const auto& in, auto& out) {
        const auto who = oauth::admitted(gate, in, out, {"notes"}); // or `out` is a 401 or 403
        if (who) my_app::answer(in, out, who->subject());
    });
    http.Post("/mcp", mcp).Get("/mcp", mcp).Options("/mcp", mcp);
    const my_app::hourly sweep{[&] { (void)store.sweep(oauth::system_clock{}.now()); }};
    return http.listen("127.0.0.1", 8080) ? 0 : 1;
}
