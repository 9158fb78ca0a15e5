// The endpoints that strangers reach. The first octet of the input chooses one, the rest is what it
// is sent. Whatever that is, the answer is a reason and never a 5xx, and nobody is redirected who
// was not proven.

#include <optional>
#include <string>
#include <utility>
#include <variant>

#include "claim.hpp"
#include "mcp_oauth/ports/memory_store.hpp"
#include "mcp_oauth/server/authorization_server.hpp"
#include "mcp_oauth/testing/counting_random.hpp"
#include "mcp_oauth/testing/manual_clock.hpp"

using namespace mcp_oauth;

namespace {

authorization_server_config config() {
    authorization_server_config c;
    c.issuer = "https://as.example";
    c.resources = {"https://as.example/mcp"};
    c.scopes_supported = {"mcp", "notes:read"};
    c.default_scopes = {"mcp"};
    c.secrets.push_back({secret{"0123456789abcdef0123456789abcdef"}, secret_role::current});
    c.signing_keys = {*signing_key::generate_es256()};
    client app;
    app.client_id = "app";
    app.redirect_uris = {"http://127.0.0.1/cb"};
    c.clients = {app};
    c.policy = policy::mcp();
    return c;
}

class host {
public:
    void begin(std::string_view query, bool posted) {
        http_request request{"GET", "/authorize?" + std::string{query}, {}, {}, {}, {}};
        if (posted) request = {"POST", "/authorize", {form_type}, std::string{query}, {}, {}};
        const auto outcome = as_.authorize(request);
        if (const auto* page = std::get_if<error_page>(&outcome)) return check(*page);
        login who;
        who.subject = "alice";
        who.session = "session";
        who.at = clock_.now();
        const auto known = as_.authenticated(std::get<interaction>(outcome).ticket, who);
        if (const auto* redirect = std::get_if<http_response>(&known)) return check_home(*redirect);
        CLAIM(std::holds_alternative<consent_view>(known));
        const auto decided = as_.approve(std::get<consent_view>(known).ticket, "session");
        CLAIM(std::holds_alternative<http_response>(decided));
        check_home(std::get<http_response>(decided));
    }
    void answer(std::string_view ticket) {
        CLAIM(std::holds_alternative<error_page>(as_.authenticated(ticket, std::nullopt)));
        CLAIM(std::holds_alternative<error_page>(as_.approve(ticket, ticket)));
        CLAIM(std::holds_alternative<error_page>(as_.deny(ticket, ticket)));
    }
    void send(const char* path, std::string_view type, std::string_view body) {
        check(as_.handle(
            {"POST", path, {{"Content-Type", std::string{type}}}, std::string{body}, {}, {}}));
    }
    void authenticate(std::string_view authorization) {
        check(as_.handle({"POST",
                          "/token",
                          {form_type, {"Authorization", std::string{authorization}}},
                          "grant_type=authorization_code&code=x",
                          {},
                          {}}));
    }

private:
    static void check(const error_page& page) {
        CLAIM(page.status >= 400 && page.status < 500);
        CLAIM(!page.why.description.view().empty());
    }
    static void check(const http_response& response) {
        CLAIM(response.status == 200 || response.status == 201 ||
              (response.status >= 400 && response.status < 500));
        CLAIM(response.header("Cache-Control") == "no-store");
        CLAIM(response.status < 400 || response.body.rfind("{\"error\":\"", 0) == 0);
    }
    static void check_home(const http_response& redirect) {
        CLAIM(redirect.status == 303);
        const auto location = redirect.header("Location").value_or("");
        CLAIM(location.rfind("http://127.0.0.1", 0) == 0);
        CLAIM(location.find("/cb?") < std::string_view{"http://127.0.0.1:65535"}.size() + 1);
        CLAIM(location.find("&iss=https%3A%2F%2Fas.example") != std::string_view::npos);
        for (const char c : location) CLAIM(c > 0x20 && c < 0x7F && c != '"' && c != '\\');
    }

    static inline const http_header form_type{"Content-Type", "application/x-www-form-urlencoded"};
    memory_store store_;
    testing::manual_clock clock_;
    testing::counting_random random_;
    authorization_server as_ = *authorization_server::make(
        config(), {store_, nullptr, nullptr, nullptr, &clock_, &random_});
};

const std::string usual = "client_id=app&response_type=code&code_challenge_method=S256&"
                          "code_challenge=E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM&";

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    if (size == 0) return 0;
    static std::optional<host> server;
    static std::size_t runs = 0;
    if (runs++ % 4096 == 0) server.emplace(); // what was stored is forgotten now and then
    const auto rest = as_text(data + 1, size - 1);
    constexpr std::string_view form = "application/x-www-form-urlencoded";
    switch (data[0] % 8) {
    case 0: server->begin(rest, false); break;
    case 1: server->begin(rest, true); break;
    case 2: server->begin(usual + std::string{rest}, false); break;
    case 3: server->answer(rest); break;
    case 4: server->send("/register", "application/json", rest); break;
    case 5: server->send("/token", form, rest); break;
    case 6: server->send("/revoke", form, rest); break;
    default: server->authenticate(rest); break;
    }
    return 0;
}
