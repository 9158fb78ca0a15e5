// The `Authorization` and `WWW-Authenticate` fields (RFC 9110 §11), Basic (RFC 7617), Bearer (RFC
// 6750).

#include "mcp_oauth/grammar/http_authorization.hpp"

#include <algorithm>
#include <utility>

#include "grammar/ascii.hpp"
#include "mcp_oauth/grammar/base64url.hpp"
#include "mcp_oauth/grammar/http_message.hpp"

namespace mcp_oauth {
inline namespace v0 {

namespace {

// tchar of RFC 9110 §5.6.2.
constexpr bool is_token_character(char c) noexcept {
    return is_alpha(c) || is_digit(c) ||
           (c != '\0' && std::string_view{"!#$%&'*+-.^_`|~"}.find(c) != std::string_view::npos);
}

bool is_token(std::string_view text) noexcept {
    return !text.empty() && std::all_of(text.begin(), text.end(), is_token_character);
}

constexpr bool is_token68_character(char c) noexcept {
    return is_alpha(c) || is_digit(c) || c == '-' || c == '.' || c == '_' || c == '~' || c == '+' ||
           c == '/';
}

constexpr bool is_control(char c) noexcept {
    return static_cast<unsigned char>(c) < 0x20 || c == 0x7F;
}

// What a quoted string may hold without a backslash, less what is not printable ASCII.
constexpr bool is_plain(char c) noexcept { return c >= 0x20 && c <= 0x7E && c != '"' && c != '\\'; }

// `text` is a challenge of ours. No value in it holds a quote, so quotes alternate: open, close.
bool has_parameter(std::string_view text, std::string_view name) noexcept {
    bool is_value = false;
    while (!text.empty()) {
        const auto quote = std::min(text.find('"'), text.size() - 1);
        const auto piece = text.substr(0, quote); // `Bearer realm=`, a value, `, scope=`, a value
        const auto assigned = piece.substr(piece.find_last_of(' ') + 1);
        if (!is_value && equal_ignoring_case(assigned.substr(0, assigned.find('=')), name))
            return true;
        is_value = !is_value;
        text.remove_prefix(quote + 1);
    }
    return false;
}

} // namespace

std::optional<http_credentials> parse_credentials(std::string_view value) noexcept {
    const auto scheme = value.substr(0, value.find(' '));
    if (!is_token(scheme)) return std::nullopt;
    auto token = value.substr(scheme.size());
    while (!token.empty() && token.front() == ' ') token.remove_prefix(1);
    return http_credentials{scheme, token};
}

bool is_token68(std::string_view text) noexcept {
    while (!text.empty() && text.back() == '=') text.remove_suffix(1);
    return !text.empty() && std::all_of(text.begin(), text.end(), is_token68_character);
}

std::optional<basic_credentials> decode_basic(std::string_view token68) {
    const auto text = decode_base64(token68);
    if (!text || std::any_of(text->begin(), text->end(), is_control)) return std::nullopt;
    const auto colon = text->find(':');
    if (colon == std::string::npos) return std::nullopt;
    return basic_credentials{text->substr(0, colon), text->substr(colon + 1)};
}

secret encode_basic(std::string_view user_id, std::string_view password) {
    std::string both;
    both.reserve(user_id.size() + 1 + password.size());
    both.append(user_id).append(":").append(password);
    auto encoded = base64url(both);
    const auto wiped = secret::taken_from(std::move(both));
    std::replace(encoded.begin(), encoded.end(), '-', '+'); // the alphabet of RFC 4648 §4
    std::replace(encoded.begin(), encoded.end(), '_', '/');
    std::string value;
    value.reserve(encoded.size() + 9);
    value.append("Basic ").append(encoded);
    value.append((4 - encoded.size() % 4) % 4, '=');
    const auto gone = secret::taken_from(std::move(encoded));
    return secret::taken_from(std::move(value));
}

challenge& challenge::with(std::string_view name, std::string_view value) {
    if (!is_token(name) || !std::all_of(value.begin(), value.end(), is_plain)) return *this;
    if (has_parameters_ && has_parameter(text_, name)) return *this;
    text_.append(has_parameters_ ? ", " : " ")
        .append(name)
        .append("=\"")
        .append(value)
        .append("\"");
    has_parameters_ = true;
    return *this;
}

} // namespace v0
} // namespace mcp_oauth
