#pragma once

#include <memory>

#include "server/server_state.hpp"

namespace mcp_oauth {
inline namespace v0 {

/// `authorization_server::check_store`: a store belongs to the secrets whose check value it holds.
///
/// The record names the secrets that mint. A server may use the store if it holds one of them too,
/// in whatever role: in a rotation there are two, one after the other current. When its own current
/// secret is another one, it is recorded.
[[nodiscard]] operation<expected<void, config_error>>
begin_store_check(std::shared_ptr<const server_state> server,
                  authorization_server::on_mismatch mismatch);

} // namespace v0
} // namespace mcp_oauth
