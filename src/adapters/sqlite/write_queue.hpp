#pragma once

#include <condition_variable>
#include <cstdint>
#include <deque>
#include <functional>
#include <mutex>
#include <utility>

#include "adapters/sqlite/pool.hpp"
#include "adapters/sqlite/writes.hpp"

namespace mcp_oauth {
inline namespace v0 {
namespace sqlite {

/// Writers of this process wait here, where the next is woken at once, and not in SQLite, whose
/// waiting is looking again. One of them leads: it takes everybody who waits along in one
/// transaction, then lets the next one lead. So the more of them there are, the fewer flushes each
/// one costs, and one that is alone waits for nobody.
///
/// Threads: any number.
class write_queue {
public:
    explicit write_queue(pool& connections) noexcept : connections_(connections) {}

    /// Returns: once it is carried out, or `by` has passed while it was not begun.
    [[nodiscard]] written run(statement which, deadline by,
                              std::function<void(statement_use&)> bind);

private:
    enum class place : std::uint8_t { waiting, taken_along, leading, done };
    struct waiter : pending_write {
        explicit waiter(pending_write w) : pending_write(std::move(w)) {}
        place at = place::waiting;
        std::condition_variable moved{};
    };

    /// Returns: whether `mine` has to lead now.
    [[nodiscard]] bool wait(std::unique_lock<std::mutex>& held, waiter& mine);
    /// Requires: the caller is the first in the line, and nobody else leads.
    void lead(std::unique_lock<std::mutex>& held);
    [[nodiscard]] write_batch take_along();
    void let_go(const write_batch& crew);

    pool& connections_;
    std::mutex lock_;
    std::deque<waiter*> line_;
    bool led_ = false;
};

} // namespace sqlite
} // namespace v0
} // namespace mcp_oauth
