#pragma once

#include <condition_variable>
#include <cstdint>
#include <memory>
#include <mutex>
#include <utility>
#include <vector>

#include "adapters/sqlite/connection.hpp"

namespace mcp_oauth {
inline namespace v0 {
namespace sqlite {

enum class purpose : std::uint8_t { reading, writing };

/// Connections, lent to one caller at a time, and to one that writes: writers of this process wait
/// here, where the next is woken at once, and not in SQLite, whose waiting is looking again. The
/// last one back is the first one lent: a thread on its own always has the same, whose cache its
/// own writes keep warm.
class pool {
public:
    /// A connection on loan; false where none came free in time, or the file has gone.
    class loan {
    public:
        loan() noexcept = default;
        loan(pool& owner, std::unique_ptr<connection> lent, purpose why) noexcept
            : owner_(&owner), lent_(std::move(lent)), why_(why) {}
        ~loan() {
            if (lent_) owner_->give_back(std::move(lent_), why_);
        }
        loan(loan&&) noexcept = default;
        loan& operator=(loan&&) = delete;

        explicit operator bool() const noexcept { return lent_ && lent_->in_place(); }
        connection* operator->() const noexcept { return lent_.get(); }

    private:
        pool* owner_ = nullptr;
        std::unique_ptr<connection> lent_;
        purpose why_ = purpose::reading;
    };

    explicit pool(std::vector<std::unique_ptr<connection>> connections) noexcept
        : idle_(std::move(connections)) {}

    [[nodiscard]] loan lend(purpose why, deadline until) {
        std::unique_lock<std::mutex> held(lock_);
        const auto free = [&] { return !idle_.empty() && (why == purpose::reading || !writing_); };
        if (!freed_.wait_until(held, until, free)) return {};
        if (why == purpose::writing) writing_ = true;
        auto lent = std::move(idle_.back());
        idle_.pop_back();
        lent->end_by(until);
        return {*this, std::move(lent), why};
    }

private:
    void give_back(std::unique_ptr<connection> lent, purpose why) noexcept {
        {
            const std::lock_guard<std::mutex> held(lock_);
            if (why == purpose::writing) writing_ = false;
            idle_.push_back(std::move(lent)); // it has held this many before
        }
        freed_.notify_all(); // who waits for the one may not be who waits for the other
    }

    std::mutex lock_;
    std::condition_variable freed_;
    std::vector<std::unique_ptr<connection>> idle_;
    bool writing_ = false;
};

} // namespace sqlite
} // namespace v0
} // namespace mcp_oauth
