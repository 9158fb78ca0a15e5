#include "adapters/redis/refusal.hpp"

#include <array>

#include "adapters/redis/scripts.hpp"

namespace mcp_oauth {
inline namespace v0 {
namespace redis {
namespace {

constexpr bool is_upper(char c) noexcept { return c >= 'A' && c <= 'Z'; }

std::string_view first_word(std::string_view text) noexcept {
    return text.substr(0, text.find(' '));
}

struct row {
    std::string_view code;
    refusal means;
};

constexpr std::array table{
    // This server will not do for now, whatever it is asked.
    row{"READONLY", {true, true}},    // it is a replica: a failover made it one
    row{"LOADING", {true, true}},     // it has just started
    row{"MASTERDOWN", {true, true}},  // a replica that lost its primary
    row{"CLUSTERDOWN", {true, true}}, // a cluster, of all things
    row{"MOVED", {true, true}},       // likewise
    row{"ASK", {true, true}},         // likewise
    row{"CROSSSLOT", {true, true}},   // likewise
    row{"NOAUTH", {true, true}},      // the password was changed
    row{"WRONGPASS", {true, true}},   // likewise
    row{late_code, {true, true}},     // its clock jumped, or it stood still: measure it anew
    // It will not do this.
    row{"NOPERM", {true, false}},     // the user's rights were changed
    row{"OOM", {true, false}},        // it is full, and does not evict
    row{"MISCONF", {true, false}},    // it cannot write to its disk
    row{"NOREPLICAS", {true, false}}, // fewer than min-replicas-to-write
    row{"BUSY", {true, false}},       // somebody's script runs for too long
    row{"NOSCRIPT", {true, false}},   // lost between two commands
    row{"WRONGTYPE", {true, false}},  // the key is another program's
};

} // namespace

std::string_view error_code(std::string_view error) noexcept {
    const auto code = first_word(error);
    if (code != "ERR") return code;
    constexpr std::string_view mark{
        ": -"}; // "ERR Error running script (…): @user_script:9: -OOM …"
    for (auto at = error.find(mark); at != std::string_view::npos; at = error.find(mark, at + 1)) {
        const auto inner = first_word(error.substr(at + mark.size()));
        if (!inner.empty() && is_upper(inner.front())) return inner;
    }
    return code;
}

refusal judge(std::string_view code) noexcept {
    for (const auto& each : table)
        if (each.code == code) return each.means;
    return {false, false};
}

} // namespace redis
} // namespace v0
} // namespace mcp_oauth
