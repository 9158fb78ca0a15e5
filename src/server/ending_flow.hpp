#pragma once

#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "mcp_oauth/grant/transition.hpp"
#include "server/exchange.hpp"
#include "server/flow.hpp"
#include "server/grant_record.hpp"

namespace mcp_oauth {
inline namespace v0 {

/// A flow that ends grants in the host's name, one after the other.
///
/// `end` goes on until the store says that the grant is revoked, and only that is acknowledged. It
/// leads to `Self::on_ended`, which is told whether the grant was there and whether this very flow
/// ended it, or to `Self::unanswered`.
template <class Self, class Result> class ending_flow : public flow<Self, Result> {
public:
    void on_grant(load_answer a) {
        if (!a) return self().unanswered();
        if (!*a) return self().on_ended(false, false);
        decide(**a);
    }
    void on_grant_replaced(replace_answer a) {
        if (a.outcome == write_outcome::unavailable) return self().unanswered();
        if (a.outcome != write_outcome::done) return look(); // read what is there now
        landed();
    }

protected:
    explicit ending_flow(std::shared_ptr<const server_state> server) : server_(std::move(server)) {}

    /// The grant under this key.
    void end(std::string key) {
        if (begin(std::move(key))) look();
    }
    /// The same grant, as it was listed a moment ago.
    void end(const record& found) {
        if (begin(found.key)) decide(found);
    }

    [[nodiscard]] const server_state& server() const noexcept { return *server_; }
    [[nodiscard]] const std::shared_ptr<const server_state>& shared_server() const noexcept {
        return server_;
    }

private:
    static constexpr std::size_t most_attempts = 64;

    [[nodiscard]] Self& self() noexcept { return static_cast<Self&>(*this); }

    bool begin(std::string key) {
        key_ = std::move(key);
        attempts_ = 0;
        exchange_.emplace(server_, http_request{}); // its time of arrival, and so its limit
        if (server_->random.fill(commit_.data(), commit_.size())) return true;
        self().unanswered();
        return false;
    }
    void look() { this->ask(load_step{key_}, &Self::on_grant); }

    void decide(const record& there) {
        auto g = decode_grant(there.body);
        if (!g) return self().unanswered();
        grant_ = std::move(*g);
        if (there.version == commit_) return landed(); // the answer to our write was lost
        const moment at{exchange_->arrived(), exchange_->now()};
        const auto t = revoke(grant_.life, revocation_reason::administrator, at);
        if (!t.next) return self().on_ended(true, false);
        if (exchange_->overdue() || ++attempts_ > most_attempts) return self().unanswered();
        grant_.life = *t.next;
        this->ask(
            replace_step{to_record(grant_, commit_, exchange_->rules(), server_->common->issuer),
                         there.version},
            &Self::on_grant_replaced);
    }
    void landed() {
        exchange_->report(exchange_->describe(event_kind::revoked, grant_, "administrator"));
        self().on_ended(true, true);
    }

    std::shared_ptr<const server_state> server_;
    std::optional<exchange> exchange_;
    std::string key_;
    grant grant_;
    record_version commit_{};
    std::size_t attempts_ = 0;
};

} // namespace v0
} // namespace mcp_oauth
