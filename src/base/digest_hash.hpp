#pragma once

#include <cstddef>

#include "mcp_oauth/base/crypto.hpp"

namespace mcp_oauth {
inline namespace v0 {

/// For containers by digest: a part of a SHA-256 is as good as any hash of it.
struct digest_hash {
    std::size_t operator()(const digest256& digest) const noexcept {
        std::size_t value = 0;
        for (std::size_t i = 0; i < sizeof value; ++i) value = value << 8U | digest[i];
        return value;
    }
};

} // namespace v0
} // namespace mcp_oauth
