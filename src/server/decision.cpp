#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>

#include "mcp_oauth/base/octets.hpp"
#include "mcp_oauth/grammar/json.hpp"
#include "server/approving_flow.hpp"
#include "server/authorization_endpoint.hpp"
#include "server/consent_record.hpp"

namespace mcp_oauth {
inline namespace v0 {
namespace {

/// The user agreed, or did not.
class decision final : public approving_flow<decision, decision_outcome> {
public:
    decision(exchange x, std::optional<ticket> t, std::string_view session,
             std::optional<approval> given)
        : approving_flow(std::move(x), std::move(t)),
          session_(session_digest(session)),
          given_(std::move(given)) {}

    void start() {
        if (!has_ticket() || !same_session()) return finish(error_page{400, page_is_spent});
        if (given_ && !host_data_is_fine())
            return finish(error_page{500, {error_code::server_error, "host_data is malformed"}});
        find_client(request_ticket().client_id, &decision::on_client);
    }

    void on_client(std::optional<known_client>&& found) {
        if (const auto fault = fault_of(found)) return finish(error_page{400, *fault});
        auto g = fresh_grant(found->who, granted());
        if (!g) return on_unavailable();
        if (!given_ || g->scope.empty()) {
            g->life.state = grant_state::revoked;
            g->life.reason = revocation_reason::denied;
            g->life.revoked_at = request().arrived();
            return create(std::move(*g));
        }
        if (!given_->host_data.empty()) {
            auto sealed = request().server().ring().seal(key_purpose::host_data, given_->host_data,
                                                         request().server().random, to_text(g->id));
            if (!sealed) return on_unavailable();
            g->sealed_host_data = std::move(*sealed);
        }
        create(std::move(*g));
    }

    // Only what was granted is remembered; and a consent that could not be is asked for again, that
    // is all.
    void after_create() {
        const ticket& t = request_ticket();
        // Nobody could give the host's data to a grant that comes without asking.
        const bool wanted = given_ && given_->remember && given_->host_data.empty() &&
                            made().life.state == grant_state::pending;
        if (!wanted || !may_remember(request().rules(), t.redirect_uri)) return answer();
        auto r = consent_record(request(), t, made().scope);
        if (!r) return answer();
        consent_ = *r;
        ask(create_step{std::move(*r)}, &decision::on_remembered);
    }
    void on_remembered(create_answer a) {
        if (a.outcome != write_outcome::conflict || !a.existing) return answer();
        ask(replace_step{consent_, a.existing->version}, &decision::on_renewed);
    }
    void on_renewed(replace_answer) { answer(); }

private:
    [[nodiscard]] bool same_session() const {
        return equal_in_constant_time(as_view(session_), as_view(request_ticket().user->session));
    }
    [[nodiscard]] bool host_data_is_fine() const {
        const auto& limits = request().rules().limits;
        return given_->host_data.empty() ||
               json_document::parse(given_->host_data, {limits.host_data, limits.json_depth});
    }
    // What was shown, narrowed by what was agreed to; it never widens.
    [[nodiscard]] scope_set granted() const {
        const auto& shown = request_ticket().scopes;
        if (!given_ || !given_->granted) return shown;
        scope_set both;
        for (const auto& scope : shown)
            if (given_->granted->contains(scope)) both.add(scope);
        return both;
    }
    std::array<std::uint8_t, 16> session_;
    std::optional<approval> given_;
    record consent_;
};

} // namespace

operation<decision_outcome> begin_decision(exchange x, std::string_view text,
                                           std::string_view session,
                                           std::optional<approval> given) {
    auto t = open_ticket(ticket_kind::consent, text, x.server(), x.arrived());
    if (t && !t->user) t.reset();
    return begin_flow<decision, decision_outcome>(std::move(x), std::move(t), session,
                                                  std::move(given));
}

} // namespace v0
} // namespace mcp_oauth
