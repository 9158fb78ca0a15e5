#include "mcp_oauth/rfc/6749_client.hpp"

namespace mcp_oauth {
inline namespace v0 {

std::optional<client_authentication_method>
client_authentication_method_from(std::string_view text) noexcept {
    if (text == "none") return client_authentication_method::none;
    if (text == "client_secret_basic") return client_authentication_method::client_secret_basic;
    if (text == "client_secret_post") return client_authentication_method::client_secret_post;
    return std::nullopt;
}

bool client::may_use(std::string_view grant_type) const noexcept {
    for (const auto& each : grant_types)
        if (each == grant_type) return true;
    return false;
}

} // namespace v0
} // namespace mcp_oauth
