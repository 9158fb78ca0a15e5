#pragma once

#include <cstdint>
#include <optional>
#include <utility>

#include "mcp_oauth/base/expected.hpp"
#include "mcp_oauth/base/secret.hpp"
#include "mcp_oauth/rfc/6749_errors.hpp"
#include "mcp_oauth/rfc/6749_parameters.hpp"

/// RFC 7009: token revocation.
namespace mcp_oauth {
inline namespace v0 {

/// What the client believes its token to be. It speeds the search and decides nothing (REV-05).
enum class token_type_hint : std::uint8_t {
    access_token,  ///< RFC 6749 §1.4
    refresh_token, ///< RFC 6749 §1.5
};

/// A request to revoke one token (RFC 7009 §2.1).
struct revocation_request {
    secret token;                        ///< as sent; not empty after `parse`
    std::optional<token_type_hint> hint; ///< nothing where none was sent, or an unknown one

    /// Checks: `token` is there, and no parameter is repeated (REV-01). A hint of another name is
    ///         ignored.
    /// Does not check: the client, or whether the token is anything at all: an unknown one is a
    ///         success (REV-03).
    /// Errors: `invalid_request`.
    [[nodiscard]] static expected<revocation_request, error> parse(const parameters& body) {
        if (body.any_repeated())
            return refuse(error_code::invalid_request, "a parameter is repeated");
        const auto token = body.find("token");
        if (!token) return refuse(error_code::invalid_request, "token is required");
        revocation_request request;
        request.token = secret{*token};
        const auto hint = body.find("token_type_hint");
        if (hint == "access_token") request.hint = token_type_hint::access_token;
        if (hint == "refresh_token") request.hint = token_type_hint::refresh_token;
        return request;
    }
};

} // namespace v0
} // namespace mcp_oauth
