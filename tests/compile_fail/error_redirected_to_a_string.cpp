// expect: matched_redirect_uri
#include <optional>
#include <string>

#include "mcp_oauth/rfc/6749_authorization_response.hpp"

std::optional<mcp_oauth::redirect_error> answer(const std::string& requested,
                                                const mcp_oauth::matched_redirect_uri& matched,
                                                mcp_oauth::error why) {
#ifndef WITHOUT_THE_MISUSE
    (void)matched;
    return mcp_oauth::redirect_error::make(requested, why, std::nullopt);
#else
    (void)requested;
    return mcp_oauth::redirect_error::make(matched, why, std::nullopt);
#endif
}
