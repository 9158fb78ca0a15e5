#include "upstream.hpp"

#include "mcp_oauth/base/crypto.hpp"
#include "mcp_oauth/base/octets.hpp"
#include "mcp_oauth/grammar/base64url.hpp"
#include "mcp_oauth/grammar/form_urlencoded.hpp"

#include "web.hpp"

using mcp_oauth::form_encode;

namespace {

constexpr const char* issuer = "https://id.example.com";

} // namespace

std::string simulated_upstream::login_url(const upstream_request& asked) const {
    return std::string{issuer} + "/authorize?response_type=code&client_id=notes-server" +
           "&redirect_uri=" + form_encode("https://notes.example.com/callback") +
           "&scope=openid&code_challenge_method=S256&code_challenge=" + asked.code_challenge +
           "&state=" + asked.state + "&nonce=" + asked.nonce;
}

std::string simulated_upstream::visit(const std::string& url, const std::string& user) {
    const auto code = web::random_name();
    codes_[code] = {user, web::parameter(url, "nonce"), web::parameter(url, "code_challenge")};
    return "?code=" + code + "&state=" + web::parameter(url, "state") +
           "&iss=" + form_encode(issuer);
}

std::optional<upstream_user> simulated_upstream::redeem(const std::string& code,
                                                        const std::string& verifier,
                                                        const std::string& nonce) {
    const auto found = codes_.extract(code);
    if (found.empty()) return std::nullopt;
    const auto& asked = found.mapped();
    const auto challenge = mcp_oauth::base64url(mcp_oauth::as_view(mcp_oauth::sha256(verifier)));
    if (asked.code_challenge != challenge || asked.nonce != nonce) return std::nullopt;
    return upstream_user{issuer, asked.user, "upstream-refresh-token-of-" + asked.user};
}

standing simulated_upstream::standing_of(const std::string& subject) {
    const auto found = accounts.find(subject);
    return found == accounts.end() ? standing::good : found->second;
}
