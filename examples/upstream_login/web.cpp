#include "web.hpp"

#include <cstdint>
#include <cstdlib>

#include "mcp_oauth/base/random.hpp"
#include "mcp_oauth/grammar/base64url.hpp"
#include "mcp_oauth/grammar/form_urlencoded.hpp"

using mcp_oauth::http_response;

namespace web {

std::string random_name() {
    std::uint8_t octets[32];
    if (!mcp_oauth::system_random{}.fill(octets, sizeof octets)) std::abort();
    return mcp_oauth::base64url({reinterpret_cast<const char*>(octets), sizeof octets});
}

std::string parameter(std::string_view text, std::string_view name) {
    const auto query = text.find('?');
    const auto form =
        mcp_oauth::form::parse(query == std::string_view::npos ? text : text.substr(query + 1));
    std::string value;
    int times = 0;
    if (form)
        for (const auto& [key, each] : form->parameters())
            if (key == name && ++times == 1) value = each;
    return times == 1 ? value : std::string{};
}

std::string cookie(const mcp_oauth::http_request& request, std::string_view name) {
    auto rest = request.header("cookie").value_or("");
    while (!rest.empty()) {
        const auto end = rest.find("; ");
        const auto pair = rest.substr(0, end);
        const auto equals = pair.find('=');
        if (equals != std::string_view::npos && pair.substr(0, equals) == name)
            return std::string{pair.substr(equals + 1)};
        rest = end == std::string_view::npos ? std::string_view{} : rest.substr(end + 2);
    }
    return {};
}

mcp_oauth::http_header set_cookie(std::string_view name, std::string_view value) {
    return {"Set-Cookie", std::string{name} + '=' + std::string{value} +
                              "; Path=/; Secure; HttpOnly; SameSite=Lax"};
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

http_response page(int status, const std::string& html) {
    return {status,
            {{"Content-Type", "text/html; charset=utf-8"},
             {"Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'"},
             {"X-Frame-Options", "DENY"},
             {"Referrer-Policy", "no-referrer"},
             {"Cache-Control", "no-store"}},
            "<!doctype html><html lang=\"en\"><title>Notes</title>" + html};
}

http_response see_other(const std::string& location) {
    return {303, {{"Location", location}, {"Cache-Control", "no-store"}}, {}};
}

} // namespace web
