#include <httplib.h> // first, with the macros from pkg-config

#include "my_app.hpp"

#include <chrono>
#include <cstdio>
#include <variant>

#include <nlohmann/json.hpp>

#include "mcp_oauth/adapters/cpp_httplib.hpp"
#include "mcp_oauth/base/random.hpp"

namespace my_app {
namespace {

using json = nlohmann::json;
using httplib::Request;
using httplib::Response;

std::string escape(const std::string& text) {
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

void show(Response& out, int status, const std::string& html) {
    out.status = status;
    out.set_header("Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'");
    out.set_header("Cache-Control", "no-store");
    out.set_content("<!doctype html><html lang=\"en\"><title>Notes</title>" + html,
                    "text/html; charset=utf-8");
}

void show(Response& out, const mcp_oauth::error_page& page) {
    for (const auto& each : page.headers) out.set_header(each.name, each.value);
    show(out, page.status,
         "<h1>This did not work</h1><p>" + std::string{page.why.description.view()} + "</p>");
}

std::string ticket_field(const std::string& ticket) {
    return "<input type=\"hidden\" name=\"ticket\" value=\"" + escape(ticket) + "\">";
}

// A name that the operator did not give is the application's own claim, and said to be so.
std::string named(const std::string& name, mcp_oauth::client_provenance who_says) {
    if (name.empty()) return "An application that gave no name";
    if (who_says == mcp_oauth::client_provenance::configured)
        return "The application \"" + escape(name) + '"';
    return "An application that calls itself \"" + escape(name) + "\", which nobody has checked,";
}
std::string place(const std::string& host) { // one without a host has a scheme of its own
    return host.empty() ? "a program on this computer" : "<b>" + escape(host) + "</b>";
}
std::string who_asks(const mcp_oauth::interaction& asked) {
    return named(asked.client_name, asked.provenance) +
           " wants to use Notes in your name. The answer goes to " + place(asked.redirect_host) +
           '.';
}

void show_login(Response& out, int status, const std::string& why, const std::string& ticket) {
    show(out, status,
         "<h1>Sign in</h1><p>" + why + "<form method=\"post\" action=\"/login\">" +
             ticket_field(ticket) +
             "<p><label>Username <input name=\"username\"></label>"
             "<p><label>Password <input name=\"password\" type=\"password\"></label>"
             "<p><button>Sign in</button></form>");
}

void show_consent(Response& out, const mcp_oauth::consent_view& view) {
    std::string scopes;
    for (const auto& scope : view.scopes) scopes += "<li>" + escape(scope);
    show(out, 200,
         "<h1>Allow access?</h1><p>" + named(view.client_name, view.provenance) + " asks for:<ul>" +
             scopes + "</ul><p>The answer goes to " + place(view.redirect_host) +
             (view.redirect_is_local && !view.redirect_host.empty()
                  ? ", a program on this computer."
                  : ".") +
             "<form method=\"post\" action=\"/consent\">" + ticket_field(view.ticket) +
             "<button name=\"decision\" value=\"deny\">Deny</button> "
             "<button name=\"decision\" value=\"allow\">Allow</button></form>");
}

template <class Outcome> void show_outcome(Response& out, const Outcome& outcome) {
    if (const auto* page = std::get_if<mcp_oauth::error_page>(&outcome)) return show(out, *page);
    mcp_oauth::to_httplib(std::get<mcp_oauth::http_response>(outcome), out);
}

std::string session_of(const Request& in) {
    const auto cookies = "; " + in.get_header_value("Cookie");
    const auto at = cookies.find("; session="); // and not the end of another one's name
    return at == std::string::npos ? std::string{} : cookies.substr(at + 10, 22);
}

void log_in(const mcp_oauth::authorization_server& issuer, const Request& in, Response& out) {
    const auto ticket = in.get_param_value("ticket");
    const bool right =
        mcp_oauth::equal_in_constant_time(in.get_param_value("password"), "wonderland");
    if (in.get_param_value("username") != "alice" || !right)
        return show_login(out, 403, "The username or the password is wrong.", ticket);
    mcp_oauth::system_random random;
    // [login]
    // The ticket of the consent page is sealed to this name, so no other browser can answer it.
    const auto session = mcp_oauth::new_session_name(random);
    if (!session) return show(out, 503, "Try again.");
    mcp_oauth::login who;
    who.subject = "alice";
    who.at = mcp_oauth::system_clock{}.now();
    who.amr = {"pwd"};
    who.session = *session;
    const auto outcome = issuer.authenticated(ticket, who);
    // [login]
    const bool https = issuer.issuer().rfind("https:", 0) == 0;
    out.set_header("Set-Cookie", "session=" + *session + "; Path=/; HttpOnly; SameSite=Lax" +
                                     (https ? "; Secure" : ""));
    if (const auto* view = std::get_if<mcp_oauth::consent_view>(&outcome))
        return show_consent(out, *view);
    if (const auto* page = std::get_if<mcp_oauth::error_page>(&outcome)) return show(out, *page);
    mcp_oauth::to_httplib(std::get<mcp_oauth::http_response>(outcome), out);
}

json call(const std::string& method, const json& params, const std::string& user) {
    if (method == "initialize")
        return {{"protocolVersion", "2025-11-25"},
                {"capabilities", {{"tools", json::object()}}},
                {"serverInfo", {{"name", "notes"}, {"version", "1"}}}};
    if (method == "tools/list")
        return {{"tools", {{{"name", "whoami"}, {"inputSchema", {{"type", "object"}}}}}}};
    if (method == "tools/call" && params.value("name", "") == "whoami")
        return {{"content", {{{"type", "text"}, {"text", user}}}}};
    return nullptr;
}

} // namespace

void complain(const mcp_oauth::config_error& error) {
    std::fprintf(stderr, "%s: %s\n", error.member.c_str(), error.problem.c_str());
}
void complain(const mcp_oauth::key_file_error& error) {
    std::fprintf(stderr, "%s\n", error.problem.c_str());
}
void complain(const mcp_oauth::sqlite_error& error) {
    std::fprintf(stderr, "%s\n", error.problem.c_str());
}

// One line an event. Who it was about (`event::subject`, `client_id`, `source`) belongs into a log
// that strangers cannot write lines into.
void event_log::on_event(const mcp_oauth::event& event) {
    const auto kind = mcp_oauth::name(event.kind);
    std::fprintf(stderr, "%.*s %.*s\n", static_cast<int>(kind.size()), kind.data(),
                 static_cast<int>(event.reason.size()), event.reason.data());
}

hourly::hourly(std::function<void()> work)
    : thread_([work = std::move(work), end = end_.get_future()] {
          while (end.wait_for(std::chrono::hours{1}) == std::future_status::timeout) work();
      }) {}
hourly::~hourly() {
    end_.set_value();
    thread_.join();
}

// [pages]
void mount_pages(httplib::Server& http, const mcp_oauth::authorization_server& issuer) {
    http.Get(issuer.authorization_path(), [&](const Request& in, Response& out) {
        const auto outcome = issuer.authorize(mcp_oauth::from_httplib(in));
        if (const auto* page = std::get_if<mcp_oauth::error_page>(&outcome))
            return show(out, *page);
        const auto& asked = std::get<mcp_oauth::interaction>(outcome);
        if (!asked.demands.none) return show_login(out, 200, who_asks(asked), asked.ticket);
        const auto silent = issuer.authenticated(asked.ticket, std::nullopt); // nobody is signed in
        mcp_oauth::to_httplib(std::get<mcp_oauth::http_response>(silent), out);
    });
    http.Post("/login", [&](const Request& in, Response& out) { log_in(issuer, in, out); });
    http.Post("/consent", [&](const Request& in, Response& out) {
        const auto ticket = in.get_param_value("ticket");
        if (in.get_param_value("decision") == "allow")
            return show_outcome(out, issuer.approve(ticket, session_of(in)));
        show_outcome(out, issuer.deny(ticket, session_of(in)));
    });
}
// [pages]

void answer(const Request& in, Response& out, const std::string& user) {
    if (in.method != "POST") {
        out.status = 405;
        out.set_header("Allow", "POST");
        return;
    }
    const auto message = json::parse(in.body, nullptr, false);
    if (!message.is_object() || !message.contains("id")) {
        out.status = message.is_object() ? 202 : 400; // a notification, or no message
        return;
    }
    const auto result =
        call(message.value("method", ""), message.value("params", json::object()), user);
    json response{{"jsonrpc", "2.0"}, {"id", message["id"]}};
    if (result.is_null())
        response["error"] = {{"code", -32601}, {"message", "There is no such method"}};
    else
        response["result"] = result;
    out.set_content(response.dump(), "application/json");
}

} // namespace my_app
