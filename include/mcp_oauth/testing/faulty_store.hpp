#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <iterator>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "mcp_oauth/ports/record_store.hpp"

namespace mcp_oauth {
inline namespace v0 {
namespace testing {

/// The functions of a store, to name the one that is to fail.
enum class store_call : std::uint8_t {
    any,     ///< whichever comes; a plan for it counts calls of all kinds
    load,    ///< a read: every fault is `unavailable`
    create,  ///< a fault hides `create_result::existing`, too
    replace, ///< a fault hides whether the version was right
    erase,   ///< likewise
    list,    ///< a read
    sweep    ///< like a read; nothing is dropped
};

/// How a call goes wrong. A read knows one way only: it is `unavailable`, whichever of these it is.
enum class store_fault : std::uint8_t {
    unavailable,     ///< nothing written, and it says so
    unknown_written, ///< written, but the answer is lost
    unknown_lost,    ///< not written, and nobody says so
    unknown_late,    ///< nobody knows; written when `land_late` is called
};

/// A store over another one that fails when it is told to: what a network does to a database.
///
///     faulty_store store{database};
///     store.fail(store_call::replace, 2, store_fault::unknown_written); // the second from now
///
/// Threads: any number.
class faulty_store final : public record_store {
public:
    /// Without a fault until told otherwise. `inner` must outlive this, and is called from whatever
    /// thread calls this.
    explicit faulty_store(record_store& inner) noexcept : inner_(inner) {}

    /// The `nth` call of this kind from now on fails; 1 is the next.
    void fail(store_call which, std::size_t nth, store_fault how) {
        const std::lock_guard<std::mutex> held(lock_);
        plans_.push_back({which, nth, how, {}});
    }
    /// Runs `interruption` before the `nth` call of this kind from now: somebody else came first.
    void before(store_call which, std::size_t nth, std::function<void()> interruption) {
        const std::lock_guard<std::mutex> held(lock_);
        plans_.push_back({which, nth, std::nullopt, std::move(interruption)});
    }
    /// Forgets every failure and interruption that is still to come.
    void heal() {
        const std::lock_guard<std::mutex> held(lock_);
        plans_.clear();
    }
    /// Carries out what was late. Returns: the outcomes, which nobody else hears of.
    std::vector<write_outcome> land_late() {
        std::vector<std::function<write_outcome()>> late;
        {
            const std::lock_guard<std::mutex> held(lock_);
            late.swap(late_);
        }
        std::vector<write_outcome> outcomes;
        outcomes.reserve(late.size());
        for (const auto& write : late) outcomes.push_back(write());
        return outcomes;
    }
    /// How many calls of this kind came so far, failed ones included.
    [[nodiscard]] std::size_t calls(store_call which = store_call::any) const {
        const std::lock_guard<std::mutex> held(lock_);
        return static_cast<std::size_t>(
            std::count_if(made_.begin(), made_.end(), [which](store_call each) {
                return which == store_call::any || which == each;
            }));
    }

    [[nodiscard]] expected<std::optional<record>, unavailable> load(std::string_view key) override {
        if (meet(store_call::load)) return unexpected<unavailable>{unavailable{}};
        return inner_.load(key);
    }
    [[nodiscard]] create_result create(const record& fresh) override {
        const auto fault = meet(store_call::create);
        if (!fault) return inner_.create(fresh);
        return {suffer(*fault, [this, fresh] { return inner_.create(fresh).outcome; }),
                std::nullopt};
    }
    [[nodiscard]] write_outcome replace(const record& next,
                                        const record_version& expected) override {
        const auto fault = meet(store_call::replace);
        if (!fault) return inner_.replace(next, expected);
        return suffer(*fault, [this, next, expected] { return inner_.replace(next, expected); });
    }
    [[nodiscard]] write_outcome erase(std::string_view key,
                                      const record_version& expected) override {
        const auto fault = meet(store_call::erase);
        if (!fault) return inner_.erase(key, expected);
        return suffer(*fault, [this, name = std::string{key}, expected] {
            return inner_.erase(name, expected);
        });
    }
    [[nodiscard]] expected<record_page, unavailable> list(record_kind kind, std::string_view owner,
                                                          std::string_view after,
                                                          std::size_t limit) override {
        if (meet(store_call::list)) return unexpected<unavailable>{unavailable{}};
        return inner_.list(kind, owner, after, limit);
    }
    [[nodiscard]] expected<std::size_t, unavailable> sweep(instant now,
                                                           std::size_t limit = 1000) override {
        if (meet(store_call::sweep)) return unexpected<unavailable>{unavailable{}};
        return inner_.sweep(now, limit);
    }

private:
    struct plan {
        store_call which;
        std::size_t nth;
        std::optional<store_fault> fault;
        std::function<void()> interruption;
    };

    // Counts this call, and runs what was to come before it with no lock held.
    std::optional<store_fault> meet(store_call call) {
        std::vector<plan> due;
        {
            const std::lock_guard<std::mutex> held(lock_);
            made_.push_back(call);
            for (auto& each : plans_)
                if (each.which == store_call::any || each.which == call) --each.nth;
            const auto ripe = std::stable_partition(plans_.begin(), plans_.end(),
                                                    [](const plan& each) { return each.nth > 0; });
            std::move(ripe, plans_.end(), std::back_inserter(due));
            plans_.erase(ripe, plans_.end());
        }
        std::optional<store_fault> fault;
        for (const auto& each : due) {
            if (each.interruption) each.interruption();
            if (each.fault) fault = each.fault;
        }
        return fault;
    }
    write_outcome suffer(store_fault fault, std::function<write_outcome()> write) {
        switch (fault) {
        case store_fault::unavailable: return write_outcome::unavailable;
        case store_fault::unknown_written: write(); return write_outcome::unknown;
        case store_fault::unknown_lost: return write_outcome::unknown;
        case store_fault::unknown_late: break;
        }
        const std::lock_guard<std::mutex> held(lock_);
        late_.push_back(std::move(write));
        return write_outcome::unknown;
    }

    record_store& inner_;
    mutable std::mutex lock_;
    std::vector<plan> plans_;
    std::vector<store_call> made_;
    std::vector<std::function<write_outcome()>> late_;
};

} // namespace testing
} // namespace v0
} // namespace mcp_oauth
