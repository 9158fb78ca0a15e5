#pragma once

#include <string>

#include "mcp_oauth/base/expected.hpp"
#include "mcp_oauth/rfc/6749_errors.hpp"

/// How a result was refused, whole: `invalid_grant: code_verifier does not match`. `accepted` otherwise.
inline std::string refused(const mcp_oauth::error& why) {
    return std::string{why.wire().name} + ": " + std::string{why.description.view()};
}
template <class T, class E> std::string refused(const mcp_oauth::expected<T, E>& result) {
    return result ? "accepted" : refused(result.error());
}
/// The code alone, where a table holds many cases of one rule.
template <class T, class E> std::string refusal_code(const mcp_oauth::expected<T, E>& result) {
    return result ? "accepted" : std::string{result.error().wire().name};
}
