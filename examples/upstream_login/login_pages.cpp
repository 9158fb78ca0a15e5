#include "login_pages.hpp"

#include <iterator>

#include "mcp_oauth/base/crypto.hpp"
#include "mcp_oauth/base/octets.hpp"
#include "mcp_oauth/grammar/base64url.hpp"
#include "mcp_oauth/grammar/json.hpp"
#include "mcp_oauth/grammar/json_writer.hpp"

#include "web.hpp"

namespace oauth = mcp_oauth;

namespace {

constexpr const char* login_cookie = "__Host-login";
constexpr const char* session_cookie = "__Host-session";
constexpr std::chrono::minutes most_at_upstream{10};
constexpr std::size_t most_pending = 10'000;

oauth::http_response refusal(const oauth::error_page& refused) {
    auto shown = web::page(refused.status, "<h1>This did not work</h1><p>" +
                                               std::string{refused.why.description.view()});
    for (const auto& each : refused.headers) shown.headers.push_back(each);
    return shown;
}

oauth::http_response start_again(int status) {
    return web::page(status, "<h1>Please start again</h1><p>Go back to the application.");
}

std::string field(const char* name, std::string_view value) {
    return std::string{"<input type=\"hidden\" name=\""} + name + "\" value=\"" +
           web::escape(value) + "\">";
}

// A name that the operator did not give is the application's own claim, and said to be so.
std::string named(const std::string& name, oauth::client_provenance who_says) {
    if (name.empty()) return "An application that gave no name";
    if (who_says == oauth::client_provenance::configured)
        return "The application \"" + web::escape(name) + '"';
    return "An application that calls itself \"" + web::escape(name) +
           "\", which nobody has checked,";
}
std::string place(const std::string& host) { // one without a host has a scheme of its own
    return host.empty() ? "a program on this computer" : "<b>" + web::escape(host) + "</b>";
}
std::string who_asks(const oauth::interaction& asked) {
    return named(asked.client_name, asked.provenance) +
           " wants to use Notes in your name. The answer goes to " + place(asked.redirect_host) +
           '.';
}

oauth::http_response consent_page(const oauth::consent_view& view) {
    std::string scopes;
    for (const auto& scope : view.scopes) scopes += "<li>" + web::escape(scope);
    return web::page(
        200,
        "<h1>Allow access?</h1><p>" + named(view.client_name, view.provenance) + " asks for:<ul>" +
            scopes + "</ul><p>The answer goes to " + place(view.redirect_host) +
            (view.redirect_is_local && !view.redirect_host.empty() ? ", a program on this computer."
                                                                   : ".") +
            "<form method=\"post\" action=\"/consent\">" + field("ticket", view.ticket) +
            "<button name=\"decision\" value=\"deny\">Deny</button> "
            "<button name=\"decision\" value=\"allow\">Allow</button></form>");
}

} // namespace

// [authorize]
oauth::http_response login_pages::authorize(const oauth::http_request& request) {
    const auto outcome = issuer_.authorize(request);
    if (const auto* refused = std::get_if<oauth::error_page>(&outcome)) return refusal(*refused);
    const auto& asked = std::get<oauth::interaction>(outcome);
    if (asked.demands.none) { // nobody may be shown a page, and nobody is known without one
        const auto silent = issuer_.authenticated(asked.ticket, std::nullopt, request);
        if (const auto* refused = std::get_if<oauth::error_page>(&silent)) return refusal(*refused);
        return std::get<oauth::http_response>(silent);
    }
    return web::page(200, "<h1>Sign in to Notes</h1><p>" + who_asks(asked) +
                              "<p>We ask Example ID who you are, and for nothing else there."
                              "<form method=\"post\" action=\"/login\">" +
                              field("ticket", asked.ticket) +
                              "<button>Go on with Example ID</button></form>");
}
// [authorize]

// [begin_login]
oauth::http_response login_pages::begin_login(const oauth::http_request& request) {
    const auto state = web::random_name();
    const pending login{web::random_name(), web::parameter(request.body, "ticket"),
                        web::random_name(), web::random_name(), clock_.now() + most_at_upstream};
    if (!keep(state, login)) return start_again(503);
    auto away = web::see_other(provider_.login_url(
        {state, login.nonce, oauth::base64url(oauth::as_view(oauth::sha256(login.verifier)))}));
    away.headers.push_back(web::set_cookie(login_cookie, login.browser));
    return away;
}
// [begin_login]

bool login_pages::keep(const std::string& state, const pending& login) {
    const std::lock_guard held(lock_);
    for (auto at = pending_.begin(); at != pending_.end();)
        at = clock_.now() < at->second.ends ? std::next(at) : pending_.erase(at);
    if (pending_.size() >= most_pending) return false; // a flood
    pending_[state] = login;
    return true;
}

// [take]
std::optional<login_pages::pending> login_pages::take(const std::string& state) {
    const std::lock_guard held(lock_);
    const auto found = pending_.extract(state); // once, whatever comes of it
    if (found.empty() || clock_.now() >= found.mapped().ends) return std::nullopt;
    return found.mapped();
}
// [take]

// [callback]
oauth::http_response login_pages::callback(const oauth::http_request& request) {
    const auto login = take(web::parameter(request.target, "state"));
    if (!login) return start_again(400);
    // Another browser's answer: somebody was sent here to be signed in as somebody else.
    if (!oauth::equal_in_constant_time(web::cookie(request, login_cookie), login->browser))
        return start_again(400);
    const auto code = web::parameter(request.target, "code");
    if (code.empty()) return start_again(403); // `error`: they did not sign in
    const auto user = provider_.redeem(code, login->verifier, login->nonce);
    if (!user) return start_again(403);
    return go_on(*login, *user, request);
}
// [callback]

// [go_on]
oauth::http_response login_pages::go_on(const pending& login, const upstream_user& user,
                                        const oauth::http_request& page) {
    const auto account = user.issuer + '|' + user.subject;
    const auto session = web::random_name();
    {
        const std::lock_guard held(lock_);
        accounts_[session] = account;
        their_token_[account] = user.refresh_token; // stays here
    }
    const auto outcome = issuer_.authenticated(
        login.ticket, oauth::login{account, clock_.now(), "", {}, session}, page);
    if (const auto* refused = std::get_if<oauth::error_page>(&outcome)) return refusal(*refused);
    const auto* view = std::get_if<oauth::consent_view>(&outcome);
    auto answer = view ? consent_page(*view) : std::get<oauth::http_response>(outcome);
    answer.headers.push_back(web::set_cookie(session_cookie, session));
    return answer;
}
// [go_on]

// [decide]
oauth::http_response login_pages::decide(const oauth::http_request& request) {
    const auto session = web::cookie(request, session_cookie);
    const auto account = account_of(session);
    if (account.empty()) return start_again(403);
    const auto ticket = web::parameter(request.body, "ticket");
    oauth::approval
        given; // `remember` stays off: the next request of any client is asked about again
    given.host_data = oauth::json_object_writer{}.add("account", account).take();
    const auto outcome = web::parameter(request.body, "decision") == "allow"
                             ? issuer_.approve(ticket, session, given, request)
                             : issuer_.deny(ticket, session, request);
    if (const auto* refused = std::get_if<oauth::error_page>(&outcome)) return refusal(*refused);
    return std::get<oauth::http_response>(outcome);
}
// [decide]

std::string login_pages::account_of(const std::string& session) {
    const std::lock_guard held(lock_);
    const auto found = accounts_.find(session);
    return found == accounts_.end() ? std::string{} : found->second;
}

std::string login_pages::upstream_token_of(const std::string& account) {
    const std::lock_guard held(lock_);
    const auto found = their_token_.find(account);
    return found == their_token_.end() ? std::string{} : found->second;
}

// [still_welcome]
oauth::refresh_hook still_welcome(upstream& provider) {
    return [&provider](std::string_view, std::string_view,
                       std::string_view host_data) -> std::optional<oauth::error> {
        const auto kept = oauth::json_document::parse(host_data);
        const auto account = kept ? kept->root().string_at("account") : std::nullopt;
        if (!account)
            return oauth::error{oauth::error_code::invalid_grant, "the account is not known"};
        switch (provider.standing_of(std::string{*account})) {
        case standing::good: return std::nullopt;
        case standing::gone:
            return oauth::error{oauth::error_code::invalid_grant, "the account was closed"};
        case standing::unknown: break;
        }
        return oauth::error{oauth::error_code::temporarily_unavailable, "try again in a moment"};
    };
}
// [still_welcome]
