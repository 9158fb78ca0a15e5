// expect: is private within this context | private constructor
#include "mcp_oauth/rfc/7636_pkce.hpp"

mcp_oauth::expected<mcp_oauth::pkce_proof, mcp_oauth::error>
prove(const mcp_oauth::code_verifier& verifier, const mcp_oauth::code_challenge& challenge) {
#ifndef WITHOUT_THE_MISUSE
    (void)verifier;
    (void)challenge;
    return mcp_oauth::pkce_proof{};
#else
    return mcp_oauth::verify_pkce(verifier, challenge);
#endif
}
