#pragma once

#include <algorithm>
#include <cstddef>
#include <optional>
#include <string_view>
#include <utility>
#include <vector>

#include "mcp_oauth/rfc/8414_discovery.hpp"
#include "mcp_oauth/server/operation.hpp"

namespace mcp_oauth {
inline namespace v0 {

inline constexpr milliseconds issuer_fetch_limit{5000};

/// A GET of `url`, as every fetch from an issuer begins.
[[nodiscard]] inline fetch_step get_from_issuer(const uri& url, std::size_t largest) {
    fetch_step made;
    made.wanted.url = url;
    made.wanted.largest_body = largest;
    made.wanted.time_limit = issuer_fetch_limit;
    return made;
}

/// Why an issuer's answer is none; empty where it is one. A redirect is none too: whom it leads to
/// was not pinned.
[[nodiscard]] inline std::string_view fault_of(const fetch_answer& given) {
    if (!given) return name(given.error());
    return given->status == 200 ? std::string_view{} : "unexpected_status";
}

/// Looks for what an issuer's metadata says, in one place after the other.
template <class Found> class metadata_search {
public:
    using reader = expected<Found, metadata_fault> (*)(std::string_view document,
                                                       const foreign_issuer& issuer);

    /// Requires: `issuer` outlives this.
    metadata_search(const foreign_issuer& issuer, reader read)
        : issuer_(&issuer), read_(read), places_(discovery_urls(issuer)) {
        std::reverse(places_.begin(), places_.end());
    }

    /// Nothing where there is no further place.
    [[nodiscard]] std::optional<fetch_step> next() const {
        if (places_.empty()) return std::nullopt;
        return get_from_issuer(places_.back(), largest_metadata);
    }
    /// Requires: `next()` was not nothing.
    /// Errors: nothing where it is not there: see `fault`.
    [[nodiscard]] std::optional<Found> take(const fetch_answer& given) {
        places_.pop_back();
        fault_ = fault_of(given);
        if (!fault_.empty()) return std::nullopt;
        auto found = read_(given->body, *issuer_);
        if (found) return std::move(*found);
        fault_ = name(found.error());
        return std::nullopt;
    }
    /// Why the last place did not do.
    [[nodiscard]] std::string_view fault() const noexcept { return fault_; }

private:
    const foreign_issuer* issuer_;
    reader read_;
    std::vector<uri> places_; ///< the last is the next to be asked for
    std::string_view fault_;
};

} // namespace v0
} // namespace mcp_oauth
