#include "sessions.hpp"

#include <charconv>
#include <utility>

#include "mcp_oauth/grammar/base64url.hpp"
#include "mcp_oauth/grammar/uri.hpp"
#include "mcp_oauth/server/authorization_server.hpp"

namespace mcp_server {
namespace {

using mcp_oauth::base64url;
using mcp_oauth::hkdf_sha256;
using mcp_oauth::instant;

constexpr mcp_oauth::seconds lifetime = std::chrono::hours{12};
constexpr std::string_view what_is_sealed = "mcp_server session 1";

// Cookies know no ports. Two servers on one machine must not take each other's.
std::string cookie_name(const std::string& issuer, bool secure) {
    if (secure) return "__Host-session";
    const auto parsed = mcp_oauth::uri::parse(issuer);
    const auto port = parsed ? parsed->port().value_or("") : "";
    return "session_" + std::string{port};
}

std::string to_text(const session& s) {
    return s.id + '\n' + std::to_string(mcp_oauth::to_unix_ms(s.begun)) + '\n' + s.username;
}

std::optional<session> from_text(const std::string& text) {
    const auto first = text.find('\n');
    const auto second = text.find('\n', first + 1);
    if (first == std::string::npos || second == std::string::npos) return std::nullopt;
    std::int64_t begun = 0;
    std::from_chars(text.data() + first + 1, text.data() + second, begun);
    return session{text.substr(0, first), text.substr(second + 1), mcp_oauth::from_unix_ms(begun)};
}

/// The value of one cookie among all (RFC 6265 §5.4). Browsers send one header, HTTP/2 proxies may
/// leave several.
std::optional<std::string_view> find_cookie(const mcp_oauth::http_request& request,
                                            std::string_view name) {
    for (const auto& header : request.headers) {
        if (!mcp_oauth::equal_ignoring_case(header.name, "cookie")) continue;
        std::string_view rest = header.value;
        while (!rest.empty()) {
            const auto end = rest.find(';');
            auto pair = rest.substr(0, end);
            rest.remove_prefix(end == std::string_view::npos ? rest.size() : end + 1);
            while (!pair.empty() && pair.front() == ' ') pair.remove_prefix(1);
            if (pair.size() > name.size() && pair.substr(0, name.size()) == name &&
                pair[name.size()] == '=')
                return pair.substr(name.size() + 1);
        }
    }
    return std::nullopt;
}

} // namespace

sessions::sessions(const mcp_oauth::secret& server_secret, const std::string& issuer)
    : cookie_key_(hkdf_sha256(server_secret.reveal(), "mcp_server cookie " + issuer)),
      form_key_(hkdf_sha256(server_secret.reveal(), "mcp_server form " + issuer)),
      secure_(issuer.rfind("https:", 0) == 0) {
    cookie_name_ = cookie_name(issuer, secure_);
}

std::optional<session> sessions::find(const mcp_oauth::http_request& request) const {
    const auto value = find_cookie(request, cookie_name_);
    if (!value) return std::nullopt;
    const auto sealed = mcp_oauth::decode_base64url(*value);
    if (!sealed) return std::nullopt;
    const auto text = cookie_key_.open(*sealed, what_is_sealed);
    if (!text) return std::nullopt;
    auto found = from_text(*text);
    if (!found || has_ended(*found)) return std::nullopt;
    return found;
}

bool sessions::has_ended(const session& s) const {
    if (now() >= s.begun + lifetime) return true;
    const std::lock_guard<std::mutex> lock{signed_out_guard_};
    return signed_out_.count(s.id) != 0;
}

std::optional<session> sessions::make(const std::string& username) const {
    auto id = mcp_oauth::new_session_name(random_);
    if (!id) return std::nullopt;
    return session{std::move(*id), username, now()};
}

void sessions::sign_out(const session& ended) {
    const std::lock_guard<std::mutex> lock{signed_out_guard_};
    for (auto each = signed_out_.begin(); each != signed_out_.end();)
        each = each->second <= now() ? signed_out_.erase(each) : std::next(each);
    signed_out_.emplace(ended.id, ended.begun + lifetime);
}

std::optional<std::string> sessions::cookie(const session& current) const {
    const auto sealed = cookie_key_.seal(to_text(current), what_is_sealed, random_);
    if (!sealed) return std::nullopt;
    return cookie_name_ + '=' + base64url(*sealed) + "; Path=/; HttpOnly; SameSite=Lax" +
           (secure_ ? "; Secure" : "");
}

std::string sessions::form_token(const session& current) const {
    const auto mac = mcp_oauth::hmac_sha256(form_key_.reveal(), current.id);
    return base64url({reinterpret_cast<const char*>(mac.data()), mac.size()});
}

bool sessions::is_form_token(const session& current, std::string_view token) const {
    return mcp_oauth::equal_in_constant_time(form_token(current), token);
}

} // namespace mcp_server
