#include "mcp_oauth/rfc/8252_redirect_uri.hpp"

mcp_oauth::expected<mcp_oauth::matched_redirect_uri, mcp_oauth::error>
match(std::string_view requested, const std::vector<std::string>& registered) {
// expect: no matching function | no matching constructor
#if MISUSE == 1
    return mcp_oauth::matched_redirect_uri{};
// expect: is private within this context | private constructor
#elif MISUSE == 2
    return mcp_oauth::matched_redirect_uri{requested};
#endif
    return mcp_oauth::match_redirect_uri(requested, registered, mcp_oauth::redirect_rules{});
}
