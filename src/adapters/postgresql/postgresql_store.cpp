// A row for a record, a statement for a call. The parts: `endpoints` finds the server, `connection`
// is one session with a deadline for everything, `schema` holds the SQL, `pool` shares sessions
// among threads, `outcome` judges what the server reports.

#include "mcp_oauth/adapters/postgresql.hpp"

#include <algorithm>
#include <utility>

#include "adapters/postgresql/endpoints.hpp"
#include "adapters/postgresql/pool.hpp"
#include "adapters/postgresql/row.hpp"
#include "adapters/postgresql/schema.hpp"

namespace mcp_oauth {
inline namespace v0 {

using namespace postgresql;

namespace {

constexpr std::size_t most_connections = 1000;
constexpr std::size_t longest_page = 1000;
constexpr std::size_t longest_sweep = 100'000; // what one statement may hold locked
constexpr milliseconds shortest_call{100};
constexpr milliseconds longest_limit{std::chrono::hours{1}};
constexpr int oldest_server = 140'000;

unexpected<postgresql_error> refuse(std::string problem) {
    return unexpected<postgresql_error>{postgresql_error{std::move(problem)}};
}

bool is_schema_name(std::string_view text) noexcept {
    if (text.empty() || text.size() > 63 || (text[0] >= '0' && text[0] <= '9')) return false;
    return text.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789_") == text.npos;
}

/// Errors: which option, and what is wrong with it.
expected<void, postgresql_error> check(const postgresql_options& o) {
    if (!is_schema_name(o.schema))
        return refuse("schema: must be lower case letters, digits and _, and no digit first");
    if (o.connections < 1 || o.connections > most_connections)
        return refuse("connections: must be 1 to 1000");
    if (o.call_limit < shortest_call || o.call_limit > longest_limit)
        return refuse("call_limit: must be 100 ms to 1 hour");
    if (o.open_limit < shortest_call || o.open_limit > longest_limit)
        return refuse("open_limit: must be 100 ms to 1 hour");
    return {};
}

/// The two moments that a call must heed.
struct schedule {
    explicit schedule(milliseconds limit)
        : send_before(steady_clock::now() + limit / 2), end(send_before + limit / 2) {}
    deadline send_before;
    deadline end;
};

enum class effect : std::uint8_t { reads, writes };

} // namespace

struct postgresql_store::state final : pool::maker {
    state(std::unique_ptr<endpoints> found, postgresql_options o)
        : servers(std::move(found)),
          options(std::move(o)),
          setup(session_setup(options.schema, options.call_limit / 2)),
          sessions(*this, options.connections) {}

    [[nodiscard]] expected<connection, std::string> make(deadline end) override {
        auto made = servers->connect(end);
        if (!made) return made;
        auto ready = made->run(setup, end);
        if (ready.kind == reply_kind::done) return made;
        return unexpected{std::move(ready.problem)};
    }

    /// Carries out one statement. What was certainly not done, for the session's sake, is tried
    /// once more in another one; so is a read that was lost.
    [[nodiscard]] reply call(const char* prepared, const parameters& values, effect what,
                             const schedule& when) {
        reply answer{reply_kind::session_spent, {}, {}};
        for (int attempt = 0; attempt < 2; ++attempt) {
            if (steady_clock::now() >= when.send_before) return answer;
            auto session = sessions.take(when.send_before);
            if (!session) return answer;
            answer = (*session)->execute(prepared, values, when.end);
            if (answer.kind <= reply_kind::rolled_back) return answer;
            session->is_broken();
            if (answer.kind == reply_kind::lost && what == effect::writes) return answer;
        }
        return answer;
    }
    /// A conditional write: whether it met its condition is the number of rows.
    [[nodiscard]] write_outcome write(const char* prepared, const parameters& values,
                                      const schedule& when) {
        const auto answer = call(prepared, values, effect::writes, when);
        switch (answer.kind) {
        case reply_kind::done:
            return affected(answer.rows) == 1 ? write_outcome::done : write_outcome::conflict;
        case reply_kind::lost: return write_outcome::unknown;
        case reply_kind::rolled_back:
        case reply_kind::session_spent: break;
        }
        return write_outcome::unavailable;
    }
    [[nodiscard]] expected<std::optional<record>, unavailable> load(std::string_view key,
                                                                    const schedule& when) {
        const auto answer = call(statement::load, parameters{}.text(key), effect::reads, when);
        if (answer.kind != reply_kind::done) return unexpected{unavailable{}};
        if (PQntuples(answer.rows.get()) == 0) return std::optional<record>{};
        auto found = row_at(answer.rows, 0);
        if (!found) return unexpected{unavailable{}};
        return found;
    }

    std::unique_ptr<endpoints> servers;
    postgresql_options options;
    std::string setup;
    pool sessions;
};

expected<postgresql_store, postgresql_error> postgresql_store::open(postgresql_options options) {
    if (const auto sound = check(options); !sound) return unexpected{sound.error()};
    const deadline end = steady_clock::now() + options.open_limit;
    auto servers = endpoints::parse(options.connection, options.call_limit);
    if (!servers) return refuse("connection: " + servers.error());

    auto session = (*servers)->connect(end);
    if (!session) return refuse(session.error());
    if (session->server_version() < oldest_server)
        return refuse("the server is older than PostgreSQL 14");
    if (session->server_encoding() != "UTF8")
        return refuse("the database is not in the encoding UTF8");
    if (auto ready = migrate(*session, options.schema, released_steps(), end); !ready)
        return refuse(ready.error());

    auto inside = std::make_unique<state>(std::move(*servers), std::move(options));
    if (auto ready = session->run(inside->setup, end); ready.kind != reply_kind::done)
        return refuse(ready.problem);
    inside->sessions.adopt(std::move(*session));
    return postgresql_store{std::move(inside)};
}

postgresql_store::postgresql_store(std::unique_ptr<state> inside) noexcept
    : state_(std::move(inside)) {}
postgresql_store::~postgresql_store() = default;
postgresql_store::postgresql_store(postgresql_store&&) noexcept = default;
postgresql_store& postgresql_store::operator=(postgresql_store&&) noexcept = default;

expected<std::optional<record>, unavailable> postgresql_store::load(std::string_view key) {
    return state_->load(key, schedule{state_->options.call_limit});
}

// `ON CONFLICT` waits for an insert that is under way, and then writes nothing. The record that was
// in the way may be gone when it is read; then the key is free again.
create_result postgresql_store::create(const record& fresh) {
    constexpr int most_rounds = 3;
    const schedule when{state_->options.call_limit};
    parameters values;
    values.text(fresh.key);
    bind_row(values, fresh);
    for (int round = 0; round < most_rounds; ++round) {
        const auto outcome = state_->write(statement::create, values, when);
        if (outcome != write_outcome::conflict) return {outcome, std::nullopt};
        auto existing = state_->load(fresh.key, when);
        if (!existing) break;
        if (*existing) return {write_outcome::conflict, std::move(*existing)};
    }
    return {write_outcome::unavailable, std::nullopt};
}

write_outcome postgresql_store::replace(const record& next, const record_version& expected) {
    const schedule when{state_->options.call_limit};
    parameters values;
    values.text(next.key);
    bind_row(values, next);
    values.uuid(expected);
    return state_->write(statement::replace, values, when);
}

write_outcome postgresql_store::erase(std::string_view key, const record_version& expected) {
    const schedule when{state_->options.call_limit};
    return state_->write(statement::erase, parameters{}.text(key).uuid(expected), when);
}

expected<record_page, unavailable> postgresql_store::list(record_kind kind, std::string_view owner,
                                                          std::string_view after,
                                                          std::size_t limit) {
    record_page page;
    if (owner.empty()) return page; // records without an owner belong to nobody's list
    limit = std::clamp<std::size_t>(limit, 1, longest_page);
    const schedule when{state_->options.call_limit};
    parameters values;
    values.text(name(kind)).text(owner).text(after).bigint(static_cast<std::int64_t>(limit));
    const auto answer = state_->call(statement::list, values, effect::reads, when);
    if (answer.kind != reply_kind::done) return unexpected{unavailable{}};

    const int count = PQntuples(answer.rows.get());
    page.records.reserve(static_cast<std::size_t>(count));
    for (int i = 0; i < count; ++i) {
        auto found = row_at(answer.rows, i);
        if (!found) return unexpected{unavailable{}};
        page.records.push_back(std::move(*found));
    }
    if (page.records.size() == limit) page.next = page.records.back().key;
    return page;
}

expected<std::size_t, unavailable> postgresql_store::sweep(instant now, std::size_t limit) {
    const schedule when{state_->options.call_limit};
    parameters values;
    values.bigint(to_unix_ms(now - sweep_margin))
        .bigint(static_cast<std::int64_t>(std::min(limit, longest_sweep)));
    const auto answer = state_->call(statement::sweep, values, effect::writes, when);
    if (answer.kind != reply_kind::done) return unexpected{unavailable{}};
    return affected(answer.rows);
}

} // namespace v0
} // namespace mcp_oauth
