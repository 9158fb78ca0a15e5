#include "mcp_oauth/rfc/7518_jwa.hpp"

namespace mcp_oauth {
inline namespace v0 {

std::optional<signature_algorithm> signature_algorithm_from(std::string_view text) noexcept {
    for (const auto each : all_signature_algorithms)
        if (text == name(each)) return each;
    if (text == "Ed25519") return signature_algorithm::eddsa;
    return std::nullopt;
}

std::vector<std::string> algorithm_set::names() const {
    std::vector<std::string> spelled;
    for (const auto each : all_signature_algorithms)
        if (contains(each)) spelled.emplace_back(name(each));
    return spelled;
}

} // namespace v0
} // namespace mcp_oauth
