#include "server/grant_endpoint.hpp"

#include <algorithm>
#include <utility>

#include "mcp_oauth/base/octets.hpp"
#include "mcp_oauth/rfc/7515_jws.hpp"
#include "server/access_token.hpp"
#include "server/claims.hpp"
#include "server/grant_record.hpp"
#include "server/host_claims.hpp"

namespace mcp_oauth {
inline namespace v0 {
namespace {

constexpr std::size_t most_attempts = 8;
constexpr std::size_t most_revocation_attempts = 64;

fresh_head fresh_from(const record_version& commit, const key_ring& ring) {
    octet_reader in{as_view(commit)};
    return {in.u64(), ring.current()};
}

} // namespace

grant_endpoint::grant_endpoint(exchange x, parameters body)
    : client_flow(std::move(x)), body_(std::move(body)) {}

void grant_endpoint::start() {
    auto presented = presented_credentials::parse(request().request(), body_);
    if (!presented) {
        request().report(request().describe(event_kind::request_refused, "client_credentials"));
        return finish(error_answer(presented.error()));
    }
    credentials_ = std::move(*presented);
    on_credentials();
}

void grant_endpoint::authenticate() {
    find_client(credentials_.client_id, &grant_endpoint::on_client);
}

void grant_endpoint::on_client(std::optional<known_client>&& who) {
    const auto& x = request();
    const std::string key = credentials_.client_id + '|' + x.request().source;
    const bool guessable = credentials_.method != client_authentication_method::none;
    // A guesser who is told to wait cannot go on guessing meanwhile, not even rightly.
    if (guessable)
        if (const auto wait = x.must_wait(attempt::failed_secret, key)) {
            x.report(x.describe(event_kind::throttled, "failed_secret"));
            return finish(slow_down_answer(*wait));
        }
    expected<authenticated_client, error> proven =
        refuse(error_code::invalid_client, "client authentication failed");
    if (who) {
        client_record_ = std::move(who->stored);
        proven = authenticate_client(std::move(who->who), credentials_, x.arrived());
    }
    if (!proven) {
        auto e = x.describe(event_kind::client_authentication_failed);
        e.client_id = credentials_.client_id.substr(0, x.rules().limits.client_id);
        x.report(e);
        // What was compared is answered; whoever has to wait hears so at the next attempt.
        if (guessable) (void)x.count_attempt(attempt::failed_secret, key);
        return finish(error_answer(proven.error()));
    }
    client_.emplace(std::move(*proven));
    on_authenticated();
}

void grant_endpoint::present(const grant_id& id) {
    if (!drawn_ && !draw()) return on_unavailable();
    id_ = id;
    ask(load_step{record_keys::grant(request().server().common->issuer, id)},
        &grant_endpoint::on_grant);
}

// Both at once: asking the generator costs more than the octets do.
bool grant_endpoint::draw() {
    std::array<std::uint8_t, sizeof commit_ + sizeof token_id_> octets{};
    drawn_ = request().server().random.fill(octets.data(), octets.size());
    std::copy_n(octets.begin(), commit_.size(), commit_.begin());
    std::copy_n(octets.begin() + commit_.size(), token_id_.size(), token_id_.begin());
    return drawn_;
}

void grant_endpoint::on_grant(load_answer a) {
    if (!a) return on_unavailable();
    if (!*a) {
        if (auto gone = grant_is_gone()) return finish(std::move(*gone));
        return refuse_request({error_code::invalid_grant, "the grant does not exist"});
    }
    auto found = decode_grant((*a)->body);
    if (!found) return on_unavailable(); // a record that nobody can read is the store's fault
    current_ = std::move(*found);
    version_ = (*a)->version;
    if (attempts_ > 0 && version_ == commit_) return settle(); // our write had landed
    if (const auto tied = belongs(current_); !tied) {
        request().report(
            request().describe(event_kind::request_refused, current_, tied.error().wire().name));
        return refuse_request(tied.error());
    }
    judge();
}

void grant_endpoint::judge() {
    access_ = narrow(current_, body_, request().server());
    if (lacks_proof()) return refuse_proof(dpop_refusal{dpop_fault::missing});
    fresh_head fresh = fresh_from(commit_, request().server().ring());
    if (proof_ && current_.method == client_authentication_method::none)
        fresh.jkt = proof_->thumbprint(); // another client's tokens are bound to its credentials
    const moment at{request().arrived(), request().now()};
    transition_ = decide(current_, at, fresh);
    const bool same_client =
        authenticated() == nullptr || authenticated()->method == current_.method;
    const bool ends_anyway =
        transition_.says == verdict::revoked || transition_.says == verdict::already_revoked;
    // A client that is registered otherwise than when the grant was issued ends the grant.
    if (!same_client && !ends_anyway) {
        transition_ = revoke(current_.life, revocation_reason::client_changed, at);
        transition_.says = transition_.next ? verdict::ended : verdict::refused;
    }
    if (gives_tokens() && access_token_.empty()) return make_access_token();
    conclude();
}

bool grant_endpoint::gives_tokens() const noexcept {
    switch (transition_.says) {
    case verdict::retried:
    case verdict::coalesced:
    case verdict::kept:
    case verdict::granted:
    case verdict::rotated:
    case verdict::touched: return true;
    case verdict::refused:
    case verdict::bad_scope:
    case verdict::bad_target:
    case verdict::already_revoked:
    case verdict::ended:
    case verdict::revoked: return false;
    }
    return false;
}

void grant_endpoint::make_access_token() {
    if (!host_asked_) {
        host_asked_ = true;
        if (const auto no = host_refuses(current_)) {
            request().report(request().describe(event_kind::request_refused, current_, "host"));
            if (no->code != error_code::temporarily_unavailable) return refuse_request(*no);
            auto answer = error_answer(*no);
            answer.headers.push_back({"Retry-After", "1"});
            return finish(std::move(answer));
        }
    }
    const auto& server = request().server();
    auto custom = host_claims(server, current_, access_.scope, access_.resource);
    if (!custom) return refuse_custom_claims();
    auto claims = claims_for(current_, access_.scope, access_.resource, token_id_, request());
    claims.custom = std::move(*custom);
    if (proof_) claims.jkt = proof_->thumbprint();
    expires_in_ = claims.expires_at - claims.issued_at;
    if (request().rules().access_token.format == access_token_format::opaque) {
        auto sealed = mint_opaque(claims, server.ring(), server.random);
        if (!sealed) return claims.custom.empty() ? on_unavailable() : refuse_custom_claims();
        access_token_ = std::move(*sealed);
        return conclude();
    }
    const auto& key = server.keys.keys().front();
    signing_input_ = signing_input(claims, key.access_token_header);
    ask(sign_step{key.kid, signing_input_}, &grant_endpoint::on_signature);
}

void grant_endpoint::on_signature(sign_answer a) {
    if (!a) return on_unavailable();
    // What came from elsewhere may be of another key, or in a form that no client can read.
    const auto& key = request().server().common->signing_keys.front();
    if (key.is_held_elsewhere() && !key.public_key().verify(signing_input_, *a))
        return on_unavailable();
    access_token_ = finish_jws(std::move(signing_input_), *a);
    // Everything else is short enough, or the configuration had been refused.
    if (access_token_.size() > largest_access_token) return refuse_custom_claims();
    conclude();
}

void grant_endpoint::refuse_custom_claims() {
    request().report(request().describe(event_kind::request_refused, current_, "custom_claims"));
    finish(unavailable_answer());
}

// A registration that is used outlives its last refresh token: its end moves with each redeemed
// code, before the code is consumed, so that no grant outlives its client.
void grant_endpoint::keep_client_alive() {
    client_kept_ = true;
    auto who = client_->record();
    who.expires_at = current_.life.absolute_end + request().rules().registration.tail;
    record next = *client_record_;
    const auto expected_version = next.version;
    next.version = commit_;
    next.expires_at = *who.expires_at;
    next.body = encode_client(who);
    ask(replace_step{std::move(next), expected_version}, &grant_endpoint::on_client_kept);
}

void grant_endpoint::on_client_kept(replace_answer a) {
    // Lost to another login of the same client, which moved the end as far.
    if (a.outcome == write_outcome::done || a.outcome == write_outcome::conflict) return commit();
    on_unavailable();
}

void grant_endpoint::commit() {
    if (request().overdue()) return on_unavailable();
    const bool redeems = transition_.says == verdict::granted;
    if (redeems && !client_kept_ && client_record_ && client_->record().expires_at &&
        *client_->record().expires_at <
            current_.life.absolute_end + request().rules().registration.tail / 2)
        return keep_client_alive();
    const bool must_end =
        transition_.says == verdict::ended || transition_.says == verdict::revoked;
    if (attempts_++ >= (must_end ? most_revocation_attempts : most_attempts))
        return on_unavailable();
    current_.life = *transition_.next; // a swap that is lost loads the grant again
    ask(replace_step{to_record(current_, commit_, request().rules(),
                               request().server().common->issuer),
                     version_},
        &grant_endpoint::on_swapped);
}

void grant_endpoint::on_swapped(replace_answer a) {
    switch (a.outcome) {
    case write_outcome::done: return settle();
    case write_outcome::conflict:
    case write_outcome::unknown:
        return present(id_); // load again: who wrote it tells what happened
    case write_outcome::unavailable: return on_unavailable();
    }
}

} // namespace v0
} // namespace mcp_oauth
