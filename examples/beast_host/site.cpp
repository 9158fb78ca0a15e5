#include "site.hpp"

#include <cstdio>
#include <cstdlib>
#include <utility>
#include <variant>
#include <vector>

#include "mcp_oauth/base/random.hpp"
#include "mcp_oauth/grammar/form_urlencoded.hpp"

namespace oauth = mcp_oauth;

namespace {

template <class Made> Made must(oauth::expected<Made, oauth::config_error> made) {
    if (made) return std::move(*made);
    std::fprintf(stderr, "%s: %s\n", made.error().member.c_str(), made.error().problem.c_str());
    std::exit(2);
}

oauth::authorization_server make_issuer(const std::string& here, oauth::server_keys keys,
                                        oauth::server_ports ports) {
    oauth::authorization_server_config config;
    config.issuer = here;
    config.resources = {here + "/mcp"};
    config.scopes_supported = config.default_scopes = {"notes"};
    config.secrets = std::move(keys.secrets);
    config.signing_keys = std::move(keys.signing_keys);
    config.policy = oauth::policy::mcp();
    return must(oauth::authorization_server::make(std::move(config), ports));
}

std::vector<oauth::resource_config> guarded(const std::string& here) {
    oauth::resource_config notes;
    notes.identifier = here + "/mcp";
    notes.baseline_scopes = {"notes"};
    notes.name = "Notes";
    return {notes};
}

std::string escape(std::string_view text) {
    std::string out;
    for (const char c : text) {
        if (c == '&')
            out += "&amp;";
        else if (c == '<')
            out += "&lt;";
        else if (c == '>')
            out += "&gt;";
        else if (c == '"')
            out += "&quot;";
        else
            out += c;
    }
    return out;
}

oauth::http_response page(int status, const std::string& html) {
    return {status,
            {{"Content-Type", "text/html; charset=utf-8"},
             {"Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'"},
             {"X-Frame-Options", "DENY"},
             {"Referrer-Policy", "no-referrer"},
             {"Cache-Control", "no-store"}},
            "<!doctype html><html lang=\"en\"><title>Notes</title>" + html};
}
oauth::http_response refusal(const oauth::error_page& refused) {
    auto shown = page(refused.status, "<p>" + std::string{refused.why.description.view()});
    for (const auto& each : refused.headers) shown.headers.push_back(each);
    return shown;
}

std::string field(const oauth::http_request& request, std::string_view name) {
    const auto form = oauth::form::parse(request.body);
    if (form)
        for (const auto& [key, value] : form->parameters())
            if (key == name) return value;
    return {};
}
std::string ticket_field(const std::string& ticket) {
    return "<input type=\"hidden\" name=\"ticket\" value=\"" + escape(ticket) + "\">";
}

// A name that the operator did not give is the application's own claim, and said to be so.
std::string named(const std::string& name, oauth::client_provenance who_says) {
    if (name.empty()) return "An application that gave no name";
    if (who_says == oauth::client_provenance::configured)
        return "The application \"" + escape(name) + '"';
    return "An application that calls itself \"" + escape(name) + "\", which nobody has checked,";
}
std::string place(const std::string& host) { // one without a host has a scheme of its own
    return host.empty() ? "a program on this computer" : "<b>" + escape(host) + "</b>";
}
std::string who_asks(const oauth::interaction& asked) {
    return named(asked.client_name, asked.provenance) +
           " wants to use Notes in your name. The answer goes to " + place(asked.redirect_host) +
           '.';
}

oauth::http_response login_page(int status, const std::string& why, const std::string& ticket) {
    return page(status, "<h1>Sign in</h1><p>" + why + "<form method=\"post\" action=\"/login\">" +
                            ticket_field(ticket) +
                            "<p><label>Username <input name=\"username\"></label>"
                            "<p><label>Password <input name=\"password\" type=\"password\"></label>"
                            "<p><button>Sign in</button></form>");
}
oauth::http_response consent_page(const oauth::consent_view& view) {
    std::string scopes;
    for (const auto& scope : view.scopes) scopes += "<li>" + escape(scope);
    return page(200, "<h1>Allow access?</h1><p>" + named(view.client_name, view.provenance) +
                         " asks for:<ul>" + scopes + "</ul><p>The answer goes to " +
                         place(view.redirect_host) +
                         (view.redirect_is_local && !view.redirect_host.empty()
                              ? ", a program on this computer."
                              : ".") +
                         "<form method=\"post\" action=\"/consent\">" + ticket_field(view.ticket) +
                         "<button name=\"decision\" value=\"deny\">Deny</button> "
                         "<button name=\"decision\" value=\"allow\">Allow</button></form>");
}

std::string session_of(const oauth::http_request& request) {
    const auto cookies = request.header("cookie").value_or("");
    const auto at = cookies.find("session=");
    return at == std::string_view::npos ? std::string{} : std::string{cookies.substr(at + 8, 22)};
}

} // namespace

site::site(std::string here, oauth::server_keys keys)
    : here_(std::move(here)),
      issuer_(make_issuer(here_, std::move(keys), oauth::server_ports{store_, nullptr, &limiter_})),
      gate_(must(oauth::resource_server::beside(issuer_, guarded(here_)))) {}

// [serve]
oauth::http_response site::serve(const oauth::http_request& request) {
    const auto path = request.path();
    const bool posted = request.method == "POST";
    if (path == issuer_.authorization_path()) return authorize(request);
    if (path == "/login" && posted) return log_in(request);
    if (path == "/consent" && posted) return decide(request);
    if (path == "/mcp") return mcp(request);
    for (const auto& each : gate_.endpoints())
        if (path == each.path) return gate_.handle(request);
    return issuer_.handle(request); // token, registration, revocation, keys, metadata; or 404
}
// [serve]

oauth::http_response site::authorize(const oauth::http_request& request) {
    const auto outcome = issuer_.authorize(request);
    if (const auto* refused = std::get_if<oauth::error_page>(&outcome)) return refusal(*refused);
    const auto& asked = std::get<oauth::interaction>(outcome);
    if (!asked.demands.none) return login_page(200, who_asks(asked), asked.ticket);
    const auto silent = issuer_.authenticated(asked.ticket, std::nullopt, request);
    if (const auto* refused = std::get_if<oauth::error_page>(&silent)) return refusal(*refused);
    return std::get<oauth::http_response>(silent);
}

oauth::http_response site::log_in(const oauth::http_request& request) {
    const auto ticket = field(request, "ticket");
    const auto now = oauth::system_clock{}.now();
    const auto key = field(request, "username") + '\n' + request.source;
    if (limiter_.peek(oauth::attempt::failed_password, key, now))
        return login_page(429, "Please wait a moment.", ticket);
    const bool right = oauth::equal_in_constant_time(field(request, "password"), "wonderland");
    if (field(request, "username") != "alice" || !right) {
        (void)limiter_.admit(oauth::attempt::failed_password, key, now);
        return login_page(403, "This was not right. Try again.", ticket);
    }
    oauth::system_random random;
    const auto session = oauth::new_session_name(random);
    if (!session) return page(503, "Try again.");
    oauth::login who;
    who.subject = "alice";
    who.at = now;
    who.amr = {"pwd"};
    who.session = *session;
    const auto outcome = issuer_.authenticated(ticket, who, request);
    if (const auto* refused = std::get_if<oauth::error_page>(&outcome)) return refusal(*refused);
    const auto* view = std::get_if<oauth::consent_view>(&outcome);
    auto answer = view ? consent_page(*view) : std::get<oauth::http_response>(outcome);
    const bool https = here_.rfind("https:", 0) == 0;
    answer.headers.push_back(
        {"Set-Cookie",
         "session=" + *session + "; Path=/; HttpOnly; SameSite=Lax" + (https ? "; Secure" : "")});
    return answer;
}

oauth::http_response site::decide(const oauth::http_request& request) {
    const auto ticket = field(request, "ticket");
    const auto session = session_of(request);
    const auto outcome = field(request, "decision") == "allow"
                             ? issuer_.approve(ticket, session, {}, request)
                             : issuer_.deny(ticket, session, request);
    if (const auto* refused = std::get_if<oauth::error_page>(&outcome)) return refusal(*refused);
    return std::get<oauth::http_response>(outcome);
}

// [mcp]
oauth::http_response site::mcp(const oauth::http_request& request) {
    auto admitted = gate_.admit(request, {"notes"});
    if (auto* refused = std::get_if<oauth::http_response>(&admitted)) return std::move(*refused);
    const auto& who = std::get<oauth::principal>(admitted);
    if (request.method != "POST") return {405, {{"Allow", "POST"}}, {}};
    return {200, {{"Content-Type", "text/plain; charset=utf-8"}}, who.subject()}; // your MCP server
}
// [mcp]
