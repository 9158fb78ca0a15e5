#pragma once

#include <array>
#include <cstddef>
#include <functional>

#include "adapters/sqlite/connection.hpp"

namespace mcp_oauth {
inline namespace v0 {
namespace sqlite {

/// How a write ended, and how many rows it changed. None is a conflict.
struct written {
    write_outcome outcome = write_outcome::unavailable;
    std::size_t rows = 0;
};

/// A write of one caller: a prepared statement, what it binds, and when the caller stops waiting.
struct pending_write {
    statement which;
    std::function<void(statement_use&)> bind;
    deadline by;
    written result{};
};

/// Writes in the order of their coming. Adding one takes no memory, and so cannot fail.
class write_batch {
public:
    /// What other processes wait for at most before it is their turn again.
    static constexpr std::size_t most = 64;

    [[nodiscard]] bool is_full() const noexcept { return size_ == most; }
    void add(pending_write& one) noexcept { writes_[size_++] = &one; } ///< Requires: not full
    [[nodiscard]] std::size_t size() const noexcept { return size_; }
    [[nodiscard]] pending_write* const* begin() const noexcept { return writes_.data(); }
    [[nodiscard]] pending_write* const* end() const noexcept { return writes_.data() + size_; }

private:
    std::array<pending_write*, most> writes_{};
    std::size_t size_ = 0;
};

/// Carries out one write by itself, several in one transaction, so that they share one flush of the
/// disk. Each is judged by itself all the same, and has its answer once everything is committed.
/// Where they cannot be done together, each is tried alone.
///
/// Returns: in each write, how it ended.
void carry_out(connection& file, const write_batch& writes);

} // namespace sqlite
} // namespace v0
} // namespace mcp_oauth
