#include "mcp_oauth/rfc/9449_dpop.hpp"

mcp_oauth::expected<mcp_oauth::dpop_proof, mcp_oauth::dpop_refusal>
prove(const mcp_oauth::http_request& request, const mcp_oauth::dpop_expectations& expected) {
// expect: is private within this context | private constructor
#if MISUSE == 1
    return mcp_oauth::dpop_proof{"thumbprint", {}, {}};
#endif
    return mcp_oauth::verify_dpop_proof(request, expected);
}
