#include <optional>
#include <string>

#include "mcp_oauth/rfc/6749_authorization_response.hpp"

std::string answer(const mcp_oauth::authorization_success& success,
                   const mcp_oauth::issuer_identifier& issuer, const std::string& requested,
                   const mcp_oauth::matched_redirect_uri& matched) {
// expect: matched_redirect_uri
#if MISUSE == 1
    return success.location(requested, std::nullopt, issuer);
#endif
    return success.location(matched, std::nullopt, issuer);
}
