#pragma once

#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string_view>

/// What must hold for every input. libFuzzer keeps the input of a process that aborts.
#define CLAIM(condition)                                                                           \
    do {                                                                                           \
        if (!(condition)) {                                                                        \
            std::fputs("does not hold: " #condition "\n", stderr);                                 \
            std::abort();                                                                          \
        }                                                                                          \
    } while (false)

/// The input as the parsers take it.
inline std::string_view as_text(const std::uint8_t* data, std::size_t size) noexcept {
    return {reinterpret_cast<const char*>(data), size};
}
