#pragma once

#include <algorithm>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "mcp_oauth/base/octets.hpp"
#include "mcp_oauth/rfc/6749_authorization_response.hpp"
#include "server/client_flow.hpp"
#include "server/grant_record.hpp"
#include "server/leniency.hpp"
#include "server/ticket.hpp"

namespace mcp_oauth {
inline namespace v0 {

inline constexpr error page_is_spent{
    error_code::invalid_request,
    "this page has expired or was answered already; please start again"};

/// A flow that ends in a redirect back to the client, and that may create the grant on its way.
///
/// `create` is the one create of a grant's record, under the ID that the ticket was sealed with: so
/// a ticket works once by construction, whoever presses the button however often.
template <class Self, class Result> class approving_flow : public client_flow<Self, Result> {
public:
    void on_created(create_answer a) {
        switch (a.outcome) {
        case write_outcome::done: return self().after_create();
        case write_outcome::conflict:
            if (!a.existing) return read_back();
            return meet(*a.existing);
        case write_outcome::unknown: return read_back();
        case write_outcome::unavailable: return self().on_unavailable();
        }
    }
    void on_read_back(load_answer a) {
        if (!a || !*a) return self().on_unavailable();
        meet(**a);
    }
    /// The grant exists now. A flow that has more to do hides this.
    void after_create() { answer(); }
    /// The client and its redirect URI are proven, so the client hears of it (OA21-AUTHZ-19).
    void on_unavailable() {
        this->request().report(this->request().describe(event_kind::store_unavailable));
        redirect_with({error_code::temporarily_unavailable, "try again in a moment"});
    }

protected:
    approving_flow(exchange x, std::optional<ticket> t)
        : client_flow<Self, Result>(std::move(x)), ticket_(std::move(t)) {}

    [[nodiscard]] const ticket& request_ticket() const noexcept { return *ticket_; }
    [[nodiscard]] bool has_ticket() const noexcept { return ticket_.has_value(); }
    /// What keeps the client from going on, where something does: it was deleted or disabled, or
    /// its redirect URI was taken from it, while the user read a page.
    [[nodiscard]] std::optional<error> fault_of(const std::optional<known_client>& found) const {
        if (!found || found->who.disabled)
            return error{error_code::invalid_client, "the client is not known here"};
        const auto still =
            match_redirect_uri(std::string_view{ticket_->redirect_uri}, found->who.redirect_uris,
                               this->request().server().registration.redirects);
        if (!still) return still.error();
        return std::nullopt;
    }
    void attach(ticket_login user) { ticket_->user.emplace(std::move(user)); }

    /// The grant of this ticket, as it is when nothing has happened to it yet.
    /// Errors: nothing where the random source fails.
    [[nodiscard]] std::optional<grant> fresh_grant(const client& who, scope_set granted) {
        const auto& x = this->request();
        if (!x.server().random.fill(commit_.data(), commit_.size())) return std::nullopt;
        const ticket& t = *ticket_;
        grant g;
        g.id = t.id;
        g.client_id = t.client_id;
        g.method = who.method;
        g.subject = t.user->subject;
        g.scope = std::move(granted);
        g.resources = t.resources;
        if (t.challenge) g.challenge = t.challenge->view();
        g.redirect_uri = t.redirect_uri;
        g.dpop_jkt = t.dpop_jkt;
        g.redirect_uri_required =
            t.redirect_uri_sent && is_oauth_2_0_client(x.rules(), t.client_id);
        g.auth_time = t.user->auth_time;
        g.acr = t.user->acr;
        g.amr = t.user->amr;
        g.life.created_at = x.arrived();
        g.life.absolute_end =
            from_unix_seconds(to_unix_seconds(x.arrived())) + x.rules().refresh.absolute;
        g.life.code_deadline =
            (std::min)(x.arrived() + x.rules().code.lifetime, g.life.absolute_end);
        g.life.head_born = x.arrived();
        octet_reader nonce{as_view(commit_)};
        g.life.head_nonce = nonce.u64();
        g.life.head_key = x.server().ring().current();
        g.life.epoch = x.rules().min_epoch;
        return g;
    }
    void create(grant g) {
        if (this->request().overdue()) return self().on_unavailable();
        made_ = std::move(g);
        this->ask(create_step{to_record(made_, commit_, this->request().rules(),
                                        this->request().server().common->issuer)},
                  &Self::on_created);
    }

    void answer() { answer_with(made_); }
    [[nodiscard]] const grant& made() const noexcept { return made_; }

    void redirect_with(const error& why) {
        const auto& t = *ticket_;
        auto on_its_way = redirect_error::make(sealed_redirect::open(t.redirect_uri), why, t.state);
        // A page outlives this flow, and the sentence of `why` may be the ticket's.
        if (!on_its_way) return this->finish(error_page{400, page_is_spent});
        this->finish(redirect_answer(on_its_way->location(this->request().server().issuer)));
    }

private:
    [[nodiscard]] Self& self() noexcept { return static_cast<Self&>(*this); }

    void read_back() {
        this->ask(load_step{record_keys::grant(this->request().server().common->issuer, made_.id)},
                  &Self::on_read_back);
    }

    /// The record was there already: ours after an unknown outcome, or the button was pressed
    /// twice.
    void meet(const record& there) {
        const auto existing = decode_grant(there.body);
        if (!existing) return self().on_unavailable();
        const bool same_wish = existing->subject == made_.subject &&
                               existing->redirect_uri == made_.redirect_uri &&
                               existing->client_id == made_.client_id;
        const auto& life = existing->life;
        const bool waits = life.state == grant_state::pending &&
                           made_.life.state == grant_state::pending &&
                           this->request().arrived() < life.code_deadline;
        const bool denied = life.reason == revocation_reason::denied &&
                            made_.life.reason == revocation_reason::denied;
        if (!same_wish || !(waits || denied)) return this->finish(error_page{400, page_is_spent});
        answer_with(*existing);
    }

    void answer_with(const grant& g) {
        const auto& x = this->request();
        const bool denied = g.life.state == grant_state::revoked;
        x.report(x.describe(denied ? event_kind::denied : event_kind::approved, g));
        if (denied)
            return redirect_with({error_code::access_denied, "the user denied the request"});
        const auto code = mint({handle_kind::code, g.life.head_key, g.id, 0, g.life.head_nonce},
                               x.server().ring());
        if (!code) return self().on_unavailable();
        this->finish(redirect_answer(authorization_success{std::string{code->reveal()}}.location(
            sealed_redirect::open(ticket_->redirect_uri), ticket_->state, x.server().issuer)));
    }

    std::optional<ticket> ticket_;
    record_version commit_{};
    grant made_;
};

} // namespace v0
} // namespace mcp_oauth
