// Refreshes on PostgreSQL against the statements that each of them cannot do without, run bare over
// as many connections by libpq's blocking calls; and what a grant costs as it ages.

#include <libpq-fe.h>

#include <cstdio>
#include <cstdlib>
#include <memory>
#include <string>
#include <vector>

#include "mcp_oauth/adapters/postgresql.hpp"
#include "store_bench.hpp"

namespace {

using namespace mcp_oauth;
using bench::deployment;
using bench::refreshing;

constexpr const char* schema = "mcp_oauth_bench";

std::string connection() {
    const char* text = std::getenv("MCP_OAUTH_BENCH_POSTGRESQL");
    if (text != nullptr) return text;
    std::fputs("MCP_OAUTH_BENCH_POSTGRESQL: a connection string\n", stderr);
    std::exit(2);
}

/// A plain session.
class session {
public:
    session() : handle_(PQconnectdb(connection().c_str()), &PQfinish) {
        if (PQstatus(handle_.get()) != CONNECTION_OK) fail(PQerrorMessage(handle_.get()));
        run("SET client_min_messages = warning");
    }
    std::string run(const std::string& sql) const {
        return first(PQexec(handle_.get(), sql.c_str()));
    }
    std::string execute(const char* name, const std::vector<std::string>& values) const {
        constexpr int all_binary[] = {1, 1, 1, 1};
        const char* texts[4];
        int lengths[4];
        for (std::size_t i = 0; i < values.size(); ++i) {
            texts[i] = values[i].data();
            lengths[i] = static_cast<int>(values[i].size());
        }
        return first(PQexecPrepared(handle_.get(), name, static_cast<int>(values.size()), texts,
                                    lengths, all_binary, 1));
    }

private:
    [[noreturn]] static void fail(const char* why) {
        std::fputs(why, stderr);
        std::abort();
    }
    static std::string first(PGresult* r) {
        const std::unique_ptr<PGresult, void (*)(PGresult*)> held{r, &PQclear};
        const auto status = PQresultStatus(r);
        if (status != PGRES_COMMAND_OK && status != PGRES_TUPLES_OK) fail(PQresultErrorMessage(r));
        if (PQntuples(r) == 0) return PQcmdTuples(r);
        return {PQgetvalue(r, 0, 0), static_cast<std::size_t>(PQgetlength(r, 0, 0))};
    }
    std::unique_ptr<PGconn, void (*)(PGconn*)> handle_;
};

/// The store in a schema that was empty at first.
postgresql_store open_store(std::size_t connections) {
    session{}.run(std::string{"DROP SCHEMA IF EXISTS "} + schema + " CASCADE");
    postgresql_options o;
    o.connection = connection();
    o.schema = schema;
    o.connections = connections;
    auto made = postgresql_store::open(o);
    if (!made) {
        std::fprintf(stderr, "%s\n", made.error().problem.c_str());
        std::exit(2);
    }
    return std::move(*made);
}

/// The same statements by the store, without a server above it.
class store_calls {
public:
    store_calls(record_store& store, std::size_t number) : store_(store) {
        mine_.key = "calls/" + std::to_string(number);
        mine_.body = deployment_body();
        if (store_.create(mine_).outcome != write_outcome::done) std::abort();
    }
    void operator()() {
        auto next = **store_.load(mine_.key);
        const auto version = next.version;
        ++next.version[static_cast<std::size_t>(turn_++ % 16)];
        if (store_.replace(next, version) != write_outcome::done) std::abort();
    }

private:
    static std::string deployment_body() {
        return session{}.run(std::string{"SELECT body FROM "} + schema +
                             ".record WHERE kind = 'grant' LIMIT 1");
    }
    record_store& store_;
    record mine_;
    int turn_ = 0;
};

/// A grant's record is read and replaced: a row of its own, with the body that a grant has.
class bare_statements {
public:
    explicit bare_statements(std::size_t number) : key_("bare/" + std::to_string(number)) {
        const std::string table = std::string{schema} + ".record";
        db_.run("SET plan_cache_mode = force_generic_plan");
        db_.run("INSERT INTO " + table + " SELECT '" + key_ +
                "', kind, gen_random_uuid(),"
                " subject_owner, client_owner, expires_at, body FROM " +
                table + " WHERE kind = 'grant' LIMIT 1 ON CONFLICT DO NOTHING");
        db_.run("PREPARE load (text) AS SELECT body, key, kind, version, subject_owner,"
                " client_owner, expires_at FROM " +
                table + " WHERE key = $1");
        db_.run("PREPARE replace (text, uuid, uuid, jsonb) AS UPDATE " + table +
                " SET version = $2, body = $4 WHERE key = $1 AND version = $3");
        version_ = std::string(16, 'v');
        db_.run("UPDATE " + table +
                " SET version = '76767676-7676-7676-7676-767676767676'"
                " WHERE key = '" +
                key_ + "'");
    }
    void operator()() {
        const auto body = db_.execute("load", {key_});
        auto next = version_;
        next[static_cast<std::size_t>(turn_++ % 16)] = static_cast<char>(turn_);
        if (db_.execute("replace", {key_, next, version_, body}) != "1") std::abort();
        version_ = next;
    }

private:
    session db_;
    std::string key_;
    std::string version_;
    int turn_ = 0;
};

void refresh_against_bare(std::size_t threads) {
    auto store = open_store(threads);
    bench::compare_with_bare(
        store, threads, "SELECT, UPDATE",
        [&](std::size_t n) { return std::make_unique<store_calls>(store, n); },
        [](std::size_t n) { return std::make_unique<bare_statements>(n); });
}

void sizes(const session& db, const std::string& when) {
    const std::string table = std::string{schema} + ".record";
    const auto of = [&](const std::string& what) {
        return db.run("SELECT " + what + "('" + table + "')");
    };
    std::printf("%-34s rows %s, table %s bytes, indexes %s bytes\n", when.c_str(),
                db.run("SELECT count(*) FROM " + table).c_str(), of("pg_table_size").c_str(),
                of("pg_indexes_size").c_str());
}

void rotation_1_against_10000() {
    auto store = open_store(1);
    const deployment d{policy::strict(), store};
    const session db;
    bench::compare_rotations(
        d, [&](const char* when) { sizes(db, when); }, 50, 21);
}

/// Each grant is a copy of a real one, under owners and a key of its own.
void fill(const session& db, int from, int to) {
    const std::string table = std::string{schema} + ".record";
    db.run("INSERT INTO " + table +
           " SELECT 'https://as.example#grant/' || md5(i::text), 'grant', gen_random_uuid(),"
           " 'https://as.example#subject/' || i / 3, 'https://as.example#client/' || i % 1000,"
           " g.expires_at + i, g.body FROM generate_series(" +
           std::to_string(from) + ", " + std::to_string(to) + ") AS i, (SELECT * FROM " + table +
           " WHERE kind = 'grant' LIMIT 1) AS g");
    db.run("VACUUM ANALYZE " + table);
    db.run("CHECKPOINT");
}

void many_grants() {
    auto store = open_store(1);
    const deployment d{policy::strict(), store};
    const session db;
    refreshing one{d};
    const auto refresh_among = [&](const std::string& how_many) {
        std::vector<double> times;
        for (int round = 0; round < 21; ++round)
            times.push_back(bench::round_of<std::chrono::steady_clock>(one, 50));
        std::printf("refresh among %9s grants: %8.1f us\n", how_many.c_str(), bench::median(times));
    };
    fill(db, 1, 1000);
    sizes(db, "1,000 grants:");
    refresh_among("1,000");
    for (int i = 1000; i < 1'000'000; i += 111'000) fill(db, i + 1, i + 111'000);
    sizes(db, "1,000,000 grants:");
    refresh_among("1,000,000");
}

} // namespace

int main() {
    refresh_against_bare(1);
    refresh_against_bare(8);
    rotation_1_against_10000();
    many_grants();
    session{}.run(std::string{"DROP SCHEMA "} + schema + " CASCADE");
}
