#include "mcp_oauth/rfc/7636_pkce.hpp"

mcp_oauth::expected<mcp_oauth::pkce_proof, mcp_oauth::error>
prove(const mcp_oauth::code_verifier& verifier, const mcp_oauth::code_challenge& challenge) {
// expect: is private within this context | private constructor
#if MISUSE == 1
    return mcp_oauth::pkce_proof{};
#endif
    return mcp_oauth::verify_pkce(verifier, challenge);
}
