#include <string>
#include <vector>

#include "bare_verification.hpp"
#include "bench.hpp"
#include "deployment.hpp"

namespace bench {
namespace {

using namespace mcp_oauth;

http_request call_with(const std::string& token) {
    return {"POST",
            "/mcp",
            {{"Host", "as.example"},
             {"Content-Type", "application/json"},
             {"Accept", "application/json, text/event-stream"},
             {"Authorization", "Bearer " + token}},
            R"({"jsonrpc":"2.0","id":1,"method":"tools/list"})",
            {},
            {}};
}

void admit_against_bare(gate_revocation revocation, const std::string& what) {
    policy rules = policy::strict();
    rules.gate.revocation = revocation;
    const deployment d{rules};
    const auto token = deployment::member(d.redeem(d.code()), "access_token");
    resource_server_ports ports;
    memory_store& store = const_cast<deployment&>(d).store;
    ports.store = &store;
    auto rs = resource_server::beside(
        d.as, {{"https://as.example/mcp", {"mcp"}, {"mcp"}, "MCP", {}}}, ports, 0);
    if (!rs) std::abort();
    const auto request = call_with(token);
    const bare_verification bare{d.key, token};
    const auto [gate, signature] = compare(
        [&] {
            const auto admitted = rs->admit(request, scope_set{"mcp"});
            if (!std::holds_alternative<principal>(admitted)) std::abort();
        },
        [&] { bare(); });
    report(what, gate, "EVP_DigestVerify of the same octets", signature);
}

// A token that was here before, against one that never was: a gate that remembers none.
void admit_again() {
    const deployment d{policy::strict()};
    const auto request = call_with(deployment::member(d.redeem(d.code()), "access_token"));
    const auto gate_that_remembers = [&d](std::size_t tokens) {
        auto made = resource_server::beside(
            d.as, {{"https://as.example/mcp", {"mcp"}, {"mcp"}, "MCP", {}}}, {}, tokens);
        if (!made) std::abort();
        return std::move(*made);
    };
    const auto remembering = gate_that_remembers(1024);
    const auto forgetful = gate_that_remembers(0);
    const auto admit_at = [&request](const resource_server& gate) {
        if (!std::holds_alternative<principal>(gate.admit(request, scope_set{"mcp"}))) std::abort();
    };
    const auto [again, first] =
        compare([&] { admit_at(remembering); }, [&] { admit_at(forgetful); });
    report("gate, JWT ES256, seen before", again, "validated each time", first);
}

} // namespace

void gate() {
    admit_against_bare(gate_revocation::at_expiry, "gate, JWT ES256, no I/O");
    admit_against_bare(gate_revocation::at_once, "gate, JWT ES256, one load");
    admit_again();
}

} // namespace bench
