#pragma once

#include <string>
#include <string_view>

namespace mcp_oauth {
inline namespace v0 {
namespace redis {

/// One indivisible step on the server. Its keys and arguments stand above its text in scripts.cpp.
struct script {
    std::string text;
    std::string sha1; ///< as the server computes it
};

/// The code of the error that a script which runs after its call's end answers with.
inline constexpr std::string_view late_code = "LATE";

struct script_set {
    script create;
    script replace;
    script erase;
    script list;
};

/// Without their digests, which the server computes when the store is opened.
[[nodiscard]] script_set make_scripts();

/// Proves that scripts run, and returns the digest of each argument.
inline constexpr std::string_view digest_script =
    "local all = {} for i, text in ipairs(ARGV) do all[i] = redis.sha1hex(text) end return all";

} // namespace redis
} // namespace v0
} // namespace mcp_oauth
