#include "adapters/postgresql/outcome.hpp"

#include <array>

namespace mcp_oauth {
inline namespace v0 {
namespace postgresql {

namespace {

template <std::size_t N>
bool among(std::string_view code, const std::array<std::string_view, N>& codes) noexcept {
    for (const auto each : codes)
        if (code == each) return true;
    return false;
}

// A pooler reports the loss of its server as an error of class 08. 40003 says of itself that it
// does not know; 57P01 and 57P02 tell of a server that stops, whatever their severity.
constexpr std::array<std::string_view, 3> untold{"40003", "57P01", "57P02"};

// What one statement met, and the next need not: data (22), constraints (23), concurrency (40),
// resources (53, 54), locks (55), and the statement's own time limit.
constexpr std::array<std::string_view, 6> passing{"22", "23", "40", "53", "54", "55"};
constexpr std::string_view query_canceled = "57014";

} // namespace

verdict judge(std::string_view severity, std::string_view sqlstate) noexcept {
    if (severity != "ERROR" || sqlstate.size() != 5) return verdict::not_known;
    const auto kind = sqlstate.substr(0, 2);
    if (kind == "08" || among(sqlstate, untold)) return verdict::not_known;
    if (sqlstate == query_canceled || among(kind, passing)) return verdict::rolled_back;
    // A statement that is not prepared any more (26), a server that became read-only (25), a table
    // that changed its shape (0A, 42), and everything unheard of.
    return verdict::session_spent;
}

} // namespace postgresql
} // namespace v0
} // namespace mcp_oauth
