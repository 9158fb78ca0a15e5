#include "server/configured_text.hpp"

#include <cstddef>

#include "mcp_oauth/grammar/uri.hpp"

namespace mcp_oauth {
inline namespace v0 {
namespace {

constexpr std::size_t longest_shown = 200;

/// What is wrong with the parts of a URL that has some, in the order of the text.
std::string part_fault(const uri& url, std::string_view text, url_allowance allowed) {
    if (!url.scheme_is("https") && !url.scheme_is("http"))
        return "is no URL of a web server: write https://...";
    if (url.userinfo()) return "drop the user name before the host";
    if (url.host().empty()) return "names no host";
    if (url.scheme_is("http") && !allowed.http_on_loopback) return "must be https";
    if (url.scheme_is("http") && !url.host_is_loopback())
        return "http is for 127.0.0.1, [::1] and localhost only; behind a TLS proxy write the "
               "proxy's https URL";
    if (url.query() && !allowed.query) return "drop the query";
    if (url.fragment()) return "drop the fragment";
    if (text.back() == '/' && !allowed.slash_at_end) return "drop the slash at the end";
    return "is not acceptable";
}

} // namespace

std::string quoted(std::string_view text) {
    std::string shown = "\"";
    for (const char c : text.substr(0, longest_shown)) shown += c >= 0x20 && c <= 0x7E ? c : '?';
    return shown + (text.size() > longest_shown ? "...\"" : "\"");
}

std::string quoted_url(std::string_view text) {
    const auto scheme = text.find("://");
    const auto begin = scheme == std::string_view::npos ? 0 : scheme + 3;
    std::string shown{text.substr(0, begin)};
    text.remove_prefix(begin);
    if (const auto at = text.rfind('@'); at != std::string_view::npos) {
        shown += "...";
        text.remove_prefix(at);
    }
    const auto end = text.find_first_of("?#");
    shown += text.substr(0, end);
    if (end != std::string_view::npos) shown += text[end] + std::string{"..."};
    return quoted(shown);
}

std::string text_of(seconds value) { return std::to_string(value.count()) + " s"; }
std::string text_of(milliseconds value) {
    const auto whole = std::chrono::duration_cast<seconds>(value);
    return whole == value ? text_of(whole) : std::to_string(value.count()) + " ms";
}

std::string url_fault(std::string_view text, url_allowance allowed) {
    if (text.empty()) return "is required: the https URL, as clients see it";
    const auto url = uri::parse(text);
    if (!url) return quoted_url(text) + ": is no absolute URL: write https://...";
    return quoted_url(text) + ": " + part_fault(*url, text, allowed);
}

std::optional<std::string> first_missing(const scope_set& scopes, const scope_set& offered) {
    for (const auto& each : scopes)
        if (!offered.contains(each)) return std::string{each};
    return std::nullopt;
}

} // namespace v0
} // namespace mcp_oauth
