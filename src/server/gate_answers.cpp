#include "server/gate_answers.hpp"

#include <utility>

#include "mcp_oauth/grammar/json_writer.hpp"

namespace mcp_oauth {
inline namespace v0 {

namespace {

using gate_state = resource_server::state;

http_response refusal(int status, std::string body) {
    http_response answer{status, {{"Cache-Control", "no-store"}}, std::move(body)};
    if (answer.body.empty())
        answer.headers.push_back({"Content-Length", "0"});
    else
        answer.headers.push_back({"Content-Type", "application/json"});
    return answer;
}

std::string error_body(const error& why) {
    json_object_writer body;
    body.add("error", why.wire().name).add("error_description", why.description.view());
    return body.take();
}

std::string join(const std::string& first, const std::string& second) {
    return first.empty() ? second : first + ", " + second;
}

// One challenge for each scheme that is taken, in one field, and the error in the one that was used
// (RFC 9449 §7.2; DPOP-26). `Bearer` comes first: clients read it with regular expressions.
std::string challenges(const gate_state& server, const guarded_resource& resource,
                       const scope_set& scope, const std::optional<complaint>& about) {
    const bearer_challenge_context context{resource.metadata_url, scope, {}};
    const bool about_dpop = about && (about->scheme == token_scheme::dpop || resource.bound_only);
    std::string text;
    if (!resource.bound_only)
        text = about && !about_dpop ? bearer_challenge(context, about->why)
                                    : bearer_challenge(context);
    if (!server.rules->dpop.enabled) return text;
    constexpr auto algorithms = algorithm_set::all();
    if (about_dpop) return join(text, dpop_challenge(context, algorithms, about->why));
    // What there is to know is said already, unless this is the only challenge.
    return join(text,
                dpop_challenge(text.empty() ? context : bearer_challenge_context{}, algorithms));
}

// A browser's script sees a challenge only where it is exposed (BEAR-06, MCP-SEC-13).
http_response challenged(const gate_state& server, http_response answer, std::string challenge) {
    answer.headers.push_back({"WWW-Authenticate", std::move(challenge)});
    answer.headers.push_back({"Access-Control-Expose-Headers", server.rules->dpop.nonces
                                                                   ? "WWW-Authenticate, DPoP-Nonce"
                                                                   : "WWW-Authenticate"});
    return answer;
}

// A proof that is no good is a credential that is no good (RFC 9449 §7.1).
int status_of(const error& why) noexcept {
    const bool about_proof =
        why.code == error_code::invalid_dpop_proof || why.code == error_code::use_dpop_nonce;
    return about_proof ? 401 : why.wire().http_status;
}

} // namespace

http_response refuse_with(const gate_state& server, const guarded_resource& resource,
                          const scope_set& scope, const complaint& about) {
    return challenged(server, refusal(status_of(about.why), error_body(about.why)),
                      challenges(server, resource, scope, about));
}

// Nobody made a mistake yet, so nothing is called one (OA21-RS-07).
http_response ask_for_token(const gate_state& server, const guarded_resource& resource,
                            const scope_set& scope) {
    return challenged(server, refusal(401, {}), challenges(server, resource, scope, std::nullopt));
}

http_response try_again() {
    auto answer =
        refusal(503, error_body({error_code::temporarily_unavailable, "try again in a moment"}));
    answer.headers.push_back({"Retry-After", "1"});
    return answer;
}

std::optional<http_response> refuse_scope(const gate_state& server,
                                          const guarded_resource& resource, const scope_set& held,
                                          const scope_set& needed, token_scheme scheme) {
    if (server.rules.hierarchy().satisfies(held, needed)) return std::nullopt;
    constexpr error why{error_code::insufficient_scope,
                        "the access token does not cover this request"};
    return refuse_with(server, resource, needed, {why, scheme});
}

std::optional<http_response> refuse_host(const gate_state& server, const guarded_resource* resource,
                                         const scope_set& needed, event about) {
    if (resource != nullptr && !needed.malformed()) return std::nullopt;
    about.kind = event_kind::scope_refused;
    about.reason = resource == nullptr ? "unknown_resource" : "malformed_scope";
    report(server, about);
    return refusal(500, error_body({error_code::server_error, "the server is misconfigured"}));
}

} // namespace v0
} // namespace mcp_oauth
