#pragma once

#include <cstddef>
#include <string_view>

namespace mcp_oauth {
inline namespace v0 {

/// A sentence that we are willing to show a stranger.
///
/// It is made from a string literal only, so no token, key or input can be formatted into it; a
/// mutable buffer does not convert. The characters are those of RFC 6749 §5.2 (no quote, no
/// backslash), which `tests/rfc/6749_errors_test.cpp` checks over every sentence of this library.
class public_text {
public:
    /// Requires: a string literal, which is kept as a view. C++17 cannot tell one from another
    /// `const` array: that would compile too, and must not be used.
    template <std::size_t N>
    // NOLINTNEXTLINE(google-explicit-constructor): a literal is the public text.
    constexpr public_text(const char (&literal)[N]) noexcept : text_(literal, N - 1) {}
    template <std::size_t N> public_text(char (&buffer)[N]) = delete;

    /// The sentence, as long-lived as what it was made from: a literal, or a ticket that is open.
    [[nodiscard]] constexpr std::string_view view() const noexcept { return text_; }

private:
    /// Carries a sentence through a sealed ticket: only this server can have sealed it.
    friend class sealed_sentence;
    constexpr explicit public_text(std::string_view sealed) noexcept : text_(sealed) {}

    std::string_view text_;
};

} // namespace v0
} // namespace mcp_oauth
