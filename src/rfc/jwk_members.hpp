#pragma once

#include "mcp_oauth/base/signature.hpp"
#include "mcp_oauth/grammar/json_writer.hpp"

namespace mcp_oauth {
inline namespace v0 {

/// The members that a thumbprint is made of, in lexicographic order (RFC 7638 §3.2, RFC 8037 §2):
/// also the public part of a JWK.
void add_public_members(json_object_writer& json, const verification_key& key);

} // namespace v0
} // namespace mcp_oauth
