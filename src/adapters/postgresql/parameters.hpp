#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "mcp_oauth/ports/record_store.hpp"

namespace mcp_oauth {
inline namespace v0 {
namespace postgresql {

/// The values of one statement, all in the binary form: nothing is escaped or written as
/// hexadecimal, and text with a U+0000 is refused by the server instead of ending there.
///
/// Views are not copied, so what they look at must stay until the statement was sent.
class parameters {
public:
    static constexpr std::size_t most = 8;

    parameters() = default;
    parameters(const parameters&) = delete; // it points into itself
    parameters& operator=(const parameters&) = delete;

    parameters& text(std::string_view value) noexcept {
        return add(value.data() == nullptr ? "" : value.data(), value.size());
    }
    parameters& uuid(const record_version& value) noexcept {
        return add(reinterpret_cast<const char*>(value.data()), value.size());
    }
    parameters& bigint(std::int64_t value) noexcept {
        auto& octets = integers_[integer_count_++];
        for (std::size_t i = 0; i < octets.size(); ++i)
            octets[i] = static_cast<char>(static_cast<std::uint64_t>(value) >> (56 - 8 * i));
        return add(octets.data(), octets.size());
    }
    parameters& jsonb(std::string_view value) {
        json_.reserve(value.size() + 1);
        json_.assign(1, '\x01').append(value); // the version of jsonb's binary form
        return add(json_.data(), json_.size());
    }

    [[nodiscard]] int count() const noexcept { return static_cast<int>(count_); }
    [[nodiscard]] const char* const* values() const noexcept { return values_.data(); }
    [[nodiscard]] const int* lengths() const noexcept { return lengths_.data(); }
    [[nodiscard]] const int* formats() const noexcept { return formats_.data(); }

private:
    parameters& add(const char* octets, std::size_t length) noexcept {
        values_[count_] = octets;
        lengths_[count_] = static_cast<int>(length);
        ++count_;
        return *this;
    }

    std::size_t count_ = 0;
    std::size_t integer_count_ = 0;
    std::array<const char*, most> values_{};
    std::array<int, most> lengths_{};
    std::array<int, most> formats_{1, 1, 1, 1, 1, 1, 1, 1};
    std::array<std::array<char, 8>, 2> integers_{};
    std::string json_;
};

} // namespace postgresql
} // namespace v0
} // namespace mcp_oauth
