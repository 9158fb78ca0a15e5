// expect: is private within this context | private constructor
#include "mcp_oauth/rfc/8252_redirect_uri.hpp"

mcp_oauth::expected<mcp_oauth::matched_redirect_uri, mcp_oauth::error>
match(std::string_view requested, const std::vector<std::string>& registered) {
#ifndef WITHOUT_THE_MISUSE
    (void)registered;
    return mcp_oauth::matched_redirect_uri{requested};
#else
    return mcp_oauth::match_redirect_uri(requested, registered, mcp_oauth::redirect_rules{});
#endif
}
