#pragma once

#include <condition_variable>
#include <memory>
#include <mutex>
#include <utility>
#include <vector>

#include "adapters/sqlite/connection.hpp"

namespace mcp_oauth {
inline namespace v0 {
namespace sqlite {

/// Connections, lent to one caller at a time. The last one back is the first one lent: a thread on
/// its own always has the same, whose cache its own writes keep warm.
class pool {
public:
    /// A connection on loan; false where none came free in time, or the file has gone.
    class loan {
    public:
        loan() noexcept = default;
        loan(pool& owner, std::unique_ptr<connection> lent) noexcept
            : owner_(&owner), lent_(std::move(lent)) {}
        ~loan() {
            if (lent_) owner_->give_back(std::move(lent_));
        }
        loan(loan&&) noexcept = default;
        loan& operator=(loan&&) = delete;

        explicit operator bool() const noexcept { return lent_ && lent_->in_place(); }
        connection* operator->() const noexcept { return lent_.get(); }
        connection& operator*() const noexcept { return *lent_; }

    private:
        pool* owner_ = nullptr;
        std::unique_ptr<connection> lent_;
    };

    explicit pool(std::vector<std::unique_ptr<connection>> connections) noexcept
        : idle_(std::move(connections)) {}

    [[nodiscard]] loan lend(deadline until) {
        std::unique_lock<std::mutex> held(lock_);
        if (!freed_.wait_until(held, until, [this] { return !idle_.empty(); })) return {};
        auto lent = std::move(idle_.back());
        idle_.pop_back();
        lent->end_by(until);
        return {*this, std::move(lent)};
    }

private:
    void give_back(std::unique_ptr<connection> lent) noexcept {
        {
            const std::lock_guard<std::mutex> held(lock_);
            idle_.push_back(std::move(lent)); // it has held this many before
        }
        freed_.notify_one();
    }

    std::mutex lock_;
    std::condition_variable freed_;
    std::vector<std::unique_ptr<connection>> idle_;
};

} // namespace sqlite
} // namespace v0
} // namespace mcp_oauth
