#include <optional>
#include <string>

#include "mcp_oauth/rfc/6749_authorization_response.hpp"

std::optional<mcp_oauth::redirect_error> answer(const std::string& requested,
                                                const mcp_oauth::matched_redirect_uri& matched,
                                                mcp_oauth::error why) {
// expect: matched_redirect_uri
#if MISUSE == 1
    return mcp_oauth::redirect_error::make(requested, why, std::nullopt);
#endif
    return mcp_oauth::redirect_error::make(matched, why, std::nullopt);
}
