// Stores whose reads are old, or another's.
#include <memory>
#include <thread>

#include "testing/broken_stores.hpp"

namespace contract_tests {

namespace {

struct cache {
    std::mutex lock;
    std::map<std::string, load_result, std::less<>> loaded;
    std::map<std::string, list_result> listed;

    void forget(std::string_view key) {
        const std::lock_guard<std::mutex> held(lock);
        if (const auto at = loaded.find(key); at != loaded.end()) loaded.erase(at);
    }
};

void cache_loads(broken_store& s, const std::shared_ptr<cache>& kept) {
    s.on_load = [&s, kept](std::string_view key) {
        const std::lock_guard<std::mutex> held(kept->lock);
        if (const auto at = kept->loaded.find(key); at != kept->loaded.end()) return at->second;
        return kept->loaded.emplace(std::string{key}, s.database->store.load(key)).first->second;
    };
}

// A cache that its own connection's writes keep up to date, and nobody else's.
void cache_of_a_connection(broken_store& s) {
    const auto kept = std::make_shared<cache>();
    cache_loads(s, kept);
    s.on_create = [&s, kept](const record& fresh) {
        kept->forget(fresh.key);
        return s.database->store.create(fresh);
    };
    s.on_replace = [&s, kept](const record& next, const record_version& expected) {
        kept->forget(next.key);
        return s.database->store.replace(next, expected);
    };
    s.on_erase = [&s, kept](std::string_view key, const record_version& expected) {
        kept->forget(key);
        return s.database->store.erase(key, expected);
    };
}

// Acknowledges a replace, and carries it out at its connection's next call.
void write_behind(broken_store& s) {
    struct queue {
        std::mutex lock;
        std::function<void()> pending;
        void flush() {
            const std::lock_guard<std::mutex> held(lock);
            if (const auto write = std::exchange(pending, {})) write();
        }
    };
    const auto late = std::make_shared<queue>();
    s.on_load = [&s, late](std::string_view key) {
        late->flush();
        return s.database->store.load(key);
    };
    s.on_replace = [&s, late](const record& next, const record_version& expected) {
        late->flush();
        const std::lock_guard<std::mutex> held(late->lock);
        late->pending = [&s, next, expected] { (void)s.database->store.replace(next, expected); };
        return write_outcome::done;
    };
}

// One place for the answer, which all threads share.
void one_answer(broken_store& s) {
    struct place {
        std::mutex lock;
        load_result answer{std::optional<record>{}};
    };
    const auto shared = std::make_shared<place>();
    s.on_load = [&s, shared](std::string_view key) {
        {
            auto there = s.database->store.load(key);
            const std::lock_guard<std::mutex> held(shared->lock);
            shared->answer = std::move(there);
        }
        std::this_thread::yield();
        const std::lock_guard<std::mutex> held(shared->lock);
        return shared->answer;
    };
}

} // namespace

std::vector<flaw> flaws_of_reads() {
    return {
        {"ordering.own_writes", "what was loaded once is never looked for again",
         [](broken_store& s) { cache_loads(s, std::make_shared<cache>()); }},
        {"ordering.others_writes", "each connection has a cache", cache_of_a_connection},
        {"ordering.current_version", "each connection has a cache", cache_of_a_connection},
        {"ordering.lists", "what was listed once is never looked for again",
         [](broken_store& s) {
             const auto kept = std::make_shared<cache>();
             s.on_list = [&s, kept](record_kind kind, std::string_view owner,
                                    std::string_view after, std::size_t limit) {
                 const auto asked = std::string{owner}.append(" ").append(after);
                 const std::lock_guard<std::mutex> held(kept->lock);
                 return kept->listed
                     .emplace(asked, s.database->store.list(kind, owner, after, limit))
                     .first->second;
             };
         }},
        {"ordering.beside_readers", "a write is acknowledged before it is carried out",
         write_behind},
        {"races.one_object", "threads share the place of their answers", one_answer},
        {"record.absent", "load throws",
         [](broken_store& s) {
             s.on_load = [](std::string_view) -> load_result {
                 throw std::runtime_error("connection lost");
             };
         }},
    };
}

} // namespace contract_tests
