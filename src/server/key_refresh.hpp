#pragma once

#include <memory>
#include <optional>
#include <string_view>

#include "mcp_oauth/rfc/7517_jwk.hpp"
#include "mcp_oauth/rfc/8414_discovery.hpp"
#include "mcp_oauth/server/operation.hpp"
#include "mcp_oauth/server/trusted_issuer.hpp"
#include "server/kept_fresh.hpp"
#include "server/metadata_search.hpp"

namespace mcp_oauth {
inline namespace v0 {

/// The keys of one trusted issuer.
using issuer_keys = kept_fresh<key_set>;

/// A trusted issuer whose configuration was found right, with the keys that are known of it.
struct pinned_issuer {
    foreign_issuer id;
    trusted_issuer config;
    std::optional<key_set_location> key_location; ///< nothing: it is discovered
    std::unique_ptr<issuer_keys> keys;
};

/// One fetch of an issuer's keys: says which URL is next, and takes what came of it. Metadata is
/// asked for anew each time, since keys may move. Four fetches at most. Destroyed before its end it
/// has failed.
class key_refresh {
public:
    /// Requires: `issuer` outlives this, and `claimed` is a claim of its keys.
    key_refresh(const pinned_issuer& issuer, issuer_keys::claim claimed);

    /// Nothing where the fetch is over.
    [[nodiscard]] std::optional<fetch_step> next() const;
    /// Requires: `next()` was not nothing.
    void take(const fetch_answer& given, instant now);
    /// Why the last step failed, for an event; empty where it did not.
    [[nodiscard]] std::string_view fault() const noexcept { return fault_; }

private:
    void take_keys(const fetch_answer& given, instant now);

    const pinned_issuer* issuer_;
    issuer_keys::claim claim_;
    metadata_search<key_set_location> search_;
    std::optional<key_set_location> keys_;
    std::string_view fault_;
};

/// `max-age` of a `Cache-Control` field (RFC 9111 §5.2.2.1), zero for `no-store` and `no-cache`.
/// Errors: nothing where it is absent or no number.
[[nodiscard]] std::optional<seconds> max_age_of(const http_response& answer);

} // namespace v0
} // namespace mcp_oauth
