// Stores whose conditional writes are none, or are two steps.
#include <thread>

#include "testing/broken_stores.hpp"

namespace contract_tests {

namespace {

// What a read-then-write does: between the two, anybody may come.
void read_then_write(broken_store& s) {
    s.on_replace = [&s](const record& next, const record_version& expected) {
        const auto there = *s.database->store.load(next.key);
        if (!there || there->version != expected) return write_outcome::conflict;
        std::this_thread::yield();
        s.database->force(next);
        return write_outcome::done;
    };
}

void read_then_erase(broken_store& s) {
    s.on_erase = [&s](std::string_view key, const record_version& expected) {
        const auto there = *s.database->store.load(key);
        if (!there || there->version != expected) return write_outcome::conflict;
        std::this_thread::yield();
        s.database->force_erase(key);
        return write_outcome::done;
    };
}

void read_then_create(broken_store& s) {
    s.on_create = [&s](const record& fresh) -> create_result {
        const auto there = *s.database->store.load(fresh.key);
        if (there) return {write_outcome::conflict, there};
        std::this_thread::yield();
        s.database->force(fresh);
        return {write_outcome::done, std::nullopt};
    };
}

void replace_by_version_alone(broken_store& s) {
    s.on_replace = [&s](const record& next, const record_version& expected) {
        auto outcome = write_outcome::conflict;
        for (const auto& each : s.database->all()) {
            if (each.version != expected) continue;
            auto mine = next;
            mine.key = each.key;
            s.database->force(mine);
            outcome = write_outcome::done;
        }
        return outcome;
    };
}

void every_version_ever(broken_store& s) {
    s.on_replace = [&s](const record& next, const record_version& expected) {
        if (s.database->versions[next.key].count(expected) == 0) return write_outcome::conflict;
        s.database->force(next);
        return write_outcome::done;
    };
}

} // namespace

std::vector<flaw> flaws_of_writes() {
    return {
        {"create.conflict", "create overwrites what is there",
         [](broken_store& s) {
             s.on_create = [&s](const record& fresh) -> create_result {
                 s.database->force(fresh);
                 return {write_outcome::done, std::nullopt};
             };
         }},
        {"create.conflict", "create does not say what is there",
         [](broken_store& s) {
             s.on_create = [&s](const record& fresh) -> create_result {
                 return {s.database->store.create(fresh).outcome, std::nullopt};
             };
         }},
        {"replace.absent", "replace creates what is not there",
         [](broken_store& s) {
             s.on_replace = [&s](const record& next, const record_version& expected) {
                 if (s.database->store.create(next).outcome == write_outcome::done)
                     return write_outcome::done;
                 return s.database->store.replace(next, expected);
             };
         }},
        {"replace.version", "replace ignores the version: the last writer wins",
         [](broken_store& s) {
             s.on_replace = [&s](const record& next, const record_version&) {
                 if (!*s.database->store.load(next.key)) return write_outcome::conflict;
                 s.database->force(next);
                 return write_outcome::done;
             };
         }},
        {"replace.every_member", "replace leaves the owners as they were",
         [](broken_store& s) {
             s.on_replace = [&s](record next, const record_version& expected) {
                 if (const auto there = *s.database->store.load(next.key)) {
                     next.subject_owner = there->subject_owner;
                     next.client_owner = there->client_owner;
                 }
                 return s.database->store.replace(next, expected);
             };
         }},
        {"replace.alone", "replace finds records by their version alone", replace_by_version_alone},
        {"erase.absent", "erase is done where nothing was",
         [](broken_store& s) {
             s.on_erase = [&s](std::string_view key, const record_version& expected) {
                 if (!*s.database->store.load(key)) return write_outcome::done;
                 return s.database->store.erase(key, expected);
             };
         }},
        {"erase.version", "erase ignores the version",
         [](broken_store& s) {
             s.on_erase = [&s](std::string_view key, const record_version&) {
                 if (!*s.database->store.load(key)) return write_outcome::conflict;
                 s.database->force_erase(key);
                 return write_outcome::done;
             };
         }},
        {"erase.new_life", "replace accepts a version of the key's former life",
         every_version_ever},
        {"races.increments", "replace reads, then writes", read_then_write},
        {"races.replacers", "replace reads, then writes", read_then_write},
        {"races.creators", "create looks, then writes", read_then_create},
        {"races.erase_or_replace", "erase looks, then erases", read_then_erase},
        {"races.in_time", "a write waits for others longer than it may",
         [](broken_store& s) {
             s.on_replace = [&s](const record& next, const record_version& expected) {
                 std::this_thread::sleep_for(broken_limit + 50ms);
                 return s.database->store.replace(next, expected);
             };
         }},
    };
}

} // namespace contract_tests
