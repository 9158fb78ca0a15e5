#include "mcp_oauth/rfc/7662_introspection.hpp"

#include <algorithm>
#include <optional>

#include "mcp_oauth/grammar/form_urlencoded.hpp"
#include "mcp_oauth/grammar/http_authorization.hpp"
#include "mcp_oauth/grammar/http_message.hpp"
#include "mcp_oauth/grammar/json.hpp"

namespace mcp_oauth {
inline namespace v0 {
namespace {

constexpr std::size_t deepest_answer = 8; // as the claims that are read from it

bool has_control(std::string_view text) noexcept {
    return std::any_of(text.begin(), text.end(),
                       [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7F; });
}

secret encoded(std::string_view text) { return secret::taken_from(form_encode(text)); }

// `token_type` says that it is an access token, and of which kind. DPoP without the key's
// thumbprint would be a bound token that anybody may use.
bool is_access_token(json_value answer, absent_member may_be_absent) {
    if (!answer.find("token_type")) return may_be_absent == absent_member::accepted;
    const auto type = answer.string_at("token_type").value_or("");
    if (equal_ignoring_case(type, "Bearer")) return true;
    const auto binding = answer.find("cnf");
    return equal_ignoring_case(type, "DPoP") && binding && binding->find("jkt");
}

} // namespace

std::optional<introspection_client>
introspection_client::make(std::string_view client_id, const secret& client_secret,
                           client_authentication_method method) {
    if (client_id.empty() || client_secret.empty()) return std::nullopt;
    if (has_control(client_id) || has_control(client_secret.reveal())) return std::nullopt;
    const auto id = encoded(client_id);
    const auto password = encoded(client_secret.reveal());
    if (method == client_authentication_method::client_secret_basic)
        return introspection_client{encode_basic(id.reveal(), password.reveal()), secret{}};
    if (method != client_authentication_method::client_secret_post) return std::nullopt;
    std::string form;
    form.reserve(id.reveal().size() + password.reveal().size() + 32);
    form.append("client_id=").append(id.reveal());
    form.append("&client_secret=").append(password.reveal()).append("&");
    return introspection_client{secret{}, secret::taken_from(std::move(form))};
}

secret introspection_client::form_about(std::string_view token) const {
    const auto value = encoded(token);
    std::string form;
    form.reserve(form_start_.reveal().size() + value.reveal().size() + 48);
    form.append(form_start_.reveal()).append("token=").append(value.reveal());
    form.append("&token_type_hint=access_token");
    return secret::taken_from(std::move(form));
}

std::variant<verified_access_token, token_refusal, introspection_unreadable>
introspected_token::read(std::string_view answer, access_token_expectations expected,
                         const introspection_rules& rules) {
    const auto document = json_document::parse(answer, {largest_introspection, deepest_answer});
    if (!document || !document->root().is_object()) return introspection_unreadable{};
    const auto root = document->root();
    if (root.boolean_at("active") != true) return token_refusal{token_fault::inactive};
    if (!is_access_token(root, rules.token_type)) return token_refusal{token_fault::wrong_type};
    expected.profile = access_token_profile::plain_jwt;
    const bool may_lack_audience =
        rules.audience == absent_member::accepted && !root.find("aud").has_value();
    expected.implied =
        may_lack_audience ? implied_claims::issuer_and_audience : implied_claims::issuer;
    auto claims = check_claims(answer, expected);
    if (!claims) return token_refusal{claims.error()};
    return verified_access_token{std::move(*claims)};
}

} // namespace v0
} // namespace mcp_oauth
