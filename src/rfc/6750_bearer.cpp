#include "mcp_oauth/rfc/6750_bearer.hpp"

#include "mcp_oauth/grammar/form_urlencoded.hpp"
#include "mcp_oauth/grammar/http_authorization.hpp"
#include "rfc/authorization_field.hpp"

namespace mcp_oauth {
inline namespace v0 {
namespace {

constexpr std::string_view bearer = "Bearer";

// Reads a form's names only: MCP's own bodies are JSON, so this costs nothing as a rule.
bool body_holds_token(const http_request& request) {
    const auto type = request.header("content-type");
    if (!type || media_type(*type) != "application/x-www-form-urlencoded") return false;
    const auto parsed = form::parse(request.body);
    if (!parsed) return false;
    for (const auto& parameter : parsed->parameters())
        if (parameter.first == "access_token") return true;
    return false;
}

} // namespace

expected<std::optional<std::string_view>, error> token_of_scheme(const http_request& request,
                                                                 std::string_view scheme) {
    constexpr auto code = error_code::invalid_request;
    const std::optional<std::string_view> none;
    const auto fields = request.count("authorization");
    if (fields == 0) return none;
    if (fields > 1) return refuse(code, "more than one Authorization field was sent");
    const auto credentials = parse_credentials(*request.header("authorization"));
    if (!credentials) return refuse(code, "the Authorization field is malformed");
    if (!equal_ignoring_case(credentials->scheme, scheme)) return none;
    if (!is_token68(credentials->token)) return refuse(code, "the access token is malformed");
    if (body_holds_token(request)) return refuse(code, "the token was sent in more than one way");
    return std::optional<std::string_view>{credentials->token};
}

expected<std::optional<std::string_view>, error> bearer_token(const http_request& request) {
    return token_of_scheme(request, bearer);
}

// RFC 6750 §3 gives no order. Clients read these with regular expressions; the most telling goes
// first.
void add_context(challenge& built, const bearer_challenge_context& context) {
    if (!context.scope.empty()) built.with("scope", context.scope.text());
    if (!context.resource_metadata.empty())
        built.with("resource_metadata", context.resource_metadata);
}

std::string bearer_challenge(const bearer_challenge_context& context) {
    challenge built{bearer};
    if (!context.realm.empty()) built.with("realm", context.realm);
    add_context(built, context);
    return built.text();
}

std::string bearer_challenge(const bearer_challenge_context& context, const error& why) {
    challenge built{bearer};
    if (!context.realm.empty()) built.with("realm", context.realm);
    built.with("error", why.wire().name);
    if (!why.description.view().empty()) built.with("error_description", why.description.view());
    add_context(built, context);
    return built.text();
}

} // namespace v0
} // namespace mcp_oauth
