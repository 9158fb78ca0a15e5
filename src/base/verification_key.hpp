#pragma once

#include <cstddef>

#include "base/key_encoding.hpp"
#include "base/signature_scheme.hpp"
#include "mcp_oauth/base/signature.hpp"

namespace mcp_oauth {
inline namespace v0 {

struct verification_key::state {
    signature_algorithm algorithm;
    public_numbers numbers;
    key_handle key;
    digest_context prepared;
    std::size_t signature_octets;

    /// The one way to a key: through every check.
    [[nodiscard]] static std::optional<verification_key>
    make(signature_algorithm algorithm, std::string_view first, std::string_view second);

    [[nodiscard]] static const public_numbers& numbers_of(const verification_key& key) noexcept {
        return key.state_->numbers;
    }
};

} // namespace v0
} // namespace mcp_oauth
