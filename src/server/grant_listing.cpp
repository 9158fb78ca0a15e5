#include <algorithm>
#include <utility>

#include "mcp_oauth/grant/transition.hpp"
#include "server/client_flow.hpp"
#include "server/grant_administration.hpp"
#include "server/grant_record.hpp"

namespace mcp_oauth {
inline namespace v0 {
namespace {

constexpr std::size_t most_grants_of_a_page = 100;
using outcome = expected<grant_page, unavailable>;

grant_summary summary_of(const grant& g) {
    grant_summary s;
    s.grant_id = to_text(g.id);
    s.subject = g.subject;
    s.client_id = g.client_id;
    s.scopes = g.scope;
    s.resources = g.resources;
    s.approved_at = g.life.created_at;
    const bool waits = g.life.state == grant_state::pending;
    if (!waits) s.last_used_at = g.life.head_born;
    s.ends_at = waits ? g.life.code_deadline : g.life.absolute_end;
    return s;
}

/// One page of an owner's grants, and then the clients that it names.
class grant_listing final : public client_flow<grant_listing, outcome> {
public:
    grant_listing(exchange x, std::string owner, std::string_view after, std::size_t limit)
        : client_flow(std::move(x)),
          owner_(std::move(owner)),
          after_(after),
          limit_(std::clamp(limit, std::size_t{1}, most_grants_of_a_page)) {}

    void start() {
        if (owner_.find('\0') != std::string::npos) return finish(grant_page{});
        ask(list_step{record_kind::grant, std::move(owner_), std::move(after_), limit_},
            &grant_listing::on_page);
    }

    void on_page(list_answer a) {
        if (!a) return on_unavailable();
        for (const auto& each : a->records) {
            const auto g = decode_grant(each.body);
            if (!g) return on_unavailable(); // a record that nobody can read is the store's fault
            if (is_alive(g->life, request().arrived(), rules_for(*g, request().rules())))
                page_.grants.push_back(summary_of(*g));
        }
        page_.next = std::move(a->next);
        look_up_next_client();
    }

    void on_client(std::optional<known_client>&& who) {
        for (auto& each : page_.grants) {
            if (!who || each.client_id != who->who.client_id) continue;
            each.client_name = who->who.client_name;
            each.client_uri = who->who.client_uri;
        }
        look_up_next_client();
    }
    void on_unavailable() { finish(unexpected<unavailable>{unavailable{}}); }

private:
    void look_up_next_client() {
        while (asked_ < page_.grants.size()) {
            const auto& next = page_.grants[asked_++].client_id;
            const auto before = page_.grants.begin() + static_cast<std::ptrdiff_t>(asked_ - 1);
            const bool again = std::any_of(page_.grants.begin(), before, [&](const auto& each) {
                return each.client_id == next;
            });
            if (!again) return find_client(next, &grant_listing::on_client);
        }
        finish(std::move(page_));
    }

    std::string owner_;
    std::string after_;
    std::size_t limit_;
    grant_page page_;
    std::size_t asked_ = 0; ///< grants whose client was looked up, or met before
};

} // namespace

operation<outcome> begin_grant_listing(exchange x, const grant_owner& owner, std::string_view after,
                                       std::size_t limit) {
    auto name = record_keys::owner(x.server().common->issuer, owner);
    return begin_flow<grant_listing, outcome>(std::move(x), std::move(name), after, limit);
}

} // namespace v0
} // namespace mcp_oauth
