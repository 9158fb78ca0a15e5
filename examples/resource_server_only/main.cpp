// An MCP server whose users log in at an identity provider that is there already.
//
//     resource_server_only ISSUER [CA_FILE]
//
// With CA_FILE, a provider on this machine is reached too: for development. With CLIENT_ID and
// CLIENT_SECRET in the environment, the provider is asked about each of its tokens.
#include <httplib.h>

#include <cstdio>
#include <cstdlib>
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

// The access tokens are JWTs, and checked here.
void trust(oauth::resource_server_config& config, const char* issuer) {
    oauth::trusted_issuer provider;
    provider.issuer = issuer; // everything else is found out by discovery
    config.trusted_issuers = {provider};
}

// The access tokens are opaque, and the provider is asked about each.
void ask(oauth::resource_server_config& config, const char* issuer, const char* id,
         const char* password) {
    // [introspection]
    oauth::introspected_issuer provider;
    provider.issuer = issuer; // its metadata tells where it is asked
    provider.client_id = id;
    provider.client_secret = oauth::secret{password};
    provider.remembered = oauth::seconds{10}; // so long a revocation may go unnoticed
    config.introspected = std::move(provider);
    // [introspection]
}

} // namespace

int main(int argc, char** argv) {
    if (argc < 2) return std::fputs("usage: resource_server_only ISSUER [CA_FILE]\n", stderr), 2;
    oauth::curl_settings settings;
    if (argc > 2) settings.loopback = oauth::loopback_fetches::allowed, settings.ca_file = argv[2];
    const auto fetcher = oauth::curl_fetcher::make(std::move(settings));
    if (!fetcher) {
        const std::string setting{oauth::name(fetcher.error())};
        return std::fprintf(stderr, "curl_settings::%s cannot be used\n", setting.c_str()), 1;
    }

    httplib::Server http;
    const int port = http.bind_to_any_port("127.0.0.1");
    const std::string here = "http://127.0.0.1:" + std::to_string(port);

    oauth::resource_server_config config;
    const char* id = std::getenv("CLIENT_ID");
    const char* password = std::getenv("CLIENT_SECRET");
    if (id != nullptr && password != nullptr)
        ask(config, argv[1], id, password);
    else
        trust(config, argv[1]);
    oauth::resource_config notes;
    notes.identifier = here + "/mcp";
    notes.baseline_scopes = {"notes"}; // what a client without a token is told to ask for
    notes.name = "Notes";
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
    http.Post("/mcp", mcp).Get("/mcp", mcp).Options("/mcp", mcp);
    std::printf("ready %s\n", here.c_str());
    std::fflush(stdout);
    return http.listen_after_bind() ? 0 : 1;
}
