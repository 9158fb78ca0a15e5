#include "server/host_claims.hpp"

#include <utility>

namespace mcp_oauth {
inline namespace v0 {
namespace {

// What a host's callback throws ends here, and counts as no answer.
expected<std::string, unavailable> ask(const claims_hook& hook, const token_facts& facts) {
#if defined(__cpp_exceptions)
    try {
        return hook(facts);
    } catch (...) {
        return unexpected<unavailable>{unavailable{}};
    }
#else
    return hook(facts);
#endif
}

} // namespace

std::optional<custom_claims> host_claims(const server_state& server, const grant& g,
                                         const scope_set& scope, const std::string& resource) {
    if (!server.custom_claims) return custom_claims{};
    const auto id = to_text(g.id);
    std::string data;
    if (!g.sealed_host_data.empty()) {
        auto opened = server.ring().open(key_purpose::host_data, g.sealed_host_data, id);
        if (!opened) return std::nullopt;
        data = std::move(*opened);
    }
    const auto given =
        ask(server.custom_claims, {g.subject, g.client_id, id, resource, scope, data});
    if (!given) return std::nullopt;
    return custom_claims::parse(*given);
}

} // namespace v0
} // namespace mcp_oauth
