// The gate (requirements: order of validation of a resource request). Exactly one token; its form
// and signature, type, issuer, audience and times; the proof of its key, where it is bound to one;
// the grant behind it, where the policy asks for that; then the scopes, so that 403 is only ever
// said to a token that is good; and last whether the proof was here before.

#include <string>
#include <utility>

#include "mcp_oauth/grant/record.hpp"
#include "mcp_oauth/rfc/9068_jwt_access_token.hpp"
#include "mcp_oauth/server/driver.hpp"
#include "server/dpop.hpp"
#include "server/flow.hpp"
#include "server/gate_answers.hpp"
#include "server/principal_access.hpp"
#include "server/record_keys.hpp"
#include "server/request_event.hpp"
#include "server/resource_state.hpp"
#include "server/token_check.hpp"

namespace mcp_oauth {
inline namespace v0 {

namespace {

using gate_state = resource_server::state;

constexpr error bad_token{error_code::invalid_token, "the access token is invalid"};

// What a client without a good token is told to get: enough to begin with, and for this call.
scope_set challenged_scope(const guarded_resource& resource, const scope_set& needed) {
    scope_set scope = resource.baseline;
    for (const auto& each : needed) scope.add(each);
    return scope;
}

bool too_long(const http_request& request, std::size_t most) noexcept {
    for (const auto& field : request.headers)
        if (field.value.size() > most && (equal_ignoring_case(field.name, "authorization") ||
                                          equal_ignoring_case(field.name, "dpop")))
            return true;
    return false;
}

/// One request at the gate. It owns what it needs: where nothing is loaded or fetched it is
/// finished at once.
class admission_flow final : public flow<admission_flow, admission> {
public:
    admission_flow(std::shared_ptr<const gate_state> server, const guarded_resource& resource,
                   const scope_set& needed)
        : server_(std::move(server)), resource_(resource), needed_(needed) {}

    void start(const http_request& request) {
        now_ = server_->now();
        if (too_long(request, server_->rules->limits.header))
            return refuse_request({error_code::invalid_request, "the token is too long"}, request);
        const auto token = presented_token(request);
        if (!token) return refuse_request(token.error(), request);
        if (!*token) return invite(request);
        judge_token(request, **token);
    }

    void on_fetched(fetch_answer given) {
        refresh_->take(given, server_->now());
        fetch_keys();
    }

    void on_told(fetch_answer given) {
        inquiry_->take(given, server_->now());
        ask_issuer();
    }

    void on_proof_marked(create_answer given) {
        switch (given.outcome) {
        case write_outcome::done: return finish(std::move(*who_));
        case write_outcome::conflict: return refuse_proof(dpop_refusal{dpop_fault::replayed});
        case write_outcome::unknown:
            return ask(load_step{mark_of(*proof_, version_, server_->issuer).key},
                       &admission_flow::on_mark_read);
        case write_outcome::unavailable: return store_failed("create");
        }
    }
    // Whose mark is there tells whether this request was the first.
    void on_mark_read(load_answer given) {
        if (!given || !*given) return store_failed("load");
        if ((*given)->version == version_) return finish(std::move(*who_));
        refuse_proof(dpop_refusal{dpop_fault::replayed});
    }

private:
    void judge_token(const http_request& request, std::string_view token) {
        auto verdict = check_token(*server_, resource_, token, now_,
                                   kept_ ? key_fetches::none : key_fetches::allowed);
        if (auto* good = std::get_if<verified_access_token>(&verdict))
            return judge_caller(request, token, std::move(*good));
        event_ = event_of(request, now_);
        if (const auto* refused = std::get_if<token_refusal>(&verdict))
            return refuse_token(name(refused->fault));
        if (std::holds_alternative<issuer_tells>(verdict)) {
            kept_.emplace(request); // the caller's is gone when the answer is here
            inquiry_.emplace(*server_->introspected, resource_.id, token, request.source, now_);
            return ask_issuer();
        }
        auto* refresh = std::get_if<key_refresh>(&verdict);
        if (refresh == nullptr) return issuer_failed("no_keys");
        kept_.emplace(request); // the caller's is gone when the keys are here
        refresh_.emplace(std::move(*refresh));
        fetch_keys();
    }
    void fetch_keys() {
        if (auto wanted = refresh_->next())
            return ask(std::move(*wanted), &admission_flow::on_fetched);
        if (!refresh_->fault().empty()) tell(event_kind::issuer_unavailable, refresh_->fault());
        now_ = server_->now(); // the token may have expired meanwhile
        judge_token(*kept_, **presented_token(*kept_));
    }

    void ask_issuer() {
        if (auto wanted = inquiry_->next())
            return ask(std::move(*wanted), &admission_flow::on_told);
        const auto& told = inquiry_->result();
        if (const auto* silence = std::get_if<inquiry::silence>(&told)) {
            tell(silence->is_throttled ? event_kind::throttled : event_kind::issuer_unavailable,
                 silence->reason);
            return finish(try_again());
        }
        if (const auto* refused = std::get_if<token_refusal>(&told))
            return refuse_token(name(refused->fault));
        const auto token = **presented_token(*kept_);
        const auto& good = std::get<verified_access_token>(told);
        remember_told(*server_, resource_, token, good, now_); // since it was asked about
        now_ = server_->now();
        judge_caller(*kept_, token, good);
    }

    void judge_caller(const http_request& request, std::string_view token,
                      verified_access_token verified) {
        who_.emplace(principal_access::make(std::move(verified)));
        if (who_->issuer() != server_->issuer) principal_access::forget_grant(*who_);
        const bool bearer = scheme_ == token_scheme::bearer && who_->key_thumbprint().empty() &&
                            !resource_.bound_only;
        const bool looks_up = server_->rules->gate.revocation == gate_revocation::at_once;
        const bool allowed = server_->rules.hierarchy().satisfies(who_->scopes(), needed_);
        if (bearer && !looks_up && allowed)
            return finish(std::move(*who_)); // the way of almost every call

        event_ = event_of(request, now_);
        event_.grant_id = who_->grant_id();
        event_.client_id = who_->client_id();
        event_.subject = who_->subject();
        if (!bearer && !is_proven(request, token)) return;
        if (!looks_up || who_->grant_id().empty()) return judge_scope();
        ask(load_step{record_keys::grant(server_->issuer, who_->grant_id())},
            &admission_flow::on_grant);
    }

    expected<std::optional<std::string_view>, error> presented_token(const http_request& request) {
        auto bearer = bearer_token(request);
        if (!bearer || *bearer || !server_->rules->dpop.enabled) return bearer;
        auto bound = dpop_token(request);
        if (!bound || *bound) scheme_ = token_scheme::dpop;
        return bound;
    }

    // A bound token comes under its own scheme and with a proof of its key, and nothing else does:
    // or a thief could use it as a bearer token (RFC 9449 §7.1, §7.2; DPOP-23, DPOP-24).
    // Returns: false where the answer is given.
    bool is_proven(const http_request& request, std::string_view token) {
        const auto& key = who_->key_thumbprint();
        if (scheme_ == token_scheme::bearer)
            return refuse_token(key.empty() ? "unbound_token" : "bound_token_as_bearer"), false;
        if (key.empty()) return refuse_token("unbound_token_as_dpop"), false;
        dpop_expectations expected{request.method, resource_.target, now_};
        expected.lifetime = server_->rules->dpop.proof_lifetime;
        expected.access_token = token;
        if (server_->rules->dpop.nonces)
            expected.accepts_nonce = [this](std::string_view nonce) {
                return nonces().accepts(nonce, now_, server_->rules->dpop.nonce_lifetime);
            };
        auto proof = verify_dpop_proof(request, expected);
        if (!proof) return refuse_proof(proof.error()), false;
        if (proof->thumbprint() != key) return refuse_token("dpop_another_key"), false;
        proof_.emplace(std::move(*proof));
        return true;
    }
    // Requires: secrets, which the configuration demands for nonces.
    [[nodiscard]] dpop_nonces nonces() const {
        return {*server_->ring, key_purpose::dpop_resource_nonce, resource_.id.text()};
    }

    // Everything else was found right.
    void use_proof() {
        if (!proof_) return finish(std::move(*who_));
        if (server_->rules->dpop.gate_replay == dpop_replay::in_memory) {
            if (server_->proofs->insert(*proof_, now_)) return finish(std::move(*who_));
            return refuse_proof(dpop_refusal{dpop_fault::replayed});
        }
        system_random fallback;
        random_source& random =
            server_->ports.random != nullptr ? *server_->ports.random : fallback;
        if (!random.fill(version_.data(), version_.size())) return store_failed("random");
        ask(create_step{mark_of(*proof_, version_, server_->issuer)},
            &admission_flow::on_proof_marked);
    }

    void on_grant(load_answer given) {
        if (!given) return store_failed("load");
        if (!*given) return refuse_token("unknown_grant");
        const auto g = decode_grant((*given)->body);
        if (!g) return store_failed("unreadable_grant");
        if (g->client_id != who_->client_id() || g->subject != who_->subject())
            return refuse_token("unknown_grant");
        if (g->life.state == grant_state::revoked) return refuse_token("revoked");
        // Tokens come from redeemed codes only: this record has gone back to before that.
        if (g->life.state == grant_state::pending) return refuse_token("state_lost");
        if (g->life.epoch < server_->rules->min_epoch) return refuse_token("epoch_passed");
        if (!g->sealed_host_data.empty() && server_->ring) {
            auto opened =
                server_->ring->open(key_purpose::host_data, g->sealed_host_data, who_->grant_id());
            // Sealed under a secret that was dropped, which ends what was granted under it.
            if (!opened) return refuse_token("unreadable_host_data");
            principal_access::set_host_data(*who_, std::move(*opened));
        }
        judge_scope();
    }

    void judge_scope() {
        auto refused = refuse_scope(*server_, resource_, who_->scopes(), needed_, scheme_);
        if (!refused) return use_proof();
        tell(event_kind::scope_refused, server_->scope_refusal_reason(needed_));
        finish(std::move(*refused));
    }
    void invite(const http_request& request) {
        if (server_->asks_for_too_much(needed_)) { // the client would fetch a token in vain
            event_ = event_of(request, now_);
            tell(event_kind::scope_refused, "scope_not_offered");
        }
        finish(ask_for_token(*server_, resource_, challenged_scope(resource_, needed_)));
    }
    void refuse_request(const error& why, const http_request& request) {
        event_ = event_of(request, now_);
        tell(event_kind::token_refused, "invalid_request");
        refuse(why);
    }
    void refuse_token(std::string_view reason) {
        tell(event_kind::token_refused, reason);
        refuse(bad_token);
    }
    void refuse_proof(const dpop_refusal& why) {
        tell(event_kind::token_refused, name(why.fault));
        refuse(why);
        if (why.code == error_code::use_dpop_nonce)
            std::get<http_response>(*result).headers.push_back({"DPoP-Nonce", nonces().make(now_)});
    }
    void refuse(const error& why) {
        finish(
            refuse_with(*server_, resource_, challenged_scope(resource_, needed_), {why, scheme_}));
    }
    void store_failed(std::string_view reason) {
        tell(event_kind::store_unavailable, reason);
        finish(try_again());
    }
    void issuer_failed(std::string_view reason) {
        tell(event_kind::issuer_unavailable, reason);
        finish(try_again());
    }
    void tell(event_kind kind, std::string_view reason) {
        event_.kind = kind;
        event_.reason = reason;
        report(*server_, event_);
    }

    std::shared_ptr<const gate_state> server_;
    const guarded_resource& resource_; // of `server_`
    scope_set needed_;
    instant now_{};
    token_scheme scheme_ = token_scheme::bearer;
    std::optional<http_request> kept_; ///< while its issuer is asked, and afterwards
    std::optional<key_refresh> refresh_;
    std::optional<inquiry> inquiry_;
    std::optional<principal> who_;
    std::optional<dpop_proof> proof_;
    record_version version_{}; ///< of the proof's mark in the store
    event event_;
};

/// Nothing is judged: nobody gets in.
class misconfigured final : public operation_state<admission> {
public:
    explicit misconfigured(http_response answer) { result.emplace(std::move(answer)); }
    void resume(step_answer&&) override {}
};

} // namespace

operation<admission> resource_server::begin_admit(const http_request& request,
                                                  const scope_set& needed,
                                                  std::string_view resource) const {
    const auto* guarded = state_->find(resource);
    if (guarded == nullptr || needed.malformed())
        return operation<admission>{std::make_unique<misconfigured>(
            *refuse_host(*state_, guarded, needed, event_of(request, state_->now())))};
    auto made = std::make_unique<admission_flow>(state_, *guarded, needed);
    made->start(request);
    return operation<admission>{std::move(made)};
}

admission resource_server::admit(const http_request& request, const scope_set& needed,
                                 std::string_view resource) const {
    return run(begin_admit(request, needed, resource),
               {state_->ports.store, nullptr, {}, state_->ports.fetcher});
}

} // namespace v0
} // namespace mcp_oauth
