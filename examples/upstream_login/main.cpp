// A walk through the pages, and through what an attacker would try.
#include <cstdio>
#include <cstdlib>
#include <map>
#include <string>
#include <utility>

#include "mcp_oauth/adapters/key_file.hpp"
#include "mcp_oauth/grammar/form_urlencoded.hpp"
#include "mcp_oauth/grammar/json.hpp"
#include "mcp_oauth/mcp_oauth.hpp"

#include "login_pages.hpp"
#include "web.hpp"

namespace oauth = mcp_oauth;

namespace {

constexpr const char* verifier = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"; // RFC 7636
constexpr const char* challenge = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";

/// Ends the program: an example that goes wrong must be seen to.
void expect(bool holds, const char* what) {
    std::printf("%s: %s\n", holds ? "yes" : "NO ", what);
    if (!holds) std::exit(1);
}

template <class Expected> auto must(Expected value) {
    if (!value) std::abort();
    return std::move(*value);
}

/// In a file, so that a restart logs nobody out.
oauth::server_keys kept_keys() {
    auto keys = oauth::load_or_create_keys("upstream_login.keys"); // made once, mode 0600
    if (keys) return std::move(*keys);
    std::printf("%s\n", keys.error().problem.c_str());
    std::exit(2);
}

oauth::http_request get(std::string target) { return {"GET", std::move(target), {}, {}, {}, {}}; }
oauth::http_request post(std::string target, std::string body) {
    const oauth::http_header type{"Content-Type", "application/x-www-form-urlencoded"};
    return {"POST", std::move(target), {type}, std::move(body), {}, {}};
}

/// A browser: it keeps cookies, and finds the ticket in a page.
struct browser {
    std::map<std::string, std::string> cookies;

    [[nodiscard]] oauth::http_request with_cookies(oauth::http_request request) const {
        std::string all;
        for (const auto& [name, value] : cookies)
            all += (all.empty() ? "" : "; ") + name + '=' + value;
        request.headers.push_back({"Cookie", all});
        return request;
    }
    oauth::http_response seen(oauth::http_response answer) {
        for (const auto& field : answer.headers) {
            if (field.name != "Set-Cookie") continue;
            const auto pair = field.value.substr(0, field.value.find(';'));
            const auto equals = pair.find('=');
            cookies[pair.substr(0, equals)] = pair.substr(equals + 1);
        }
        return answer;
    }
    [[nodiscard]] static std::string form(const oauth::http_response& page) {
        constexpr std::string_view before = "name=\"ticket\" value=\"";
        const auto at = page.body.find(before);
        if (at == std::string::npos) return {};
        const auto begin = at + before.size();
        const auto ticket = page.body.substr(begin, page.body.find('"', begin) - begin);
        return "ticket=" + oauth::form_encode(ticket);
    }
};

oauth::client application(const char* id, const char* name) {
    oauth::client made;
    made.client_id = id;
    made.client_name = name;
    made.redirect_uris = {std::string{"https://"} + id + ".example/cb"};
    return made;
}

oauth::authorization_server make_issuer(oauth::record_store& store, upstream& provider) {
    oauth::authorization_server_config config;
    config.issuer = "https://notes.example.com";
    config.resources = {"https://notes.example.com/mcp"};
    config.scopes_supported = config.default_scopes = {"notes"};
    auto keys = kept_keys();
    config.secrets = std::move(keys.secrets);
    config.signing_keys = std::move(keys.signing_keys);
    config.clients = {application("desk", "Notes <b>Desk</b>"), application("other", "")};
    config.policy = oauth::policy::mcp();
    config.may_refresh = still_welcome(provider);
    return must(oauth::authorization_server::make(std::move(config), {store}));
}

/// Everybody in the walk.
struct world {
    oauth::memory_store store;
    simulated_upstream provider;
    oauth::authorization_server issuer = make_issuer(store, provider);
    login_pages pages{issuer, provider};

    oauth::http_response ask(const std::string& app) {
        return pages.authorize(
            get("/authorize?response_type=code&client_id=" + app +
                "&code_challenge_method=S256&code_challenge=" + challenge +
                "&redirect_uri=" + oauth::form_encode("https://" + app + ".example/cb")));
    }
    /// Up to the upstream. Returns: the URL there.
    std::string go_to_upstream(browser& user, const std::string& app) {
        const auto away = user.seen(pages.begin_login(post("/login", browser::form(ask(app)))));
        return std::string{away.header("location").value_or("")};
    }
    oauth::http_response come_back(browser& user, const std::string& query) {
        return user.seen(pages.callback(user.with_cookies(get("/callback" + query))));
    }
    oauth::http_response redeem(const std::string& code) {
        return issuer.handle(post("/token", "grant_type=authorization_code&client_id=desk&code=" +
                                                code + "&code_verifier=" + verifier));
    }
    oauth::http_response refresh(const std::string& token) {
        return issuer.handle(
            post("/token", "grant_type=refresh_token&client_id=desk&refresh_token=" + token));
    }
};

std::string member(const oauth::http_response& answer, const char* name) {
    const auto body = must(oauth::json_document::parse(answer.body));
    return std::string{body.root().string_at(name).value_or("")};
}

void first_page(world& w) {
    const auto told = w.ask("desk").body;
    expect(told.find("The application \"Notes &lt;b&gt;Desk&lt;/b&gt;\" wants") !=
                   std::string::npos &&
               told.find("<b>desk.example</b>") != std::string::npos,
           "the first page says who asks, and where the answer goes");
}

/// Returns: the refresh token that the application got.
std::string log_in(world& w, browser& alice) {
    const auto asked =
        w.come_back(alice, w.provider.visit(w.go_to_upstream(alice, "desk"), "alice"));
    expect(asked.status == 200 && !browser::form(asked).empty(), "after the login comes consent");
    const auto allowed = w.pages.decide(
        alice.with_cookies(post("/consent", browser::form(asked) + "&decision=allow")));
    const auto code = web::parameter(allowed.header("location").value_or(""), "code");
    const auto tokens = w.redeem(code);
    expect(tokens.status == 200, "the application gets tokens");
    const auto theirs = w.pages.upstream_token_of("https://id.example.com|alice");
    expect(!theirs.empty() && tokens.body.find(theirs) == std::string::npos,
           "the upstream's token stays at the host");
    return member(tokens, "refresh_token");
}

void attacks(world& w, browser& alice) {
    browser mallory;
    const auto from_mallory = w.provider.visit(w.go_to_upstream(mallory, "desk"), "mallory");
    expect(w.come_back(alice, from_mallory).status == 400,
           "nobody is signed in with somebody else's answer");
    expect(w.come_back(mallory, from_mallory).status == 400, "a state is good once");

    browser fresh;
    const auto at = w.go_to_upstream(fresh, "desk");
    const auto other = w.provider.visit(w.go_to_upstream(mallory, "desk"), "mallory");
    const auto injected =
        "?code=" + web::parameter(other, "code") + "&state=" + web::parameter(at, "state");
    expect(w.come_back(fresh, injected).status == 403, "a code of another login is refused");

    const browser before = alice;
    const auto asked =
        w.come_back(alice, w.provider.visit(w.go_to_upstream(alice, "other"), "alice"));
    expect(asked.status == 200 && asked.body.find("other.example") != std::string::npos,
           "another application has to ask, although the upstream asks nothing any more");
    const auto answer = post("/consent", browser::form(asked) + "&decision=allow");
    expect(w.pages.decide(before.with_cookies(answer)).status == 400,
           "a consent page is answered in the session that was shown it");
}

void accounts_end(world& w, const std::string& token) {
    auto& alice = w.provider.accounts["https://id.example.com|alice"];
    alice = standing::unknown;
    expect(w.refresh(token).status == 503, "while the upstream is away, the client tries again");
    alice = standing::good;
    const auto next = w.refresh(token);
    expect(next.status == 200, "and nothing was used up");
    alice = standing::gone;
    const auto refused = w.refresh(member(next, "refresh_token"));
    expect(member(refused, "error") == "invalid_grant", "a closed account refreshes no more");
}

/// Returns: the next refresh token.
std::string restart(world& w, const std::string& token) {
    w.issuer = make_issuer(w.store, w.provider); // what is left of the old one: store and keys
    const auto next = w.refresh(token);
    expect(next.status == 200, "a restart logs nobody out");
    return member(next, "refresh_token");
}

} // namespace

int main() {
    world w;
    browser alice;
    first_page(w);
    auto token = log_in(w, alice);
    attacks(w, alice);
    token = restart(w, token);
    accounts_end(w, token);
    return 0;
}
