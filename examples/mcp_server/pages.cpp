#include "pages.hpp"

#include <optional>
#include <string_view>
#include <utility>

#include "html.hpp"
#include "mcp_oauth/grammar/uri.hpp"
#include "page_style.hpp"

namespace mcp_server {
namespace {

using mcp_oauth::consent_view;
using mcp_oauth::http_response;
using mcp_oauth::uri;

constexpr std::size_t longest_name = 60; // characters of a name that a client gave itself

http_response page(int status, std::string_view title, const std::string& content,
                   const std::string& head = {}) {
    std::string html = "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
                       "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n";
    html += head + "<title>" + std::string{title} + " \xC2\xB7 Notes</title>\n<style>";
    html += page_style();
    html += "</style>\n</head>\n<body>\n<main>\n"
            "<p class=\"brand\"><svg viewBox=\"0 0 32 32\" aria-hidden=\"true\">"
            "<rect class=\"tile\" width=\"32\" height=\"32\" rx=\"8\"/>"
            "<path class=\"mark\" d=\"M10 11h12M10 16h12M10 21h7\"/></svg>Notes</p>\n";
    html += content + "</main>\n</body>\n</html>\n";
    return {status,
            {{"Content-Type", "text/html; charset=utf-8"},
             {"Content-Security-Policy", page_security_policy()},
             {"X-Frame-Options", "DENY"},
             {"X-Content-Type-Options", "nosniff"},
             {"Referrer-Policy", "same-origin"},
             {"Cache-Control", "no-store"}},
            std::move(html)};
}

std::string hidden(const char* name, std::string_view value) {
    return "<input type=\"hidden\" name=\"" + std::string{name} + "\" value=\"" + escape(value) +
           "\">\n";
}

std::string hidden(const std::optional<applicant>& who) {
    if (!who) return {};
    return hidden("client_name", who->name) +
           hidden("client_is", who->is_configured ? "configured" : "registered") +
           hidden("redirect_host", who->redirect_host);
}

std::string sign_out_form(const std::string& form_token, const std::string& ticket,
                          const std::optional<applicant>& who, const char* words) {
    return "<form method=\"post\" action=\"/logout\">\n" + hidden("form_token", form_token) +
           (ticket.empty() ? "" : hidden("ticket", ticket)) + hidden(who) +
           "<button class=\"link\" type=\"submit\">" + words + "</button>\n</form>\n";
}

/// What a scope lets its holder do, in plain words. One that we do not know stands for itself.
std::string_view in_words(std::string_view scope) {
    if (scope == "mcp") return "Connect and use basic tools";
    if (scope == "notes:read") return "Read your notes";
    if (scope == "notes:write") return "Add notes, and read them";
    if (scope == "offline_access") return "Stay connected";
    return scope;
}

std::string grant_list(const consent_view& view) {
    std::string list = "<ul class=\"grants\">\n";
    for (const auto& scope : view.scopes)
        list +=
            "<li><svg viewBox=\"0 0 24 24\" aria-hidden=\"true\"><path d=\"M4 13l5 5L20 7\"/></svg>"
            "<span>" +
            escape(in_words(scope)) + "<code>" + escape(scope) + "</code></span></li>\n";
    return list + "</ul>\n";
}

std::string row(const char* term, const std::string& html) {
    return "<div><dt>" + std::string{term} + "</dt><dd>" + html + "</dd></div>\n";
}

/// Where the answer goes, as people can check it: `claude.ai`, `127.0.0.1:33418`, `cursor:`.
std::string destination(const consent_view& view) {
    const auto redirect = uri::parse(view.redirect_uri);
    if (!redirect) return view.redirect_host;
    const bool web = redirect->scheme_is("https") || redirect->scheme_is("http");
    if (!web) return redirect->origin();
    std::string place{redirect->host()};
    if (const auto port = redirect->port()) place += ':' + std::string{*port};
    return place;
}

std::string website(const consent_view& view) {
    const auto given = uri::parse(view.client_uri);
    if (!given || given->host().empty()) return "<span class=\"soft\">not given</span>";
    return escape(given->host()) + "<small>as it says itself</small>";
}

std::string who_asks(const consent_view& view, const std::string& name) {
    if (view.provenance == mcp_oauth::client_provenance::configured)
        return "<p class=\"soft\">The operator of this server has set this application up.</p>\n";
    if (view.client_name.empty())
        return "<p class=\"soft\">It registered itself, and gave no name.</p>\n";
    return "<p class=\"soft\">The name \xE2\x80\x9C" + name +
           "\xE2\x80\x9D is its own claim. It registered itself, and nobody has checked who it "
           "is.</p>\n";
}

std::string local_warning(const consent_view& view) {
    if (!view.redirect_is_local) return {};
    return "<p class=\"note\"><strong>The answer goes to a program on this computer.</strong> "
           "Any program here can wait for it. Allow this only if you have just asked an "
           "application "
           "on this computer to connect.</p>\n";
}

std::string details(const consent_view& view) {
    std::string resources;
    for (const auto& each : view.resources)
        resources +=
            (resources.empty() ? "" : "<br>") + std::string{"<code>"} + escape(each) + "</code>";
    return "<dl>\n" + row("Its website", website(view)) +
           row("Answer goes to", "<strong>" + escape(destination(view)) + "</strong>") +
           row("Access to", resources) + "</dl>\n";
}

/// What the login is for.
std::string purpose(const login_page& shown) {
    if (shown.ticket.empty()) return "<p class=\"soft\">to your notes on this server.</p>\n";
    const auto name = shown.who ? escape(shorten(shown.who->name, longest_name)) : std::string{};
    std::string html = "<p>";
    html += name.empty() ? "An application" : "\xE2\x80\x9C" + name + "\xE2\x80\x9D";
    html += " asks for access to your notes. Sign in first; then you decide.</p>\n";
    if (!shown.who) return html;
    html += "<p class=\"soft\">";
    if (shown.who->is_configured)
        html += "The operator of this server has set this application up.";
    else if (name.empty())
        html += "It gave no name, and nobody has checked who it is.";
    else
        html += "The name is its own claim, and nobody has checked who it is.";
    if (!shown.who->redirect_host.empty())
        html += " The answer goes to <strong>" + escape(shown.who->redirect_host) + "</strong>.";
    return html + "</p>\n";
}

} // namespace

http_response render(const login_page& page_data) {
    const bool has_name = !page_data.username.empty();
    std::string html = "<h1>Sign in</h1>\n" + purpose(page_data);
    if (!page_data.problem.empty())
        html += "<p class=\"note bad\" role=\"alert\">" + escape(page_data.problem) + "</p>\n";
    html += "<form method=\"post\" action=\"/login\">\n" +
            hidden("form_token", page_data.form_token) +
            (page_data.ticket.empty() ? "" : hidden("ticket", page_data.ticket)) +
            hidden(page_data.who) +
            "<label for=\"username\">Username</label>\n"
            "<input id=\"username\" name=\"username\" type=\"text\" autocomplete=\"username\" "
            "autocapitalize=\"none\" spellcheck=\"false\" required maxlength=\"128\" value=\"" +
            escape(page_data.username) + (has_name ? "\">\n" : "\" autofocus>\n") +
            "<label for=\"password\">Password</label>\n"
            "<input id=\"password\" name=\"password\" type=\"password\" "
            "autocomplete=\"current-password\" required maxlength=\"1024\"" +
            (has_name ? " autofocus>\n" : ">\n") +
            "<div class=\"buttons\"><button type=\"submit\">Sign in</button></div>\n</form>\n";
    return page(page_data.status, "Sign in", html);
}

http_response render(const consent_page& page_data) {
    const auto& view = page_data.view;
    const std::string name = escape(shorten(view.client_name, longest_name));
    std::string html = name.empty()
                           ? "<h1>Let an application use your notes?</h1>\n"
                           : "<h1>Let \xE2\x80\x9C" + name + "\xE2\x80\x9D use your notes?</h1>\n";
    html += who_asks(view, name);
    html += "<h2>It will be able to</h2>\n" + grant_list(view) + details(view);
    html += local_warning(view);
    html +=
        "<form method=\"post\" action=\"/consent\">\n" +
        hidden("form_token", page_data.form_token) + hidden("ticket", view.ticket) +
        "<div class=\"buttons\">\n"
        "<button class=\"plain\" type=\"submit\" name=\"decision\" value=\"deny\">Deny</button>\n"
        "<button type=\"submit\" name=\"decision\" value=\"allow\">Allow</button>\n"
        "</div>\n</form>\n";
    html += "<div class=\"foot\"><span>Signed in as <strong>" + escape(page_data.username) +
            "</strong></span>\n" +
            sign_out_form(page_data.form_token, page_data.login_ticket, applicant_of(view),
                          "Use another account") +
            "</div>\n";
    return page(200, "Allow access?", html);
}

http_response render(const trouble_page& page_data) {
    std::string html = "<h1>" + escape(page_data.headline) + "</h1>\n<p>" +
                       escape(page_data.explanation) + "</p>\n";
    if (!page_data.steps.empty()) {
        html += "<h2>What you can do</h2>\n<ol class=\"steps\">\n";
        for (const auto& step : page_data.steps) html += "<li>" + escape(step) + "</li>\n";
        html += "</ol>\n";
    }
    html += "<p class=\"foot\"><span>Nothing was changed.</span><span>Code: <code>" +
            escape(page_data.code) + "</code></span></p>\n";
    return page(page_data.status, escape(page_data.headline), html,
                "<meta name=\"error\" content=\"" + escape(page_data.code) + "\">\n");
}

http_response render(const home_page& page_data) {
    std::string html =
        "<h1>An MCP server for your notes</h1>\n"
        "<p>To connect an application, give it this address. It then sends you here to "
        "sign in and to decide.</p>\n<p><code>" +
        escape(page_data.resource) + "</code></p>\n";
    if (page_data.username.empty())
        html += "<p class=\"foot\"><span>Nobody is signed in.</span><a href=\"/login\">Sign "
                "in</a></p>\n";
    else
        html += "<div class=\"foot\"><span>Signed in as <strong>" + escape(page_data.username) +
                "</strong></span>\n" + sign_out_form(page_data.form_token, {}, {}, "Sign out") +
                "</div>\n";
    return page(200, "Welcome", html);
}

http_response render(const mcp_oauth::error_page& refused) {
    using mcp_oauth::error_code;
    trouble_page shown;
    shown.status = refused.status;
    shown.code = refused.why.wire().name;
    switch (refused.why.code) {
    case error_code::invalid_client:
        shown.headline = "This application is not known here";
        shown.explanation = "The application that sent you here is not registered with this "
                            "server. It may have been "
                            "unused for too long, or the server may have been set up anew.";
        shown.steps = {"Go back to the application.",
                       "Remove this server there, and add it again. The application then registers "
                       "anew.",
                       "Connect again."};
        break;
    case error_code::temporarily_unavailable:
    case error_code::server_error:
        shown.headline = "The server cannot answer just now";
        shown.explanation =
            "This is a problem of the server, not of yours or of the application's.";
        shown.steps = {"Wait a moment.", "Go back to the application, and connect again."};
        break;
    default:
        shown.headline = "This request cannot be used";
        shown.explanation =
            "What the server found: " + std::string{refused.why.description.view()} + ".";
        shown.steps = {
            "Go back to the application, and connect again.",
            "If you see this again, remove this server there, and add it again.",
            "If that does not help, tell the makers of the application. The code below is "
            "for them."};
        break;
    }
    auto answer = render(shown);
    for (const auto& each : refused.headers) answer.headers.push_back(each);
    return answer;
}

} // namespace mcp_server
