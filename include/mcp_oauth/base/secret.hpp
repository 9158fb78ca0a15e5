#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "mcp_oauth/base/export.hpp"

namespace mcp_oauth {
inline namespace v0 {

/// Whether two strings of octets are equal, in time that depends on their lengths only.
[[nodiscard]] MCP_OAUTH_EXPORT bool equal_in_constant_time(std::string_view a,
                                                           std::string_view b) noexcept;

/// Octets that must not be copied by accident, printed, compared with `==`, or left in memory.
///
/// Copying, streaming and `==` do not exist, so a log statement that names one does not compile.
/// `reveal()` is the only way in: searching for `reveal()` is the audit.
class MCP_OAUTH_EXPORT secret {
public:
    secret() noexcept = default; ///< no octets
    /// Copies `octets`; the caller still owns, and wipes, its own copy.
    explicit secret(std::string_view octets);
    /// Copies the octets of `text`, and wipes them there: for text that had to be put together.
    [[nodiscard]] static secret taken_from(std::string&& text);
    secret(secret&& other) noexcept; ///< leaves the other empty
    /// Wipes what was here before.
    secret& operator=(secret&& other) noexcept;
    secret(const secret&) = delete;
    secret& operator=(const secret&) = delete;
    ~secret();

    /// The octets themselves, for as long as the secret lives and nothing is assigned to it. A copy
    /// of them is the caller's to wipe.
    [[nodiscard]] std::string_view reveal() const noexcept {
        return {octets_.data(), octets_.size()};
    }
    /// Whether there is no octet: none was given, or they were moved away.
    [[nodiscard]] bool empty() const noexcept { return octets_.empty(); }
    /// A second copy, asked for by name.
    [[nodiscard]] secret clone() const { return secret{reveal()}; }

    /// As for two views.
    friend bool equal_in_constant_time(const secret& a, const secret& b) noexcept {
        return equal_in_constant_time(a.reveal(), b.reveal());
    }

private:
    void wipe() noexcept; // in src/, behind a call that the optimizer cannot see through
    // Not std::string: a short string lives inside the object, and a moved-from one keeps its
    // octets.
    std::vector<char> octets_;
};

template <class Stream> Stream& operator<<(Stream&, const secret&) = delete;

} // namespace v0
} // namespace mcp_oauth
