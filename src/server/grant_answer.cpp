// How a request that moves a grant is answered once its decision is settled, and the events beside.

#include <optional>
#include <utility>

#include "mcp_oauth/grammar/json_writer.hpp"
#include "server/endpoint_proof.hpp"
#include "server/grant_endpoint.hpp"

namespace mcp_oauth {
inline namespace v0 {
namespace {

event_kind event_of(grant_evidence evidence) {
    switch (evidence) {
    case grant_evidence::used_after_revocation: return event_kind::used_after_revocation;
    case grant_evidence::epoch_passed: return event_kind::used_after_revocation;
    case grant_evidence::code_expired: return event_kind::code_expired;
    case grant_evidence::code_replay: return event_kind::code_replay;
    case grant_evidence::state_lost: return event_kind::state_lost;
    case grant_evidence::refresh_replay: return event_kind::refresh_replay;
    case grant_evidence::refresh_undecidable: return event_kind::refresh_undecidable;
    case grant_evidence::expired: return event_kind::expired;
    case grant_evidence::none: break;
    }
    return event_kind::request_refused;
}

} // namespace

void grant_endpoint::settle() {
    report_settled();
    switch (transition_.says) {
    case verdict::retried:
    case verdict::coalesced:
    case verdict::kept:
    case verdict::granted:
    case verdict::rotated:
    case verdict::touched: return answer_with_tokens();
    case verdict::already_revoked:
    case verdict::revoked: return finish(acknowledge());
    case verdict::bad_scope:
        return refuse_request({error_code::invalid_scope, "scope exceeds what was granted"});
    case verdict::bad_target:
        return refuse_request({error_code::invalid_target, "resource was not granted"});
    case verdict::refused:
    case verdict::ended:
        return refuse_request(
            {error_code::invalid_grant, "the code or token is invalid, expired or revoked"});
    }
}

void grant_endpoint::report_settled() const {
    const auto& x = request();
    auto e = x.describe(event_of(transition_.evidence), current_);
    switch (transition_.says) {
    case verdict::retried: e.kind = event_kind::refresh_retry; break;
    case verdict::coalesced: e.kind = event_kind::refresh_coalesced; break;
    case verdict::kept:
    case verdict::touched:
    case verdict::rotated: e.kind = event_kind::refreshed; break;
    case verdict::granted: e.kind = event_kind::granted; break;
    case verdict::revoked: e.kind = event_kind::revoked; break;
    case verdict::already_revoked: return;
    case verdict::bad_scope: e.reason = "invalid_scope"; break;
    case verdict::bad_target: e.reason = "invalid_target"; break;
    case verdict::refused:
    case verdict::ended:
        if (current_.life.reason == revocation_reason::client_changed &&
            transition_.says == verdict::ended)
            e.kind = event_kind::revoked;
        if (current_.life.reason) e.reason = name(*current_.life.reason);
        if (transition_.evidence == grant_evidence::epoch_passed) e.reason = "epoch_passed";
        break;
    }
    e.generations_behind = transition_.behind;
    e.age = transition_.age;
    x.report(e);
}

std::optional<secret> grant_endpoint::refresh_token() const {
    const auto& life = current_.life;
    return mint(
        {handle_kind::refresh_token, life.head_key, current_.id, life.head, life.head_nonce},
        request().server().ring());
}

bool grant_endpoint::may_have_refresh_token() const {
    const auto* who = authenticated();
    if (who != nullptr && !who->may_use("refresh_token")) return false;
    switch (request().rules().refresh.issue) {
    case refresh_issuance::never: return false;
    case refresh_issuance::when_registered: return true;
    case refresh_issuance::when_offline_access: return current_.scope.contains("offline_access");
    }
    return false;
}

void grant_endpoint::answer_with_tokens() {
    std::optional<secret> refresh;
    // Who came with a refresh token gets the next one, whatever the policy says today: one that was
    // rotated and never handed over would come back as a replay.
    if (transition_.says != verdict::granted || may_have_refresh_token()) {
        refresh = refresh_token();
        // The head was minted under a secret that this server does not hold: not the client's
        // fault.
        if (!refresh) return on_unavailable();
    }
    on_served();
    json_object_writer body(access_token_.size() + 512);
    body.add("access_token", access_token_)
        .add("token_type", proof_ ? "DPoP" : "Bearer")
        .add("expires_in", expires_in_);
    if (refresh) body.add("refresh_token", refresh->reveal());
    body.add("scope", access_.scope.text());
    auto answer = json_answer(200, body.take());
    if (proof_) add_dpop_nonce(answer, request());
    finish(std::move(answer));
}

void grant_endpoint::on_unavailable() {
    request().report(request().describe(event_kind::store_unavailable));
    finish(unavailable_answer());
}

// A public client was taken at the grant's word so far. Before it is refused its record is read
// after all: a client that does not exist any more has to hear `invalid_client`, which tells it to
// register anew.
void grant_endpoint::refuse_request(error why) {
    if (client_) return finish(refusal(why));
    refusal_ = why;
    find_client(credentials_.client_id, &grant_endpoint::on_client_after_refusal);
}

void grant_endpoint::on_client_after_refusal(std::optional<known_client>&& who) {
    if (!who || who->who.disabled || who->who.method != credentials_.method)
        return finish(error_answer({error_code::invalid_client, "client authentication failed"}));
    finish(refusal(*refusal_));
}

} // namespace v0
} // namespace mcp_oauth
