#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace mcp_oauth {
inline namespace v0 {

/// The octets of a fixed-size array, as the string view that the rest of the library speaks.
template <std::size_t N>
[[nodiscard]] std::string_view as_view(const std::array<std::uint8_t, N>& octets) noexcept {
    return {reinterpret_cast<const char*>(octets.data()), N};
}

/// The octets of `text`, which are N; nothing where its length is another.
template <std::size_t N>
[[nodiscard]] std::optional<std::array<std::uint8_t, N>> as_array(std::string_view text) noexcept {
    if (text.size() != N) return std::nullopt;
    std::array<std::uint8_t, N> octets{};
    for (std::size_t i = 0; i < N; ++i) octets[i] = static_cast<std::uint8_t>(text[i]);
    return octets;
}

/// Writes length-prefixed fields, for what is sealed or MACed: two different lists of fields never
/// give the same octets.
class octet_writer {
public:
    /// One octet.
    void u8(std::uint8_t v) { out_.push_back(static_cast<char>(v)); }
    /// Four octets, the highest first.
    void u32(std::uint32_t v) { big_endian(v, 4); }
    /// Eight octets, the highest first.
    void u64(std::uint64_t v) { big_endian(v, 8); }
    /// Without a length. Requires: octets whose number every reader knows, or two lists of fields
    /// could be the same.
    void raw(std::string_view octets) { out_.append(octets); }
    /// The length takes two octets; from 65,535 on, eight more.
    void field(std::string_view octets) {
        if (octets.size() < 0xFFFFU) {
            big_endian(octets.size(), 2);
        } else {
            big_endian(0xFFFFU, 2);
            big_endian(octets.size(), 8);
        }
        out_.append(octets);
    }
    /// All that was written so far.
    [[nodiscard]] const std::string& view() const noexcept { return out_; }
    /// The same, given away. The writer is spent.
    [[nodiscard]] std::string take() noexcept { return std::move(out_); }

private:
    void big_endian(std::uint64_t v, int width) {
        for (int shift = (width - 1) * 8; shift >= 0; shift -= 8)
            out_.push_back(static_cast<char>((v >> shift) & 0xFFU));
    }
    std::string out_;
};

/// Reads what `octet_writer` wrote. Once something is missing, everything after it is nothing.
class octet_reader {
public:
    /// Requires: `octets` outlive the reader and all views that it gives.
    explicit octet_reader(std::string_view octets) noexcept : rest_(octets) {}

    /// The next number, the highest octet first; 0 where octets are missing.
    /// @{
    [[nodiscard]] std::uint8_t u8() noexcept { return static_cast<std::uint8_t>(big_endian(1)); }
    [[nodiscard]] std::uint32_t u32() noexcept { return static_cast<std::uint32_t>(big_endian(4)); }
    [[nodiscard]] std::uint64_t u64() noexcept { return big_endian(8); }
    /// @}
    /// The next field, as a view. Errors: empty, and `failed()`, where octets are missing or its
    ///         length has a longer spelling than it needs.
    [[nodiscard]] std::string_view field() noexcept {
        auto size = big_endian(2);
        if (size == 0xFFFFU) {
            size = big_endian(8);
            if (size < 0xFFFFU) fail(); // one list of fields has one spelling
        }
        return raw(size);
    }
    /// The next `count` octets, as a view. Errors: empty, and `failed()`, where there are fewer.
    [[nodiscard]] std::string_view raw(std::uint64_t count) noexcept {
        if (failed_ || rest_.size() < count) return fail(), std::string_view{};
        const auto taken = rest_.substr(0, static_cast<std::size_t>(count));
        rest_.remove_prefix(taken.size());
        return taken;
    }
    /// Whether every read so far found its octets and nothing is left over.
    [[nodiscard]] bool finished() const noexcept { return !failed_ && rest_.empty(); }
    /// Whether a read found too little. Octets that nobody read are no failure.
    [[nodiscard]] bool failed() const noexcept { return failed_; }

private:
    void fail() noexcept {
        failed_ = true;
        rest_ = {};
    }
    std::uint64_t big_endian(std::size_t width) noexcept {
        std::uint64_t v = 0;
        for (const char c : raw(width)) v = (v << 8U) | static_cast<std::uint8_t>(c);
        return v;
    }
    std::string_view rest_;
    bool failed_ = false;
};

} // namespace v0
} // namespace mcp_oauth
