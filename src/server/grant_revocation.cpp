#include <utility>
#include <vector>

#include "server/ending_flow.hpp"
#include "server/grant_administration.hpp"

namespace mcp_oauth {
inline namespace v0 {
namespace {

constexpr std::size_t records_of_a_page = 100;

bool holds_nul(const std::string& text) { return text.find('\0') != std::string::npos; }

/// The host ends one grant.
class grant_revocation final : public ending_flow<grant_revocation, expected<bool, unavailable>> {
public:
    grant_revocation(std::shared_ptr<const server_state> server, std::string_view id)
        : ending_flow(std::move(server)), id_(grant_id_from(id)) {}

    void start() {
        if (!id_) return on_ended(false, false);
        end(record_keys::grant(server().common->issuer, *id_));
    }
    void on_ended(bool existed, bool) { finish(existed); }
    void unanswered() { finish(unexpected<unavailable>{unavailable{}}); }

private:
    std::optional<grant_id> id_;
};

/// The host ends everything of one owner; with `registration`, the client's own record first, so
/// that no code of it can be redeemed any more.
///
/// Consents go before the grants: none of them may bring forth another grant meanwhile.
class owner_revocation final
    : public ending_flow<owner_revocation, expected<std::size_t, unavailable>> {
public:
    owner_revocation(std::shared_ptr<const server_state> server, std::string owner,
                     std::string registration)
        : ending_flow(std::move(server)),
          owner_(std::move(owner)),
          erasing_(std::move(registration)) {}

    void start() {
        if (holds_nul(owner_)) return finish(ended_); // no record can be called so
        if (!erasing_.empty()) return look_before_erasing();
        listing_ = true;
        list({});
    }

    void on_ended(bool, bool by_us) {
        if (by_us) ++ended_;
        go_on();
    }
    void unanswered() { finish(unexpected<unavailable>{unavailable{}}); }

private:
    void list(std::string after) {
        ask(list_step{kind_, owner_, std::move(after), records_of_a_page},
            &owner_revocation::on_page);
    }
    void on_page(list_answer a) {
        if (!a) return unanswered();
        page_ = std::move(*a);
        at_ = 0;
        go_on();
    }
    void go_on() {
        if (at_ < page_.records.size()) {
            const record& next = page_.records[at_++];
            return kind_ == record_kind::grant ? end(next) : erase(next);
        }
        if (!page_.next.empty()) return list(std::move(page_.next));
        if (kind_ == record_kind::grant) return finish(ended_);
        kind_ = record_kind::grant;
        list({});
    }

    void erase(const record& found) {
        erasing_ = found.key;
        ask(erase_step{found.key, found.version}, &owner_revocation::on_erased);
    }
    void on_erased(erase_answer a) {
        if (a.outcome == write_outcome::unavailable) return unanswered();
        if (a.outcome != write_outcome::done) return look_before_erasing();
        erased();
    }
    // It was renewed, or is gone, or nobody knows.
    void look_before_erasing() {
        if (++looks_ > most_looks) return unanswered();
        ask(load_step{erasing_}, &owner_revocation::on_found);
    }
    void on_found(load_answer a) {
        if (!a) return unanswered();
        if (!*a) return erased();
        erase(**a);
    }
    void erased() {
        looks_ = 0;
        if (listing_) return go_on();
        listing_ = true;
        list({});
    }

    static constexpr std::size_t most_looks = 8;

    std::string owner_;
    std::string erasing_; ///< the key that is being erased
    record_kind kind_ = record_kind::consent;
    record_page page_;
    std::size_t at_ = 0;
    std::size_t ended_ = 0;
    std::size_t looks_ = 0;
    bool listing_ = false;
};

} // namespace

operation<expected<bool, unavailable>>
begin_grant_revocation(std::shared_ptr<const server_state> server, std::string_view id) {
    return begin_flow<grant_revocation, expected<bool, unavailable>>(std::move(server), id);
}

operation<expected<std::size_t, unavailable>>
begin_owner_revocation(std::shared_ptr<const server_state> server, const grant_owner& owner) {
    auto name = record_keys::owner(server->common->issuer, owner);
    return begin_flow<owner_revocation, expected<std::size_t, unavailable>>(
        std::move(server), std::move(name), std::string{});
}

operation<expected<std::size_t, unavailable>>
begin_client_deletion(std::shared_ptr<const server_state> server, std::string_view client_id) {
    const auto& issuer = server->common->issuer;
    auto owner = record_keys::client_owner(issuer, client_id);
    auto registration = record_keys::client(issuer, client_id);
    return begin_flow<owner_revocation, expected<std::size_t, unavailable>>(
        std::move(server), std::move(owner), std::move(registration));
}

} // namespace v0
} // namespace mcp_oauth
