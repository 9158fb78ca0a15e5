#include "testing/contract_run.hpp"

#include <atomic>
#include <exception>
#include <system_error>
#include <thread>
#include <utility>

#include "mcp_oauth/base/random.hpp"
#include "mcp_oauth/grammar/json.hpp"
#include "testing/json_equality.hpp"

namespace mcp_oauth {
inline namespace v0 {
namespace testing {
namespace contract {

namespace {

constexpr std::size_t most_pages = 10'000;

std::string hex(const record_version& octets) {
    constexpr char digits[] = "0123456789abcdef";
    std::string text;
    for (const auto octet : octets) {
        text.push_back(digits[octet >> 4U]);
        text.push_back(digits[octet & 15U]);
    }
    return text;
}

std::string unequal(const char* member, std::string_view got, std::string_view wanted) {
    constexpr std::size_t shown = 80;
    std::string text = member;
    text.append(" is \"").append(got.substr(0, shown));
    text.append("\", not \"").append(wanted.substr(0, shown)).append("\"");
    return text;
}

std::shared_ptr<record_store>
open_by(const std::function<std::shared_ptr<record_store>()>& factory) {
    auto store = factory ? factory() : nullptr;
    if (!store) fail("the factory opened no store");
    return store;
}

} // namespace

void fail(std::string detail) { throw failure{std::move(detail)}; }
void cannot_check(std::string reason) { throw not_checkable{std::move(reason)}; }

std::string_view name(write_outcome outcome) noexcept {
    switch (outcome) {
    case write_outcome::done: return "done";
    case write_outcome::conflict: return "conflict";
    case write_outcome::unknown: return "unknown";
    case write_outcome::unavailable: return "unavailable";
    }
    return "no outcome at all";
}

std::string difference(const record& got, const record& wanted) {
    if (got.key != wanted.key) return unequal("its key", got.key, wanted.key);
    if (got.kind != wanted.kind)
        return unequal("its kind", mcp_oauth::name(got.kind), mcp_oauth::name(wanted.kind));
    if (got.version != wanted.version)
        return unequal("its version", hex(got.version), hex(wanted.version));
    if (got.subject_owner != wanted.subject_owner)
        return unequal("its subject_owner", got.subject_owner, wanted.subject_owner);
    if (got.client_owner != wanted.client_owner)
        return unequal("its client_owner", got.client_owner, wanted.client_owner);
    if (got.expires_at != wanted.expires_at)
        return unequal("its expires_at", std::to_string(to_unix_ms(got.expires_at)),
                       std::to_string(to_unix_ms(wanted.expires_at)));
    if (!equal_as_json(got.body, wanted.body)) return unequal("its body", got.body, wanted.body);
    return {};
}

bool same(const record& a, const record& b) { return difference(a, b).empty(); }

contract_run::contract_run(const store_under_test& subject, std::string_view clause)
    : subject_(subject), prefix_(subject.key_prefix) {
    prefix_.append("#contract/").append(hex(fresh_version())).append("/");
    prefix_.append(clause).append("/");
}

contract_run::~contract_run() {
    // Whatever a broken store throws, the clause has had its result.
    try {
        clean_up();
    } catch (...) {
    }
}

void contract_run::clean_up() {
    if (keys_.empty()) return;
    const auto store = open();
    for (const auto& each : keys_) {
        const auto there = store->load(each);
        if (there && *there) (void)store->erase(each, (*there)->version);
    }
}

std::shared_ptr<record_store> contract_run::open() const { return open_by(subject_.open); }
std::shared_ptr<record_store> contract_run::open_faulty() const {
    return open_by(subject_.faults.open);
}

std::string contract_run::key(std::string_view name) {
    std::string text = prefix_;
    text.append(name);
    const std::lock_guard<std::mutex> held(lock_);
    keys_.insert(text);
    return text;
}

std::string contract_run::owner(std::string_view name) const {
    std::string text = prefix_;
    return text.append(name);
}

record contract_run::fresh(std::string_view name) {
    record r;
    r.key = key(name);
    r.version = fresh_version();
    r.subject_owner = owner("subject");
    r.client_owner = owner("client");
    r.expires_at = system_clock{}.now() + std::chrono::hours{1};
    r.body = numbered_body(0);
    return r;
}

record_version fresh_version() {
    record_version version{};
    if (!system_random{}.fill(version.data(), version.size())) fail("there are no random numbers");
    return version;
}

record successor(const record& r) {
    record next = r;
    next.version = fresh_version();
    next.body = numbered_body(number_in(r) + 1);
    return next;
}

std::string numbered_body(std::size_t n) { return "{\"n\":" + std::to_string(n) + "}"; }

std::size_t number_in(const record& r) {
    const auto body = json_document::parse(r.body);
    const auto n = body ? body->root().integer_at("n") : std::nullopt;
    if (!n) fail("a body that holds a number came back as " + r.body);
    return static_cast<std::size_t>(*n);
}

std::optional<record> load(record_store& store, std::string_view key) {
    auto answer = store.load(key);
    if (!answer) fail("load answered unavailable, and there was no fault");
    return std::move(*answer);
}

record load_present(record_store& store, std::string_view key, const char* what) {
    auto there = load(store, key);
    if (!there) fail(std::string{what} + " is not there");
    return std::move(*there);
}

void require_outcome(write_outcome got, write_outcome wanted, const char* what) {
    if (got == wanted) return;
    std::string text = what;
    text.append(" answered ").append(name(got)).append(", not ").append(name(wanted));
    fail(std::move(text));
}

void create(record_store& store, const record& fresh) {
    require_outcome(store.create(fresh).outcome, write_outcome::done, "create under a new key");
}
void replace(record_store& store, const record& next, const record_version& expected) {
    require_outcome(store.replace(next, expected), write_outcome::done,
                    "replace at the record's version");
}
void erase(record_store& store, std::string_view key, const record_version& expected) {
    require_outcome(store.erase(key, expected), write_outcome::done,
                    "erase at the record's version");
}

void require_stored(record_store& store, const record& wanted, const char* what) {
    const auto there = load_present(store, wanted.key, what);
    const auto unlike = difference(there, wanted);
    if (!unlike.empty()) fail(std::string{what} + ": " + unlike);
}

void require_absent(record_store& store, std::string_view key, const char* what) {
    if (load(store, key)) fail(std::string{what} + " is there");
}

std::vector<record> list_all(record_store& store, record_kind kind, std::string_view owner,
                             std::size_t limit) {
    std::vector<record> all;
    std::string after;
    for (std::size_t pages = 0; pages < most_pages; ++pages) {
        auto page = store.list(kind, owner, after, limit);
        if (!page) fail("list answered unavailable, and there was no fault");
        if (page->records.size() > limit) fail("a page of list holds more records than its limit");
        for (auto& each : page->records) all.push_back(std::move(each));
        if (page->next.empty()) return all;
        after = std::move(page->next);
    }
    fail("the pages of list have no end");
}

std::set<std::string> keys_listed(record_store& store, record_kind kind, std::string_view owner,
                                  std::size_t limit) {
    std::set<std::string> keys;
    for (auto& each : list_all(store, kind, owner, limit)) keys.insert(std::move(each.key));
    return keys;
}

void in_threads(std::size_t count, const std::function<void(std::size_t)>& work) {
    std::atomic<std::size_t> missing{count};
    std::vector<std::exception_ptr> ended(count);
    const auto run = [&](std::size_t i) {
        --missing;
        while (missing > 0) std::this_thread::yield(); // all at once
        try {
            work(i);
        } catch (...) {
            ended[i] = std::current_exception();
        }
    };
    std::vector<std::thread> threads;
    try {
        while (threads.size() < count) threads.emplace_back(run, threads.size());
    } catch (const std::system_error&) {
        missing -= count - threads.size(); // those that could not be started
    }
    const bool complete = threads.size() == count;
    for (auto& each : threads) each.join();
    for (const auto& each : ended)
        if (each) std::rethrow_exception(each);
    if (!complete) cannot_check("this system starts no more threads");
}

void race(const contract_run& run, const std::function<void(std::size_t)>& round) {
    const auto end = steady::now() + run.subject().race_time;
    for (std::size_t n = 0; n == 0 || steady::now() < end; ++n) round(n);
}

} // namespace contract
} // namespace testing
} // namespace v0
} // namespace mcp_oauth
