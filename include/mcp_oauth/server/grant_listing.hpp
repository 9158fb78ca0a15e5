#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "mcp_oauth/base/clock.hpp"
#include "mcp_oauth/grammar/scope_token.hpp"

/// What a host's page of connected applications shows, and what it ends.
namespace mcp_oauth {
inline namespace v0 {

/// Whose grants: those that a subject gave, or those that a client was given.
class grant_owner {
public:
    /// `id` as in `login::subject`. One that nobody has is an owner without grants.
    [[nodiscard]] static grant_owner subject(std::string id) {
        return {kind::subject, std::move(id)};
    }
    /// `id` is the `client_id`, whether or not there is such a client any more.
    [[nodiscard]] static grant_owner client(std::string id) {
        return {kind::client, std::move(id)};
    }

    /// Otherwise it is a client: the same `id` names two owners.
    [[nodiscard]] bool is_subject() const noexcept { return kind_ == kind::subject; }
    /// As it was given, without the issuer.
    [[nodiscard]] const std::string& id() const noexcept { return id_; }

private:
    enum class kind : std::uint8_t { subject, client };
    grant_owner(kind k, std::string id) : kind_(k), id_(std::move(id)) {}

    kind kind_;
    std::string id_;
};

/// A grant that is alive: something can still be had for it.
struct grant_summary {
    std::string grant_id;    ///< for `revoke_grant`
    std::string subject;     ///< who approved it: `login::subject`
    std::string client_id;   ///< to whom; the one thing of the client that it cannot choose
    std::string client_name; ///< the client's own claim; empty where the client is gone
    std::string client_uri;  ///< likewise
    scope_set scopes;        ///< all that was granted; a token may have fewer
    std::vector<std::string> resources; ///< likewise, as the configuration spells them
    instant approved_at{};              ///< by a click, or on the strength of a remembered consent
    /// When its refresh token was last used, or its code redeemed; nothing while the code waits.
    std::optional<instant> last_used_at;
    /// The latest moment at which it can end; without use it ends earlier, see
    /// `policy::refresh_options::idle`.
    instant ends_at{};
};

/// A part of the list of grants.
struct grant_page {
    std::vector<grant_summary> grants; ///< may be fewer than asked for, even none, with a `next`
    std::string next;                  ///< hand it to the next call; empty at the end
};

} // namespace v0
} // namespace mcp_oauth
