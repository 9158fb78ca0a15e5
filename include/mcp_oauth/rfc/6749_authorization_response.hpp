#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "mcp_oauth/base/expected.hpp"
#include "mcp_oauth/rfc/6749_errors.hpp"
#include "mcp_oauth/rfc/8252_redirect_uri.hpp"
#include "mcp_oauth/rfc/8414_server_metadata.hpp"
#include "mcp_oauth/rfc/9207_issuer.hpp"

/// RFC 6749 §4.1.2: what comes back from the authorization endpoint, as a `Location`.
namespace mcp_oauth {
inline namespace v0 {

/// Reads `state` (RFC 6749 appendix A.5: `1*VSCHAR`).
///
/// Errors:  `invalid_request` where it holds anything else (OA21-AUTHZ-20, ATK-RU-10).
/// Returns: the value to send back unchanged; nothing where none was sent.
[[nodiscard]] inline expected<std::optional<std::string>, error>
check_state(std::optional<std::string_view> state) {
    if (!state || state->empty()) return std::optional<std::string>{};
    for (const char c : *state)
        if (c < 0x20 || c > 0x7E)
            return refuse(error_code::invalid_request, "state holds a forbidden character");
    return std::optional<std::string>{*state};
}

/// The user said yes.
struct authorization_success {
    std::string code; ///< in clear: this answer is the only place where it stands

    /// Where to send the user agent with the code (RFC 6749 §4.1.2).
    ///
    ///   "state: REQUIRED if the "state" parameter was present in the client authorization request.
    ///    The exact value received from the client."
    ///
    /// `iss` is always there (RFC 9207 §2).
    [[nodiscard]] std::string location(const matched_redirect_uri& to,
                                       const std::optional<std::string>& state,
                                       const issuer_identifier& issuer) const {
        std::vector<std::pair<std::string, std::string>> response{{"code", code}};
        if (state) response.emplace_back("state", *state);
        response.push_back(issuer_parameter(issuer));
        return to.with_parameters(response);
    }
};

/// An error on its way back to the client (RFC 6749 §4.1.2.1).
///
/// It needs a `matched_redirect_uri`, which only `match_redirect_uri` makes: an unchecked address
/// cannot be redirected to. So neither a bad `client_id` nor a bad `redirect_uri` ends in a
/// redirect (OA21-AUTHZ-08, OA21-AUTHZ-09; MCP-ERR-08).
class redirect_error {
public:
    /// Returns: nothing when the code may only be answered directly.
    [[nodiscard]] static std::optional<redirect_error> make(matched_redirect_uri to, error why,
                                                            std::optional<std::string> state) {
        if (!why.wire().may_redirect) return std::nullopt;
        return redirect_error{std::move(to), why, std::move(state)};
    }

    /// What went wrong: always with a code that may travel by redirect.
    [[nodiscard]] const error& why() const noexcept { return why_; }

    /// Where to send the user agent: `error`, `error_description`, `state` if it was sent, `iss`
    /// always.
    [[nodiscard]] std::string location(const issuer_identifier& issuer) const {
        std::vector<std::pair<std::string, std::string>> response{
            {"error", std::string{why_.wire().name}}};
        const auto description = why_.description.view();
        if (!description.empty()) response.emplace_back("error_description", description);
        if (state_) response.emplace_back("state", *state_);
        response.push_back(issuer_parameter(issuer));
        return to_.with_parameters(response);
    }

private:
    redirect_error(matched_redirect_uri to, error why, std::optional<std::string> state)
        : to_(std::move(to)), why_(why), state_(std::move(state)) {}
    matched_redirect_uri to_;
    error why_;
    std::optional<std::string> state_;
};

} // namespace v0
} // namespace mcp_oauth
