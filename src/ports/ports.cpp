// One out-of-line virtual for each port, so that its table is emitted once and in the library; and
// the names of records, of events and of what a fetch fails by.

#include "mcp_oauth/ports/attempt_limiter.hpp"
#include "mcp_oauth/ports/client_registry.hpp"
#include "mcp_oauth/ports/event_sink.hpp"
#include "mcp_oauth/ports/http_fetcher.hpp"
#include "mcp_oauth/ports/record_store.hpp"
#include "mcp_oauth/ports/signer.hpp"

namespace mcp_oauth {
inline namespace v0 {

attempt_limiter::~attempt_limiter() = default;
client_registry::~client_registry() = default;
event_sink::~event_sink() = default;
http_fetcher::~http_fetcher() = default;
record_store::~record_store() = default;
signer::~signer() = default;

expected<std::size_t, unavailable> record_store::sweep(instant, std::size_t) {
    return std::size_t{0};
}

std::optional<record_kind> record_kind_from(std::string_view text) noexcept {
    for (const auto kind : record_kinds)
        if (name(kind) == text) return kind;
    return std::nullopt;
}

std::string_view name(event_kind kind) noexcept {
    switch (kind) {
    case event_kind::approved: return "approved";
    case event_kind::denied: return "denied";
    case event_kind::granted: return "granted";
    case event_kind::refreshed: return "refreshed";
    case event_kind::refresh_retry: return "refresh_retry";
    case event_kind::refresh_coalesced: return "refresh_coalesced";
    case event_kind::revoked: return "revoked";
    case event_kind::code_replay: return "code_replay";
    case event_kind::refresh_replay: return "refresh_replay";
    case event_kind::refresh_undecidable: return "refresh_undecidable";
    case event_kind::state_lost: return "state_lost";
    case event_kind::used_after_revocation: return "used_after_revocation";
    case event_kind::code_expired: return "code_expired";
    case event_kind::expired: return "expired";
    case event_kind::client_authentication_failed: return "client_authentication_failed";
    case event_kind::request_refused: return "request_refused";
    case event_kind::token_refused: return "token_refused";
    case event_kind::scope_refused: return "scope_refused";
    case event_kind::session_refused: return "session_refused";
    case event_kind::throttled: return "throttled";
    case event_kind::would_be_refused: return "would_be_refused";
    case event_kind::client_registered: return "client_registered";
    case event_kind::store_unavailable: return "store_unavailable";
    case event_kind::issuer_unavailable: return "issuer_unavailable";
    }
    return "";
}

std::string_view name(fetch_error error) noexcept {
    switch (error) {
    case fetch_error::refused_url: return "refused_url";
    case fetch_error::refused_address: return "refused_address";
    case fetch_error::too_large: return "too_large";
    case fetch_error::unresolved: return "unresolved";
    case fetch_error::connection: return "connection";
    case fetch_error::tls: return "tls";
    case fetch_error::timeout: return "timeout";
    case fetch_error::protocol: return "protocol";
    case fetch_error::unavailable: return "unavailable";
    }
    return "";
}

} // namespace v0
} // namespace mcp_oauth
