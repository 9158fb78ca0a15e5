#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "mcp_oauth/base/expected.hpp"
#include "mcp_oauth/base/export.hpp"

namespace mcp_oauth {
inline namespace v0 {

/// Why a text is no acceptable `application/x-www-form-urlencoded`.
enum class form_fault : std::uint8_t {
    bad_escape,     ///< `%` without two hexadecimal digits
    not_utf8,       ///< the decoded octets are not UTF-8 (OAuth 2.1 §3.2.2; OA21-GEN-06)
    too_many,       ///< more parameters than the limit
    value_too_long, ///< a name or value longer than the limit
};

/// What is read at most; a form beyond it is refused.
struct form_limits {
    std::size_t parameters = 64;     ///< repeats count
    std::size_t value_octets = 8192; ///< of one name or value, decoded
};

/// The parameters of a query string or form body, decoded, in the order they came, repeats kept.
///
/// RFC 6749 §3.1 treats an empty value as absent and a repeated name as an error: both need the
/// form as it was sent, so nothing is folded here.
class form {
public:
    /// Name and value, both decoded.
    using parameter = std::pair<std::string, std::string>;

    /// Checks: escapes, UTF-8, limits. `+` is a space. Empty `name=value` pairs (`&&`) are skipped.
    [[nodiscard]] MCP_OAUTH_EXPORT static expected<form, form_fault>
    parse(std::string_view text, const form_limits& limits = {});

    /// All of them. A name without `=` has an empty value.
    [[nodiscard]] const std::vector<parameter>& parameters() const noexcept { return parameters_; }

private:
    std::vector<parameter> parameters_;
};

/// `text` encoded for use as a name or value (RFC 6749 appendix B): space is `+`; all but
/// letters, digits, hyphen, period, underscore and asterisk is `%XX`.
[[nodiscard]] MCP_OAUTH_EXPORT std::string form_encode(std::string_view text);

/// The text of one encoded name or value. HTTP Basic needs it (RFC 6749 §2.3.1).
[[nodiscard]] MCP_OAUTH_EXPORT expected<std::string, form_fault> form_decode(std::string_view text);

/// Whether `text` is well-formed UTF-8 (RFC 3629: no surrogates, no overlong forms).
[[nodiscard]] MCP_OAUTH_EXPORT bool is_utf8(std::string_view text) noexcept;

} // namespace v0
} // namespace mcp_oauth
