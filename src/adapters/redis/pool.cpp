#include "adapters/redis/pool.hpp"

#include <algorithm>
#include <utility>

namespace mcp_oauth {
inline namespace v0 {
namespace redis {
namespace {

constexpr milliseconds first_pause{25};
constexpr milliseconds longest_pause{1000};

} // namespace

expected<pool::lease, std::string> pool::take(deadline until) {
    std::unique_lock<std::mutex> held(lock_);
    for (;;) {
        if (auto kept = pop()) return lease{*this, std::move(kept), age_, false};
        if (open_ < size_) break;
        if (freed_.wait_until(held, until) == std::cv_status::timeout)
            return unexpected<std::string>{"all connections are in use"};
    }
    if (std::chrono::steady_clock::now() < not_before_)
        return unexpected<std::string>{"the server could not be reached a moment ago"};
    ++open_;
    const auto age = age_;
    held.unlock();
    return open(until, age);
}

/// Requires: the lock. Returns: the connection used last that is still alive, if there is one.
///
/// A dead one is found before it is written to, or each restart of the server would leave writes
/// behind of which nobody knows what became.
std::unique_ptr<connection> pool::pop() {
    while (!idle_.empty()) {
        auto last = std::move(idle_.back());
        idle_.pop_back();
        if (last->alive()) return last;
        --open_;
    }
    return nullptr;
}

expected<pool::lease, std::string> pool::open(deadline until, std::uint64_t age) {
    auto made =
        connection::open(to_, std::min(until, std::chrono::steady_clock::now() + connect_timeout_));
    if (!made) {
        give_up(std::chrono::steady_clock::now() < until);
        return unexpected<std::string>{std::move(made).error()};
    }
    {
        const std::lock_guard<std::mutex> held(lock_);
        pause_ = milliseconds{0};
        not_before_ = {};
    }
    return lease{*this, std::make_unique<connection>(std::move(*made)), age, true};
}

void pool::give_up(bool server_failed) {
    {
        const std::lock_guard<std::mutex> held(lock_);
        --open_;
        const auto now = std::chrono::steady_clock::now();
        if (server_failed && now >= not_before_) { // several at once count as one failure
            pause_ = std::min(std::max(pause_ * 2, first_pause), longest_pause);
            not_before_ = now + pause_;
        }
    }
    freed_.notify_one();
}

void pool::take_back(std::unique_ptr<connection> c, std::uint64_t age) {
    {
        const std::lock_guard<std::mutex> held(lock_);
        if (age == age_ && c->in_step())
            idle_.push_back(std::move(c));
        else
            --open_;
    }
    freed_.notify_one(); // and a connection that was not kept is closed with no lock held
}

void pool::renew() {
    std::vector<std::unique_ptr<connection>> closing;
    {
        const std::lock_guard<std::mutex> held(lock_);
        ++age_;
        open_ -= idle_.size();
        closing.swap(idle_);
    }
    freed_.notify_all();
}

} // namespace redis
} // namespace v0
} // namespace mcp_oauth
