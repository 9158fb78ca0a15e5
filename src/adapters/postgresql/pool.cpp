#include "adapters/postgresql/pool.hpp"

#include <algorithm>

namespace mcp_oauth {
inline namespace v0 {
namespace postgresql {

std::optional<pool::lease> pool::take(deadline end) {
    {
        std::unique_lock<std::mutex> held(lock_);
        if (!returned_.wait_until(held, end, [this] { return taken_ < most_; }))
            return std::nullopt;
        ++taken_;
    }
    while (auto found = take_idle())
        if (!found->stale()) return std::optional<lease>{std::in_place, *this, std::move(*found)};
    auto made = connect(end);
    if (made) return std::optional<lease>{std::in_place, *this, std::move(*made)};
    free_place();
    return std::nullopt;
}

std::optional<connection> pool::take_idle() {
    const std::lock_guard<std::mutex> held(lock_);
    if (idle_.empty()) return std::nullopt;
    std::optional<connection> last{std::move(idle_.back())};
    idle_.pop_back();
    return last;
}

std::optional<connection> pool::connect(deadline end) {
    const auto who = admit();
    if (who == caller::refused) return std::nullopt;
    auto made = maker_.make(end);
    note(who, made.has_value());
    if (!made) return std::nullopt;
    return std::move(*made);
}

pool::caller pool::admit() {
    const std::lock_guard<std::mutex> held(lock_);
    if (pause_ == pause_.zero()) return caller::any;
    if (probing_ || steady_clock::now() < next_attempt_) return caller::refused;
    probing_ = true;
    return caller::prober;
}

void pool::note(caller who, bool connected) {
    const std::lock_guard<std::mutex> held(lock_);
    if (who == caller::prober) probing_ = false;
    if (connected) {
        pause_ = pause_.zero();
    } else if (who == caller::prober || pause_ == pause_.zero()) {
        pause_ = std::clamp(2 * pause_, first_pause, longest_pause);
        next_attempt_ = steady_clock::now() + pause_;
    }
}

void pool::give_back(connection held_one, bool broken) {
    if (!broken) {
        const std::lock_guard<std::mutex> held(lock_);
        idle_.push_back(std::move(held_one));
    }
    free_place();
}

void pool::free_place() {
    {
        const std::lock_guard<std::mutex> held(lock_);
        --taken_;
    }
    returned_.notify_one();
}

} // namespace postgresql
} // namespace v0
} // namespace mcp_oauth
