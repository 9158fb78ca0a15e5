// Stores that take expires_at for more than a hint to the cleaner, or clean too much.
#include <thread>

#include "testing/broken_stores.hpp"

namespace contract_tests {

namespace {

void hide(broken_store& s, milliseconds this_long_after) {
    s.on_load = [&s, this_long_after](std::string_view key) -> load_result {
        auto there = *s.database->store.load(key);
        if (there && there->expires_at + this_long_after < system_clock{}.now()) there.reset();
        return there;
    };
}

bool is_due(const record& r, instant now) { return r.expires_at + sweep_margin <= now; }

// Looks first and drops by the key later: a record that was renewed in between goes too.
void look_then_sweep(broken_store& s) {
    s.on_sweep = [&s](instant now, std::size_t limit) -> sweep_result {
        std::vector<std::string> due;
        for (const auto& each : s.database->all())
            if (is_due(each, now) && due.size() < limit) due.push_back(each.key);
        std::this_thread::yield();
        for (const auto& key : due) s.database->force_erase(key);
        return due.size();
    };
}

// By the first expires_at that a record had.
void sweep_by_the_creation(broken_store& s) {
    const auto first = std::make_shared<std::map<std::string, instant>>();
    s.on_create = [&s, first](const record& fresh) {
        first->emplace(fresh.key, fresh.expires_at);
        return s.database->store.create(fresh);
    };
    s.on_sweep = [&s, first](instant now, std::size_t) -> sweep_result {
        std::size_t dropped = 0;
        for (const auto& [key, expires_at] : *first) {
            if (expires_at + sweep_margin > now || !*s.database->store.load(key)) continue;
            s.database->force_erase(key);
            ++dropped;
        }
        return dropped;
    };
}

} // namespace

std::vector<flaw> flaws_of_expiry() {
    return {
        {"expiry.within_margin", "what has expired is hidden",
         [](broken_store& s) { hide(s, 0ms); }},
        {"expiry.never_hidden", "what expired long ago is hidden",
         [](broken_store& s) { hide(s, 1h); }},
        {"sweep.margin", "sweep knows no margin",
         [](broken_store& s) {
             s.on_sweep = [&s](instant now, std::size_t limit) {
                 return s.database->store.sweep(now + sweep_margin, limit);
             };
         }},
        {"sweep.margin", "sweep drops a millisecond too early",
         [](broken_store& s) {
             s.on_sweep = [&s](instant now, std::size_t limit) {
                 return s.database->store.sweep(now + 1ms, limit);
             };
         }},
        {"sweep.margin", "sweep drops a millisecond too late",
         [](broken_store& s) {
             s.on_sweep = [&s](instant now, std::size_t limit) {
                 return s.database->store.sweep(now - 1ms, limit);
             };
         }},
        {"sweep.margin", "sweep goes by the database's clock",
         [](broken_store& s) {
             s.on_sweep = [&s](instant, std::size_t limit) {
                 return s.database->store.sweep(system_clock{}.now(), limit);
             };
         }},
        {"sweep.limit", "sweep knows no limit",
         [](broken_store& s) {
             s.on_sweep = [&s](instant now, std::size_t) {
                 return s.database->store.sweep(now, 1000);
             };
         }},
        {"sweep.kinds", "sweep forgets a kind",
         [](broken_store& s) {
             s.on_sweep = [&s](instant now, std::size_t) -> sweep_result {
                 std::size_t dropped = 0;
                 for (const auto& each : s.database->all()) {
                     if (each.kind == record_kind::consent || !is_due(each, now)) continue;
                     s.database->force_erase(each.key);
                     ++dropped;
                 }
                 return dropped;
             };
         }},
        {"sweep.renewed", "sweep goes by the first expires_at", sweep_by_the_creation},
        {"sweep.beside_writers", "sweep looks, then drops", look_then_sweep},
    };
}

} // namespace contract_tests
