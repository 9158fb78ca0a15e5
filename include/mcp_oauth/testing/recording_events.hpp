#pragma once

#include <cstddef>
#include <mutex>
#include <utility>
#include <vector>

#include "mcp_oauth/ports/event_sink.hpp"

namespace mcp_oauth {
inline namespace v0 {
namespace testing {

/// Keeps every event, in the order of arrival. Threads: any number.
class recording_events final : public event_sink {
public:
    void on_event(const event& e) override {
        const std::lock_guard<std::mutex> held(lock_);
        events_.push_back(e);
    }

    /// A copy of what came so far and was not taken.
    [[nodiscard]] std::vector<event> all() const {
        const std::lock_guard<std::mutex> held(lock_);
        return events_;
    }
    /// How many of `all` are of this kind; what each stands for (`event::count`) is not added up.
    [[nodiscard]] std::size_t count(event_kind kind) const {
        std::size_t found = 0;
        for (const auto& each : all())
            if (each.kind == kind) ++found;
        return found;
    }
    /// Everything recorded so far, which is forgotten.
    [[nodiscard]] std::vector<event> take() {
        const std::lock_guard<std::mutex> held(lock_);
        return std::exchange(events_, {});
    }

private:
    mutable std::mutex lock_;
    std::vector<event> events_;
};

} // namespace testing
} // namespace v0
} // namespace mcp_oauth
