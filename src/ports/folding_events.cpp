#include "mcp_oauth/ports/folding_events.hpp"

#include <algorithm>
#include <cstdint>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

namespace mcp_oauth {
inline namespace v0 {
namespace {

using due_events = std::vector<event>;

std::int64_t hour_of(instant at) noexcept {
    return std::chrono::floor<std::chrono::hours>(at.time_since_epoch()).count();
}

} // namespace

struct folding_events::state {
    /// One client and rule in one hour. Ordered by the hour, so that the oldest come first.
    using place = std::tuple<std::int64_t, std::string, std::string>;

    state(event_sink& other, std::size_t room)
        : to(other), most((std::max)(room, std::size_t{1})) {}

    /// Closes what lies before `hour`, and hands its events to `due`.
    void close_before(std::int64_t hour, due_events& due) {
        while (!open.empty() && std::get<0>(open.begin()->first) < hour) close_first(due);
    }
    void close_first(due_events& due) {
        auto& rest = open.begin()->second;
        if (rest) due.push_back(std::move(*rest));
        open.erase(open.begin());
    }
    void fold(const event& e, due_events& due) {
        const auto hour = hour_of(e.at);
        close_before(hour, due);
        place at{hour, e.client_id, std::string{e.reason}};
        const auto found = open.find(at);
        if (found == open.end()) {
            if (open.size() >= most) close_first(due);
            open.emplace(std::move(at), std::nullopt);
            return due.push_back(e);
        }
        const auto before = found->second ? found->second->count : 0;
        found->second = e;
        found->second->count = before + e.count;
    }

    event_sink& to;
    const std::size_t most;
    std::mutex lock;
    std::map<place, std::optional<event>> open; ///< what followed the first event, folded
};

folding_events::folding_events(event_sink& to, std::size_t most)
    : state_(std::make_unique<state>(to, most)) {}

folding_events::~folding_events() {
#if defined(__cpp_exceptions)
    try {
        flush();
    } catch (...) {
        return; // there is nobody left to tell
    }
#else
    flush();
#endif
}

void folding_events::on_event(const event& e) {
    due_events due;
    {
        const std::lock_guard held(state_->lock);
        if (e.kind == event_kind::would_be_refused)
            state_->fold(e, due);
        else
            state_->close_before(hour_of(e.at), due);
    }
    for (const auto& each : due) state_->to.on_event(each);
    if (e.kind != event_kind::would_be_refused) state_->to.on_event(e);
}

void folding_events::close_hours(instant now) {
    due_events due;
    {
        const std::lock_guard held(state_->lock);
        state_->close_before(hour_of(now), due);
    }
    for (const auto& each : due) state_->to.on_event(each);
}

void folding_events::flush() {
    due_events due;
    {
        const std::lock_guard held(state_->lock);
        while (!state_->open.empty()) state_->close_first(due);
    }
    for (const auto& each : due) state_->to.on_event(each);
}

} // namespace v0
} // namespace mcp_oauth
