#pragma once

#include <array>
#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace mcp_oauth {
inline namespace v0 {
namespace testing {
namespace contract {

/// Texts that a database may take for one another: by collation, as patterns, as escapes, by
/// trimming or cutting, or by Unicode's normal forms.
inline constexpr std::array<std::string_view, 41> lookalikes{
    "alice",     "Alice",     "ALICE",    "alice ",       " alice",    "alice\t",   "alic",
    "alicea",    "alice/",    "alice/1",  "al%",          "%",         "alic_",     "_lice",
    "al*",       "*",         "al?ce",    "[a]lice",      "al\\ice",   "al\\\\ice", "'alice'",
    "''alice''", "\"alice\"", "alice;--", "alice\n",      "alice\r\n", "{alice}",   "$alice",
    "$1",        ":1",        "alice:",   "alice\\n",     "%61lice",   "alice\x7f", "null",
    "NULL",      "e\xCC\x81", "\xC3\xA9", "\xEF\xBD\x81", "ss",        "\xC3\x9F",
};

/// Short texts that hold among them every octet of ASCII but NUL, and characters of each length in
/// UTF-8 at the edges of their ranges.
[[nodiscard]] std::vector<std::string> every_character();

/// Appends `scalar` in UTF-8. Requires: a Unicode scalar value.
void append_utf8(std::string& out, char32_t scalar);

} // namespace contract
} // namespace testing
} // namespace v0
} // namespace mcp_oauth
