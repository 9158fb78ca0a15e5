// A call is one prepared statement. A read borrows a connection; a write waits for its turn in the
// queue of writers.

#include <sqlite3.h>

#include <algorithm>
#include <chrono>
#include <thread>
#include <utility>

#include "adapters/sqlite/connection.hpp"
#include "adapters/sqlite/new_file.hpp"
#include "adapters/sqlite/pool.hpp"
#include "adapters/sqlite/schema.hpp"
#include "adapters/sqlite/write_queue.hpp"
#include "mcp_oauth/adapters/sqlite.hpp"

namespace mcp_oauth {
inline namespace v0 {

using sqlite::deadline;
using sqlite::statement;

namespace {

constexpr std::size_t largest_page = 1000;
constexpr std::size_t sweep_batch = 100; // one transaction, which other writers wait for
constexpr std::size_t most_connections = 64;
constexpr milliseconds longest_limit{60'000};

unexpected<sqlite_error> refuse(std::string message) {
    return unexpected{sqlite_error{sqlite_failure::bad_option, std::move(message)}};
}

expected<void, sqlite_error> check(const sqlite_options& options) {
    const auto& path = options.path;
    if (path.empty() || path == ":memory:" || path.compare(0, 5, "file:") == 0)
        return refuse("path: \"" + path + "\" names no file; memory_store keeps nothing on disk");
    if (path.find('\0') != std::string::npos) return refuse("path: has a NUL");
    if (options.call_limit < milliseconds{1} || options.call_limit > longest_limit)
        return refuse("call_limit: must be from 1 ms to 60 s");
    if (options.connections < 1 || options.connections > most_connections)
        return refuse("connections: must be from 1 to 64");
    if (sqlite3_threadsafe() == 0)
        return unexpected{
            sqlite_error{sqlite_failure::other, "this SQLite was built for a single thread"}};
    return {};
}

expected<std::unique_ptr<sqlite::connection>, sqlite_error>
connect_once(const sqlite_options& options, deadline until) {
    auto made = sqlite::connection::open(options.path, until);
    if (!made) return made;
    auto& file = **made;
    if (file.read_only()) return file.failure(sqlite_failure::read_only, "is read-only");
    // Nothing is changed in a file before it is known whose it is.
    const auto version = sqlite::identify(file, sqlite::schema());
    if (!version) return unexpected{version.error()};
    if (auto done = file.set_up(options.synchronous); !done) return unexpected{done.error()};
    if (*version < sqlite::schema().size()) // otherwise no writer need be waited for
        if (auto done = sqlite::migrate(file, sqlite::schema()); !done)
            return unexpected{done.error()};
    if (auto done = file.prepare_statements(); !done) return unexpected{done.error()};
    return made;
}

/// One more connection to the file; the first one makes the file what it should be.
///
/// Where several make it so at once, each may hold what another needs, and SQLite tells one of them
/// that the file is busy instead of letting it wait. That one lets go of everything and begins
/// again.
expected<std::unique_ptr<sqlite::connection>, sqlite_error> connect(const sqlite_options& options,
                                                                    deadline until) {
    constexpr milliseconds pause{5};
    while (true) {
        auto made = connect_once(options, until);
        const bool again = !made && made.error().kind == sqlite_failure::busy &&
                           std::chrono::steady_clock::now() + pause < until;
        if (!again) return made;
        std::this_thread::sleep_for(pause);
    }
}

} // namespace

struct sqlite_store::state {
    state(std::vector<std::unique_ptr<sqlite::connection>> opened, milliseconds limit)
        : connections(std::move(opened)), call_limit(limit) {}

    [[nodiscard]] deadline until() const { return std::chrono::steady_clock::now() + call_limit; }

    expected<std::optional<record>, unavailable> load(std::string_view key, deadline by) {
        const auto file = connections.lend(by);
        if (!file) return unexpected{unavailable{}};
        auto select = file->use(statement::load);
        select.bind(key);
        const int code = select.step();
        if (code == SQLITE_DONE) return std::optional<record>{};
        if (code != SQLITE_ROW) return unexpected{unavailable{}};
        auto found = select.row();
        if (!found) return unexpected{unavailable{}};
        return std::optional<record>{std::move(*found)};
    }

    sqlite::pool connections;
    sqlite::write_queue writers{connections};
    milliseconds call_limit;
};

expected<sqlite_store, sqlite_error> sqlite_store::open(sqlite_options options) {
    if (auto good = check(options); !good) return unexpected{good.error()};
    const auto by = std::chrono::steady_clock::now() + options.call_limit;
    sqlite::make_private_file(options.path);
    std::vector<std::unique_ptr<sqlite::connection>> opened;
    for (std::size_t i = 0; i < options.connections; ++i) {
        auto made = connect(options, by);
        if (!made) return unexpected{std::move(made).error()};
        opened.push_back(std::move(*made));
    }
    return sqlite_store{std::make_unique<state>(std::move(opened), options.call_limit)};
}

sqlite_store::sqlite_store(std::unique_ptr<state> opened) noexcept : state_(std::move(opened)) {}
sqlite_store::~sqlite_store() = default;
sqlite_store::sqlite_store(sqlite_store&&) noexcept = default;
sqlite_store& sqlite_store::operator=(sqlite_store&&) noexcept = default;

expected<std::optional<record>, unavailable> sqlite_store::load(std::string_view key) {
    return state_->load(key, state_->until());
}

create_result sqlite_store::create(const record& fresh) {
    const auto by = state_->until();
    while (std::chrono::steady_clock::now() < by) {
        const auto made = state_->writers.run(statement::create, by, [&](auto& insert) {
            insert.bind(fresh.key);
            insert.bind(name(fresh.kind));
            insert.bind(fresh.version);
            insert.bind(fresh.subject_owner);
            insert.bind(fresh.client_owner);
            insert.bind(to_unix_ms(fresh.expires_at));
            insert.bind(fresh.body);
        });
        if (made.outcome != write_outcome::conflict) return {made.outcome, std::nullopt};
        auto there = state_->load(fresh.key, by);
        if (!there) break;
        if (*there) return {write_outcome::conflict, std::move(*there)};
        // It was erased in between, so there is room now.
    }
    return {write_outcome::unavailable, std::nullopt};
}

write_outcome sqlite_store::replace(const record& next, const record_version& expected) {
    const auto by = state_->until();
    const auto in_place = state_->writers.run(statement::replace, by, [&](auto& update) {
        update.bind(next.version);
        update.bind(next.body);
        update.bind(next.key);
        update.bind(expected);
        update.bind(name(next.kind));
        update.bind(next.subject_owner);
        update.bind(next.client_owner);
        update.bind(to_unix_ms(next.expires_at));
    });
    if (in_place.outcome != write_outcome::conflict) return in_place.outcome;
    return state_->writers
        .run(statement::replace_all, by,
             [&](auto& update) {
                 update.bind(name(next.kind));
                 update.bind(next.version);
                 update.bind(next.subject_owner);
                 update.bind(next.client_owner);
                 update.bind(to_unix_ms(next.expires_at));
                 update.bind(next.body);
                 update.bind(next.key);
                 update.bind(expected);
             })
        .outcome;
}

write_outcome sqlite_store::erase(std::string_view key, const record_version& expected) {
    return state_->writers
        .run(statement::erase, state_->until(),
             [&](auto& remove) {
                 remove.bind(key);
                 remove.bind(expected);
             })
        .outcome;
}

expected<record_page, unavailable> sqlite_store::list(record_kind kind, std::string_view owner,
                                                      std::string_view after, std::size_t limit) {
    limit = std::clamp<std::size_t>(limit, 1, largest_page);
    const auto file = state_->connections.lend(state_->until());
    if (!file) return unexpected{unavailable{}};
    auto select = file->use(statement::list);
    select.bind(name(kind));
    select.bind(owner);
    select.bind(after);
    select.bind(static_cast<std::int64_t>(limit));
    record_page page;
    int code = select.step();
    for (; code == SQLITE_ROW; code = select.step()) {
        auto found = select.row();
        if (!found) return unexpected{unavailable{}};
        page.records.push_back(std::move(*found));
    }
    if (code != SQLITE_DONE) return unexpected{unavailable{}};
    if (page.records.size() == limit) page.next = page.records.back().key;
    return page;
}

expected<std::size_t, unavailable> sqlite_store::sweep(instant now, std::size_t limit) {
    std::size_t dropped = 0;
    while (dropped < limit) {
        const auto batch = std::min(limit - dropped, sweep_batch);
        const auto gone = state_->writers.run(statement::sweep, state_->until(), [&](auto& remove) {
            remove.bind(to_unix_ms(now - sweep_margin));
            remove.bind(static_cast<std::int64_t>(batch));
        });
        if (gone.outcome == write_outcome::unknown || gone.outcome == write_outcome::unavailable)
            return unexpected{unavailable{}};
        dropped += gone.rows;
        if (gone.rows < batch) break;
    }
    return dropped;
}

} // namespace v0
} // namespace mcp_oauth
