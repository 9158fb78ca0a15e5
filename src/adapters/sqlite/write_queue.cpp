#include "adapters/sqlite/write_queue.hpp"

#include <algorithm>

namespace mcp_oauth {
inline namespace v0 {
namespace sqlite {

written write_queue::run(statement which, deadline by, std::function<void(statement_use&)> bind) {
    waiter mine{{which, std::move(bind), by}};
    std::unique_lock<std::mutex> held(lock_);
    line_.push_back(&mine);
    if (!led_ || wait(held, mine)) lead(held);
    return mine.result;
}

bool write_queue::wait(std::unique_lock<std::mutex>& held, waiter& mine) {
    const auto turned = [&] { return mine.at == place::leading || mine.at == place::done; };
    if (!mine.moved.wait_until(held, mine.by, turned)) {
        if (mine.at == place::waiting) {
            line_.erase(std::find(line_.begin(), line_.end(), &mine));
            return false; // its result says `unavailable`
        }
        mine.moved.wait(held, turned); // who was taken along is not left behind
    }
    return mine.at == place::leading;
}

void write_queue::lead(std::unique_lock<std::mutex>& held) {
    led_ = true;
    const auto crew = take_along();
    held.unlock();
    if (const auto file = connections_.lend((*crew.begin())->by)) carry_out(*file, crew);
    held.lock();
    let_go(crew);
    led_ = !line_.empty();
    if (!led_) return;
    line_.front()->at = place::leading;
    line_.front()->moved.notify_one();
}

write_batch write_queue::take_along() {
    write_batch crew;
    for (; !line_.empty() && !crew.is_full(); line_.pop_front()) {
        line_.front()->at = place::taken_along;
        crew.add(*line_.front());
    }
    return crew;
}

// Under the lock: a waiter may be gone as soon as it sees that it is done.
void write_queue::let_go(const write_batch& crew) {
    for (auto* const each : crew) {
        auto& done = static_cast<waiter&>(*each);
        done.at = place::done;
        done.moved.notify_one();
    }
}

} // namespace sqlite
} // namespace v0
} // namespace mcp_oauth
