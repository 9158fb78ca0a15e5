#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <limits>

#include "mcp_oauth/base/random.hpp"

namespace mcp_oauth {
inline namespace v0 {
namespace testing {

/// Octets that are the same in every run, differ from draw to draw, and are no secret at all: never
/// use it outside a test. Threads: any number.
class counting_random final : public random_source {
public:
    /// Two sources draw different octets where their seeds differ and are below 2^32.
    explicit counting_random(std::uint64_t seed = 0) noexcept : seed_(seed) {}

    [[nodiscard]] bool fill(std::uint8_t* octets, std::size_t count) noexcept override {
        const std::uint64_t draw = draws_++;
        if (draw >= draws_left_) return false;
        std::uint64_t state = seed_ ^ (draw << 32U);
        std::uint64_t word = 0;
        for (std::size_t i = 0; i < count; ++i) {
            if (i % 8 == 0) word = next(state);
            octets[i] = static_cast<std::uint8_t>(word >> (8 * (i % 8)));
        }
        return true;
    }

    /// How often octets were asked for, failures included.
    [[nodiscard]] std::uint64_t draws() const noexcept { return draws_; }
    /// The source dries up after this many more draws.
    void fail_after(std::uint64_t more) noexcept { draws_left_ = draws_ + more; }
    /// Undoes `fail_after`. The count of draws goes on.
    void recover() noexcept { draws_left_ = std::numeric_limits<std::uint64_t>::max(); }

private:
    // splitmix64: spreads neighbouring numbers over all the bits.
    static std::uint64_t next(std::uint64_t& state) noexcept {
        state += 0x9E3779B97F4A7C15U;
        std::uint64_t z = state;
        z = (z ^ (z >> 30U)) * 0xBF58476D1CE4E5B9U;
        z = (z ^ (z >> 27U)) * 0x94D049BB133111EBU;
        return z ^ (z >> 31U);
    }

    std::uint64_t seed_;
    std::atomic<std::uint64_t> draws_{0};
    std::atomic<std::uint64_t> draws_left_{std::numeric_limits<std::uint64_t>::max()};
};

} // namespace testing
} // namespace v0
} // namespace mcp_oauth
