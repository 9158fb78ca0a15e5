#include "browser.hpp"

#include <chrono>
#include <utility>
#include <variant>

#include "mcp_oauth/grammar/form_urlencoded.hpp"
#include "pages.hpp"

namespace mcp_server {
namespace {

using mcp_oauth::http_request;
using mcp_oauth::http_response;
using mcp_oauth::instant;

constexpr const char* expired = "The page was open for too long. Please try again.";

instant now() { return mcp_oauth::system_clock{}.now(); }

/// Whether somebody who is signed in has to sign in again for this request.
bool wants_new_login(const mcp_oauth::login_demands& demands, const session& who) {
    if (demands.login || demands.select_account) return true;
    return demands.max_age && mcp_oauth::to_unix_seconds(who.begun) + demands.max_age->count() <
                                  mcp_oauth::to_unix_seconds(now());
}

http_response only(const char* methods) {
    auto answer = render(trouble_page{405,
                                      "method_not_allowed",
                                      "This is not how to come here",
                                      "The page belongs to a form, and is of no use by itself.",
                                      {}});
    answer.headers.push_back({"Allow", methods});
    return answer;
}

http_response no_random() {
    return render(mcp_oauth::error_page{
        503,
        {mcp_oauth::error_code::temporarily_unavailable, "try again in a moment"},
        {{"Retry-After", "1"}}});
}

http_response refused_form() {
    return render(trouble_page{403,
                               "form_not_recognised",
                               "Please start again",
                               "This answer does not come from a page that this browser was shown, "
                               "or you have signed in or "
                               "out in the meantime.",
                               {"Go back to the application, and connect again."}});
}

http_response see_other(std::string location) {
    return {
        303,
        {{"Location", std::move(location)}, {"Cache-Control", "no-store"}, {"Content-Length", "0"}},
        {}};
}

} // namespace

/// The fields of our own forms; one that is missing or comes twice is empty.
struct browser::fields {
    std::string form_token, ticket, username, password, decision;
    std::string client_name, client_is, redirect_host;

    /// Whoever the page named that this form is of. Requires: the form token is of this session, so
    /// that nobody else can have written it.
    [[nodiscard]] std::optional<applicant> who() const {
        if (client_is.empty()) return std::nullopt;
        return applicant{client_name, client_is == "configured", redirect_host};
    }

    static std::optional<fields> read(const http_request& request) {
        const auto type = request.header("content-type");
        if (!type || mcp_oauth::media_type(*type) != "application/x-www-form-urlencoded")
            return std::nullopt;
        const auto form = mcp_oauth::form::parse(request.body);
        if (!form) return std::nullopt;
        fields found;
        const std::pair<const char*, std::string fields::*> members[] = {
            {"form_token", &fields::form_token}, {"ticket", &fields::ticket},
            {"username", &fields::username},     {"password", &fields::password},
            {"decision", &fields::decision},     {"client_name", &fields::client_name},
            {"client_is", &fields::client_is},   {"redirect_host", &fields::redirect_host}};
        for (const auto& [name, member] : members) {
            int times = 0;
            for (const auto& [key, value] : form->parameters())
                if (key == name && ++times == 1) found.*member = value;
            if (times > 1) (found.*member).clear();
        }
        return found;
    }
};

http_response browser::authorize(const http_request& request) const {
    auto outcome = parts_.issuer.authorize(request);
    if (const auto* refused = std::get_if<mcp_oauth::error_page>(&outcome)) return render(*refused);
    auto& asked = std::get<mcp_oauth::interaction>(outcome);

    const auto current = parts_.browser_sessions.find(request);
    const bool signed_in = current && current->signed_in();
    if (signed_in && !wants_new_login(asked.demands, *current))
        return go_on(request, asked.ticket, *current);
    const bool also_asks_for_pages =
        asked.demands.login || asked.demands.consent || asked.demands.select_account;
    if (asked.demands.none && !also_asks_for_pages) {
        // No page may be shown; the library tells the client that there is nobody.
        auto answer = parts_.issuer.authenticated(asked.ticket, std::nullopt, request);
        if (auto* redirect = std::get_if<http_response>(&answer)) return std::move(*redirect);
        if (const auto* refused = std::get_if<mcp_oauth::error_page>(&answer))
            return render(*refused);
        return refused_form();
    }
    return ask_for_login(
        current, {{}, asked.ticket, asked.demands.login_hint, {}, 200, applicant_of(asked)});
}

/// The user is known: on to the client, or to the consent page.
http_response browser::go_on(const http_request& request, const std::string& ticket,
                             const session& who) const {
    mcp_oauth::login login;
    login.subject = who.username;
    login.at = who.begun;
    login.amr = {"pwd"};
    login.session = who.id;
    auto outcome = parts_.issuer.authenticated(ticket, std::move(login), request);
    if (const auto* refused = std::get_if<mcp_oauth::error_page>(&outcome)) return render(*refused);
    if (auto* redirect = std::get_if<http_response>(&outcome)) return std::move(*redirect);
    return render(consent_page{std::get<mcp_oauth::consent_view>(outcome),
                               parts_.browser_sessions.form_token(who), ticket, who.username});
}

http_response browser::ask_for_login(std::optional<session> current, login_page shown) const {
    const bool fresh = !current;
    if (fresh) current = parts_.browser_sessions.begin();
    if (!current) return no_random();
    shown.form_token = parts_.browser_sessions.form_token(*current);
    auto answer = render(shown);
    if (!fresh) return answer;
    const auto cookie = parts_.browser_sessions.cookie(*current);
    if (!cookie) return no_random();
    answer.headers.push_back({"Set-Cookie", *cookie});
    return answer;
}

http_response browser::login(const http_request& request) const {
    const auto current = parts_.browser_sessions.find(request);
    if (request.method == "GET" || request.method == "HEAD") return ask_for_login(current, {});
    if (request.method != "POST") return only("GET, POST");
    const auto form = fields::read(request);
    if (!form) return refused_form();
    // A token of another session is of no use, and neither are the credentials beside it: somebody
    // else may have written them there, to have us sign in as him.
    if (!current || !parts_.browser_sessions.is_form_token(*current, form->form_token))
        return ask_for_login(current, {{}, form->ticket, form->username, expired, 403, {}});
    return check_password(request, *current, *form);
}

http_response browser::check_password(const http_request& request, const session& current,
                                      const fields& form) const {
    using mcp_oauth::attempt;
    const auto key = form.username + ' ' + request.source;
    if (auto* const limiter = parts_.limiter) {
        if (const auto wait = limiter->peek(attempt::failed_password, key, now())) {
            note("login_throttled", form.username, request);
            auto answer = ask_for_login(current, {{},
                                                  form.ticket,
                                                  form.username,
                                                  "Too many attempts. Please wait a moment.",
                                                  429,
                                                  form.who()});
            answer.headers.push_back({"Retry-After", std::to_string(wait->count())});
            return answer;
        }
    }
    if (!is_password_of(form.username, form.password)) {
        if (parts_.limiter != nullptr)
            (void)parts_.limiter->admit(attempt::failed_password, key, now());
        note("login_failed", form.username, request);
        return ask_for_login(
            current,
            {{}, form.ticket, form.username, "Username or password is wrong.", 403, form.who()});
    }
    note("login_succeeded", form.username, request);
    return welcome(request, form);
}

/// A new session, whatever the old one was (ATK-AZ-10), then on with what was waiting.
http_response browser::welcome(const http_request& request, const fields& form) const {
    const auto fresh = parts_.browser_sessions.log_in(form.username);
    if (!fresh) return no_random();
    const auto cookie = parts_.browser_sessions.cookie(*fresh);
    if (!cookie) return no_random();
    auto answer = form.ticket.empty() ? see_other("/") : go_on(request, form.ticket, *fresh);
    answer.headers.push_back({"Set-Cookie", *cookie});
    return answer;
}

http_response browser::consent(const http_request& request) const {
    if (request.method != "POST") return only("POST");
    const auto current = parts_.browser_sessions.find(request);
    const auto form = fields::read(request);
    if (!form || !current || !current->signed_in() ||
        !parts_.browser_sessions.is_form_token(*current, form->form_token))
        return refused_form();
    if (form->decision != "allow" && form->decision != "deny") return refused_form();
    auto outcome = form->decision == "allow"
                       ? parts_.issuer.approve(form->ticket, current->id, {}, request)
                       : parts_.issuer.deny(form->ticket, current->id, request);
    if (const auto* refused = std::get_if<mcp_oauth::error_page>(&outcome)) return render(*refused);
    return std::get<http_response>(std::move(outcome));
}

http_response browser::logout(const http_request& request) const {
    if (request.method != "POST") return only("POST");
    const auto current = parts_.browser_sessions.find(request);
    const auto form = fields::read(request);
    if (!form || !current || !parts_.browser_sessions.is_form_token(*current, form->form_token))
        return refused_form();
    parts_.browser_sessions.sign_out(*current);
    if (!form->ticket.empty())
        return ask_for_login(std::nullopt, {{}, form->ticket, {}, {}, 200, form->who()});
    const auto nobody = parts_.browser_sessions.begin();
    const auto cookie = nobody ? parts_.browser_sessions.cookie(*nobody) : std::nullopt;
    if (!cookie) return no_random();
    auto answer = see_other("/");
    answer.headers.push_back({"Set-Cookie", *cookie});
    return answer;
}

http_response browser::home(const http_request& request) const {
    const auto current = parts_.browser_sessions.find(request);
    if (!current || !current->signed_in()) return render(home_page{parts_.resource, {}, {}});
    return render(home_page{parts_.resource, parts_.browser_sessions.form_token(*current),
                            current->username});
}

bool browser::exists(const std::string& username) const {
    for (const auto& each : parts_.users)
        if (each.username == username) return true;
    return false;
}

/// Takes the same time for a user who does not exist.
bool browser::is_password_of(const std::string& username, std::string_view password) const {
    const auto as_text = [](const mcp_oauth::digest256& digest) {
        return std::string_view{reinterpret_cast<const char*>(digest.data()), digest.size()};
    };
    const auto given = mcp_oauth::sha256(password);
    bool right = false;
    for (const auto& each : parts_.users) {
        const bool same = mcp_oauth::equal_in_constant_time(as_text(each.password), as_text(given));
        right |= same && each.username == username;
    }
    return right;
}

void browser::note(const char* what, const std::string& username,
                   const http_request& request) const {
    if (parts_.audit == nullptr) return;
    const std::string subject = exists(username) ? username : std::string{};
    parts_.audit->on_login(what, subject, request.source, request.correlation_id);
}

} // namespace mcp_server
