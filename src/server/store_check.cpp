#include "server/store_check.hpp"

#include <optional>
#include <string>
#include <utility>

#include "mcp_oauth/base/octets.hpp"
#include "mcp_oauth/grammar/base64url.hpp"
#include "mcp_oauth/grammar/json.hpp"
#include "mcp_oauth/grammar/json_writer.hpp"
#include "server/flow.hpp"
#include "server/record_keys.hpp"

namespace mcp_oauth {
inline namespace v0 {
namespace {

constexpr std::size_t most_attempts = 8;
using outcome = expected<void, config_error>;

class store_check final : public flow<store_check, outcome> {
public:
    store_check(std::shared_ptr<const server_state> server,
                authorization_server::on_mismatch mismatch)
        : server_(std::move(server)), mismatch_(mismatch) {}

    void start() {
        if (++attempts_ > most_attempts || !server_->random.fill(version_.data(), version_.size()))
            return fail("does not answer");
        ask(load_step{record_keys::secret_check(server_->common->issuer)}, &store_check::on_loaded);
    }

private:
    void on_loaded(load_answer a) {
        if (!a) return fail("does not answer");
        if (!*a) return ask(create_step{mine()}, &store_check::on_created);
        const record& there = **a;
        const auto body = json_document::parse(there.body);
        const auto id = body ? body->root().string_at("current") : std::nullopt;
        const auto check = body ? body->root().string_at("check") : std::nullopt;
        const auto known = id ? secret_id_from(*id) : std::nullopt;
        const bool matches = known && check && value_of(*known) == *check;
        if (matches && *known == server_->ring().current()) return finish(outcome{});
        if (!matches && mismatch_ == authorization_server::on_mismatch::refuse)
            return fail("belongs to other server secrets: put those back that it was filled with, "
                        "and keep them in a file between starts; after a leak, or where they are "
                        "lost, check with on_mismatch::adopt, and every user logs in again");
        ask(replace_step{mine(), there.version}, &store_check::on_replaced);
    }
    void on_created(create_answer a) {
        if (a.outcome == write_outcome::done) return finish(outcome{});
        start(); // somebody else was first, or nobody knows: look again
    }
    void on_replaced(replace_answer a) {
        if (a.outcome == write_outcome::done) return finish(outcome{});
        start();
    }

    /// What only a holder of the secret can compute; nothing where this server is none.
    [[nodiscard]] std::optional<std::string> value_of(const secret_id& id) const {
        const auto mac = server_->ring().mac(key_purpose::store_check, id, "store");
        if (!mac) return std::nullopt;
        return base64url(as_view(*mac));
    }
    [[nodiscard]] record mine() const {
        const auto& current = server_->ring().current();
        json_object_writer body;
        body.add("v", std::int64_t{1})
            .add("current", to_text(current))
            .add_if("check", value_of(current));
        record r;
        r.key = record_keys::secret_check(server_->common->issuer);
        r.kind = record_kind::secret_check;
        r.version = version_;
        r.expires_at = from_unix_seconds(253'402'300'799); // the year 9999: never
        r.body = body.take();
        return r;
    }
    void fail(std::string problem) {
        finish(outcome{unexpected<config_error>{config_error{"store", std::move(problem)}}});
    }

    std::shared_ptr<const server_state> server_;
    authorization_server::on_mismatch mismatch_;
    record_version version_{};
    std::size_t attempts_ = 0;
};

} // namespace

operation<outcome> begin_store_check(std::shared_ptr<const server_state> server,
                                     authorization_server::on_mismatch mismatch) {
    return begin_flow<store_check, outcome>(std::move(server), mismatch);
}

} // namespace v0
} // namespace mcp_oauth
