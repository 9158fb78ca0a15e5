#include <httplib.h>
#include <mcp_oauth/adapters/cpp_httplib.hpp>
#include <mcp_oauth/mcp_oauth.hpp>

#include "my_app.hpp" // what you have already: your login, your consent page, your MCP handler

using namespace mcp_oauth;

int main() {
    const std::string here = "http://127.0.0.1:8080", resource = here + "/mcp";
    system_random random;
    authorization_server_config config;
    config.issuer = here;
    config.resources = {resource};
    config.scopes_supported = config.default_scopes = {"notes"};
    config.secrets.push_back(server_secret::generate(random).value()); // keep both in a file
    config.signing_keys = {signing_key::generate_es256().value()};
    config.policy = policy::mcp();

    memory_store store; // or a database: five functions
    const auto issuer = authorization_server::make(std::move(config), {store});
    if (!issuer) return my_app::fail(issuer.error());
    const auto gate =
        resource_server::beside(*issuer, {{resource, {}, {"notes"}, "Notes", ""}}, {});
    if (!gate) return my_app::fail(gate.error());

    httplib::Server http;
    mount(http, *issuer);               // token, registration, revocation, keys, metadata
    mount(http, *gate);                 // the document that tells clients where to get a token
    my_app::mount_pages(http, *issuer); // the authorization endpoint: login and consent
    const auto mcp = [&](const httplib::Request& in, httplib::Response& out) {
        const auto who = admitted(*gate, in, out, {"notes"}); // or `out` is a 401 or 403
        if (who) my_app::answer(in, out, who->subject());
    };
    http.Post("/mcp", mcp).Get("/mcp", mcp);
    http.listen("127.0.0.1", 8080);
}
