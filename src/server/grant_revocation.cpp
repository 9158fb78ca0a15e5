#include <optional>
#include <utility>

#include "mcp_oauth/grant/transition.hpp"
#include "server/exchange.hpp"
#include "server/flow.hpp"
#include "server/grant_record.hpp"
#include "server/store_check.hpp"

namespace mcp_oauth {
inline namespace v0 {
namespace {

constexpr std::size_t most_attempts = 64;
using outcome = expected<bool, unavailable>;

/// The host ends a grant. It is acknowledged only once the store was written or read as revoked.
class grant_revocation final : public flow<grant_revocation, outcome> {
public:
    grant_revocation(exchange x, std::string_view id) : x_(std::move(x)), id_(id) {}

    void start() {
        const auto& server = x_.server();
        const auto id = grant_id_from(id_);
        if (!id) return finish(outcome{false});
        if (!server.random.fill(commit_.data(), commit_.size())) return unanswered();
        look();
    }

private:
    void look() {
        const auto& server = x_.server();
        const auto id = grant_id_from(id_);
        if (++attempts_ > most_attempts) return unanswered();
        ask(load_step{record_keys::grant(server.common->issuer, *id)}, &grant_revocation::on_grant);
    }
    void on_grant(load_answer a) {
        if (!a) return unanswered();
        if (!*a) return finish(outcome{false});
        auto g = decode_grant((*a)->body);
        if (!g) return unanswered();
        const auto t = revoke(g->life, revocation_reason::administrator, {x_.arrived(), x_.now()});
        if ((*a)->version == commit_) return done(); // ours had landed
        if (!t.next) return finish(outcome{true});
        if (x_.overdue()) return unanswered();
        g->life = *t.next;
        grant_ = *g;
        ask(replace_step{to_record(grant_, commit_, x_.rules(), x_.server().common->issuer),
                         (*a)->version},
            &grant_revocation::on_replaced);
    }
    void on_replaced(replace_answer a) {
        if (a.outcome == write_outcome::unavailable) return unanswered();
        if (a.outcome != write_outcome::done) return look(); // read what is there now
        done();
    }
    void done() {
        x_.report(x_.describe(event_kind::revoked, grant_, "administrator"));
        finish(outcome{true});
    }
    void unanswered() { finish(outcome{unexpected<unavailable>{unavailable{}}}); }

    exchange x_;
    std::string id_;
    grant grant_;
    record_version commit_{};
    std::size_t attempts_ = 0;
};

} // namespace

operation<outcome> begin_grant_revocation(std::shared_ptr<const server_state> server,
                                          std::string_view id) {
    return begin_flow<grant_revocation, outcome>(exchange{std::move(server), {}}, id);
}

} // namespace v0
} // namespace mcp_oauth
