// What DPoP (RFC 9449) adds to a token request: the proof is verified before the grant is loaded,
// and marked as used when everything else was found right.

#include <utility>

#include "server/dpop.hpp"
#include "server/endpoint_proof.hpp"
#include "server/grant_endpoint.hpp"

namespace mcp_oauth {
inline namespace v0 {

void grant_endpoint::present_proven(const grant_id& id) {
    takes_proofs_ = true;
    auto proof = proof_of(request(), *request().server().capabilities.token_endpoint);
    if (!proof) return refuse_proof(proof.error());
    proof_ = std::move(*proof);
    present(id);
}

bool grant_endpoint::lacks_proof() const {
    if (!takes_proofs_ || proof_) return false;
    const auto* who = authenticated();
    return binds_tokens_for(request().rules(), access_.resource) ||
           (who != nullptr && who->dpop_bound_access_tokens);
}

// A proof is good once, also for a decision that only ends the grant: who replays a whole request
// has no key, and changes nothing.
void grant_endpoint::conclude() {
    const bool acts = gives_tokens() || transition_.next;
    if (acts && proof_ && !proof_marked_) return mark_proof();
    if (transition_.next) return commit();
    settle();
}

void grant_endpoint::mark_proof() {
    if (request().overdue()) return on_unavailable();
    ask(create_step{mark_of(*proof_, commit_, request().server().common->issuer)},
        &grant_endpoint::on_proof_marked);
}

void grant_endpoint::on_proof_marked(create_answer a) {
    switch (a.outcome) {
    case write_outcome::done: proof_marked_ = true; return conclude();
    case write_outcome::conflict: return refuse_proof(dpop_refusal{dpop_fault::replayed});
    case write_outcome::unknown:
        return ask(load_step{mark_of(*proof_, commit_, request().server().common->issuer).key},
                   &grant_endpoint::on_mark_read);
    case write_outcome::unavailable: return on_unavailable();
    }
}

// Whose mark is there tells whether this request was the first.
void grant_endpoint::on_mark_read(load_answer a) {
    if (!a || !*a) return on_unavailable();
    if ((*a)->version != commit_) return refuse_proof(dpop_refusal{dpop_fault::replayed});
    proof_marked_ = true;
    conclude();
}

void grant_endpoint::refuse_proof(const dpop_refusal& why) {
    request().report(request().describe(event_kind::request_refused, name(why.fault)));
    refuse_request(why);
}

http_response grant_endpoint::refusal(const error& why) const {
    auto answer = error_answer(why);
    if (why.code == error_code::use_dpop_nonce) add_dpop_nonce(answer, request());
    return answer;
}

} // namespace v0
} // namespace mcp_oauth
