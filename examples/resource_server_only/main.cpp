// An MCP server whose users log in at an identity provider that is there already.
//
//     resource_server_only ISSUER [CA_FILE]
//
// With CA_FILE, a provider on this machine is reached too: for development.
#include <httplib.h>

#include <cstdio>
#include <string>

#include <mcp_oauth/adapters/cpp_httplib.hpp>
#include <mcp_oauth/adapters/curl.hpp>
#include <mcp_oauth/mcp_oauth.hpp>

namespace oauth = mcp_oauth;

namespace {

// Why tokens are refused, and keys not to be had.
struct log_to_stderr final : oauth::event_sink {
    void on_event(const oauth::event& e) override {
        const std::string line =
            std::string{oauth::name(e.kind)} + " " + std::string{e.reason} + "\n";
        std::fputs(line.c_str(), stderr);
    }
};

} // namespace

int main(int argc, char** argv) {
    if (argc < 2) return std::fputs("usage: resource_server_only ISSUER [CA_FILE]\n", stderr), 2;
    oauth::curl_settings settings;
    if (argc > 2) settings.loopback = oauth::loopback_fetches::allowed, settings.ca_file = argv[2];
    const auto fetcher = oauth::curl_fetcher::make(std::move(settings));
    if (!fetcher) return std::fprintf(stderr, "%s\n", oauth::name(fetcher.error()).data()), 1;

    httplib::Server http;
    const int port = http.bind_to_any_port("127.0.0.1");
    const std::string here = "http://127.0.0.1:" + std::to_string(port);

    oauth::trusted_issuer provider;
    provider.issuer = argv[1]; // everything else is found out by discovery
    oauth::resource_config notes;
    notes.identifier = here + "/mcp";
    notes.baseline_scopes = {"notes"}; // what a client without a token is told to ask for
    notes.name = "Notes";
    oauth::resource_server_config config;
    config.trusted_issuers = {provider};
    config.resources = {notes};
    oauth::resource_server_ports ports;
    ports.fetcher = fetcher->get();
    log_to_stderr log;
    ports.events = &log;
    const auto gate = oauth::resource_server::make(std::move(config), ports);
    if (!gate) {
        const auto& [member, problem] = gate.error();
        return std::fprintf(stderr, "%s %s\n", member.c_str(), problem.c_str()), 1;
    }

    const oauth::cors_policy cors{{"*"}}; // clients that run in a browser may call, too
    oauth::mount(http, *gate, cors);      // the document that sends clients to the provider
    const auto mcp = oauth::with_cors(cors, [&](const auto& in, auto& out) {
        const auto who =
            oauth::admitted(*gate, in, out, {"notes"}); // or `out` is a 401, 403 or 503
        // Two providers may have an "alice" each: the user is issuer and subject together.
        if (who) out.set_content(who->issuer() + " " + who->subject() + "\n", "text/plain");
    });
    http.Post("/mcp", mcp).Options("/mcp", mcp);
    std::printf("ready %s\n", here.c_str());
    std::fflush(stdout);
    return http.listen_after_bind() ? 0 : 1;
}
