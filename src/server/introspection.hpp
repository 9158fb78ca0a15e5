#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

#include "mcp_oauth/base/expected.hpp"
#include "mcp_oauth/rfc/7662_introspection.hpp"
#include "mcp_oauth/rfc/8414_discovery.hpp"
#include "mcp_oauth/server/operation.hpp"
#include "mcp_oauth/server/resource_server.hpp"
#include "server/kept_fresh.hpp"
#include "server/metadata_search.hpp"
#include "server/question_limits.hpp"

namespace mcp_oauth {
inline namespace v0 {

using introspection_place = kept_fresh<introspection_location>;

/// An introspected issuer whose configuration was found right.
struct pinned_introspection {
    foreign_issuer id;
    introspected_issuer config; ///< without its secret, which is `asker`'s
    introspection_client asker;
    introspection_place place;
    question_limits limits;

    pinned_introspection(foreign_issuer named, introspected_issuer with, introspection_client as,
                         std::optional<introspection_location> at, attempt_limiter* limiter);
};

/// The introspected issuer of a configuration; null where there is none.
///
/// Checks: its identifier, which is nobody else's; the endpoint, client and method; leeway and
///         remembered time at most a minute; limits that let somebody ask; an audience by name, and
///         answers without one, only for one resource.
/// Errors: the first fault.
[[nodiscard]] expected<std::unique_ptr<pinned_introspection>, config_error>
pin_introspected(resource_server_config& config, attempt_limiter* limiter);

/// One question to the issuer about one token: where the issuer is asked, where that is not known,
/// and then what it says. At most four fetches.
class inquiry {
public:
    /// The issuer was not asked, or did not answer: nothing is known of the token.
    struct silence {
        std::string_view reason; ///< for an event
        bool is_throttled;       ///< it was not asked, since it may not be asked so often
    };
    using outcome = std::variant<verified_access_token, token_refusal, silence>;

    /// Requires: `issuer` and `resource` outlive this.
    inquiry(pinned_introspection& issuer, const resource_identifier& resource,
            std::string_view token, std::string_view source, instant now);

    /// Nothing where it is over.
    [[nodiscard]] std::optional<fetch_step> next() const;
    /// Requires: `next()` was not nothing.
    void take(const fetch_answer& given, instant now);
    /// Requires: it is over.
    [[nodiscard]] const outcome& result() const noexcept { return *outcome_; }

private:
    void take_place(const fetch_answer& given, instant now);
    void take_answer(const fetch_answer& given, instant now);
    void be_silent(std::string_view reason, bool is_throttled = false);

    pinned_introspection* issuer_;
    const resource_identifier* resource_;
    secret token_;
    std::optional<question_limits::permit> permit_;
    std::optional<introspection_place::claim> claim_; ///< while its place is looked up
    metadata_search<introspection_location> search_;
    std::shared_ptr<const introspection_location> place_; ///< null: not known
    std::optional<outcome> outcome_;
};

} // namespace v0
} // namespace mcp_oauth
