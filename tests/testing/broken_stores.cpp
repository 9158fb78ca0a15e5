#include "testing/broken_stores.hpp"

#include <utility>

namespace contract_tests {

void broken_database::remember(const record& r) {
    const std::lock_guard<std::mutex> held(lock);
    keys.insert(r.key);
    versions[r.key].insert(r.version);
}

std::vector<record> broken_database::all() {
    std::vector<record> records;
    const std::lock_guard<std::mutex> held(lock);
    for (auto key = keys.begin(); key != keys.end();) {
        auto there = *store.load(*key);
        key = there ? std::next(key) : keys.erase(key);
        if (there) records.push_back(std::move(*there));
    }
    return records;
}

void broken_database::force(const record& r) {
    for (;;) {
        const auto there = *store.load(r.key);
        if (!there && store.create(r).outcome == write_outcome::done) return;
        if (there && store.replace(r, there->version) == write_outcome::done) return;
    }
}

void broken_database::force_erase(std::string_view key) {
    while (const auto there = *store.load(key))
        if (store.erase(key, there->version) == write_outcome::done) return;
}

void broken_store::on_write(std::function<record(record)> change) {
    on_create = [this, change](const record& fresh) {
        return database->store.create(change(fresh));
    };
    on_replace = [this, change](const record& next, const record_version& expected) {
        return database->store.replace(change(next), expected);
    };
}

} // namespace contract_tests
