#pragma once

#include <functional>
#include <utility>

#include "mcp_oauth/base/export.hpp"
#include "mcp_oauth/ports/client_registry.hpp"
#include "mcp_oauth/ports/http_fetcher.hpp"
#include "mcp_oauth/ports/record_store.hpp"
#include "mcp_oauth/server/operation.hpp"

/// The blocking driver: the default face of the library, and the pattern for every other one.
namespace mcp_oauth {
inline namespace v0 {

/// Carries out a `sign_step`.
using sign_function = std::function<expected<std::string, unavailable>(const sign_step& wanted)>;

/// What steps are carried out against. A step whose port is missing is answered `unavailable`.
struct step_ports {
    record_store* store = nullptr; ///< an authorization server's always, a gate's where it has one
    client_registry* clients = nullptr; ///< where the server was made with one: the same
    sign_function sign;                 ///< of an authorization server that issues JWTs
    http_fetcher* fetcher = nullptr;    ///< of a gate with trusted issuers
};

/// Carries out one step, blocking. What a port throws counts as its failure: `unavailable` for a
/// read, `unknown` for a write.
[[nodiscard]] MCP_OAUTH_EXPORT step_answer carry_out(const step& next, const step_ports& ports);

/// Runs an operation to its end.
template <class Result> [[nodiscard]] Result run(operation<Result> op, const step_ports& ports) {
    while (!op.finished()) op.resume(carry_out(op.next(), ports));
    return std::move(op).result();
}

} // namespace v0
} // namespace mcp_oauth
