#include "server/endpoint_proof.hpp"

#include <utility>

#include "server/dpop.hpp"

namespace mcp_oauth {
inline namespace v0 {
namespace {

dpop_nonces nonces_of(const exchange& x) {
    return {x.server().ring(), key_purpose::dpop_nonce, x.server().common->issuer};
}

} // namespace

expected<std::optional<dpop_proof>, dpop_refusal> proof_of(const exchange& x,
                                                           std::string_view endpoint) {
    const auto& rules = x.rules().dpop;
    if (!rules.enabled || !has_dpop_field(x.request())) return std::optional<dpop_proof>{};
    const auto target = dpop_target::parse(endpoint);
    dpop_expectations expected{x.request().method, *target, x.arrived()};
    expected.lifetime = rules.proof_lifetime;
    if (rules.nonces)
        expected.accepts_nonce = [&x, &rules](std::string_view nonce) {
            return nonces_of(x).accepts(nonce, x.arrived(), rules.nonce_lifetime);
        };
    auto proof = verify_dpop_proof(x.request(), expected);
    if (!proof) return unexpected{proof.error()};
    return std::optional<dpop_proof>{std::move(*proof)};
}

void add_dpop_nonce(http_response& answer, const exchange& x) {
    if (!x.rules().dpop.nonces) return;
    answer.headers.push_back({"DPoP-Nonce", nonces_of(x).make(x.now())});
}

} // namespace v0
} // namespace mcp_oauth
