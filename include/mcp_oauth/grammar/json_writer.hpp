#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "mcp_oauth/base/export.hpp"

namespace mcp_oauth {
inline namespace v0 {

class json_value;

/// Appends `text` as a JSON string. Requires: UTF-8; an octet that is not becomes U+FFFD.
MCP_OAUTH_EXPORT void append_json_string(std::string& out, std::string_view text);

/// Appends a parsed value without white space, members in their order. A number that is no integer
/// of 64 bits is written as the `double` that it was read as.
MCP_OAUTH_EXPORT void append_json(std::string& out, json_value value);

/// Writes one JSON object, members in the order they are added, without white space.
///
/// Absent values are left out, never `null` (OAuth 2.1 appendix C.3; OA21-GEN-07).
///
/// Requires: no name is added twice.
class MCP_OAUTH_EXPORT json_object_writer {
public:
    /// `expected`: how many octets to make room for at once; it may be wrong.
    explicit json_object_writer(std::size_t expected = 0);

    /// A text, as `append_json_string` writes it. Literals need an overload of their own: they
    /// would rather be a `bool`.
    /// @{
    json_object_writer& add(std::string_view name, std::string_view text);
    json_object_writer& add(std::string_view name, const char* text) {
        return add(name, std::string_view{text});
    }
    json_object_writer& add(std::string_view name, const std::string& text) {
        return add(name, std::string_view{text});
    }
    /// @}
    /// An integer in decimal digits. A reader that knows only `double` has 53 bits of it.
    /// @{
    json_object_writer& add(std::string_view name, std::int64_t value);
    json_object_writer& add(std::string_view name, int value) { // a literal 0 is a pointer as well
        return add(name, std::int64_t{value});
    }
    /// @}
    json_object_writer& add(std::string_view name, bool value) = delete; // `add_flag`
    /// `true` or `false`, under a name of its own, since every pointer converts to `bool`.
    json_object_writer& add_flag(std::string_view name, bool value);
    /// An array of texts, `[]` where there are none.
    json_object_writer& add(std::string_view name, const std::vector<std::string>& values);
    /// Adds nothing where there is no text or it is empty.
    json_object_writer& add_if(std::string_view name, const std::optional<std::string>& text);
    /// Adds nothing for an empty text.
    json_object_writer& add_unless_empty(std::string_view name, std::string_view text);
    /// Adds nothing for an empty array (RFC 8414 §3.2, RFC 9728 §3.2).
    json_object_writer& add_unless_empty(std::string_view name,
                                         const std::vector<std::string>& values);
    /// Requires: `json` is one JSON value.
    json_object_writer& add_json(std::string_view name, std::string_view json);

    /// The object's text. The writer is spent.
    [[nodiscard]] std::string take();

private:
    void name(std::string_view name);
    std::string text_;
};

} // namespace v0
} // namespace mcp_oauth
