#pragma once

#include <string>
#include <string_view>

#include "mcp_oauth/base/expected.hpp"
#include "mcp_oauth/rfc/6749_errors.hpp"
#include "support/catch.hpp"

/// Whether strangers may be shown `text`: the characters of RFC 6749 §5.2, and nothing that a
/// client which reads challenges by regular expression would take for a parameter (OA21-AUTHZ-22).
inline bool is_public(std::string_view text) {
    for (const char c : text)
        if (c < 0x20 || c > 0x7E || c == '"' || c == '\\') return false;
    return text.find("scope=") == text.npos && text.find("error=") == text.npos;
}

/// How something was refused, whole: `invalid_grant: code_verifier does not match`. Every refusal
/// that a test provokes passes through here, and so does every sentence of it through `is_public`.
inline std::string refused(const mcp_oauth::error& why) {
    CHECK(is_public(why.description.view()));
    return std::string{why.wire().name} + ": " + std::string{why.description.view()};
}
/// `accepted`, or how it was refused.
template <class T, class E> std::string refused(const mcp_oauth::expected<T, E>& result) {
    return result ? "accepted" : refused(result.error());
}
/// `accepted`, or the code alone, where a table holds many cases of one rule.
template <class T, class E> std::string refusal_code(const mcp_oauth::expected<T, E>& result) {
    const auto whole = refused(result);
    return whole.substr(0, whole.find(':'));
}
