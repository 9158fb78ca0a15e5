#pragma once

#include <libpq-fe.h>
#include <unistd.h>

#include <atomic>
#include <chrono>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <memory>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

#include "mcp_oauth/adapters/postgresql.hpp"
#include "ports/records.hpp"
#include "support/catch.hpp"

/// The private server that server.sh started, and what a test wants of it.
namespace postgresql_tests {

using namespace mcp_oauth;
using namespace std::chrono_literals;
using record_tests::record_of;
using record_tests::version_of;

inline std::string server_folder() {
    const char* folder = std::getenv("MCP_OAUTH_TEST_SERVER");
    if (folder == nullptr) FAIL("MCP_OAUTH_TEST_SERVER names no server: see server.sh");
    return folder == nullptr ? "" : folder;
}
inline std::string text_of_file(const std::string& path) {
    std::ifstream in(path);
    return {std::istreambuf_iterator<char>(in), {}};
}
inline std::string first_line_of(const std::string& name) {
    const auto text = text_of_file(server_folder() + "/" + name);
    return text.substr(0, text.find('\n'));
}
inline std::string uri() { return first_line_of("uri"); }
inline std::string server_log() { return text_of_file(first_line_of("place") + "/log"); }

/// Whether `text` has `part` in it, for Catch2's two versions name that differently.
inline bool has(const std::string& text, std::string_view part) {
    return text.find(part) != std::string::npos;
}

/// `restart` or `kill`.
inline void server(const std::string& verb) {
    const auto command = "sh adapters/postgresql/server.sh " + verb + " " + server_folder();
    REQUIRE(std::system(command.c_str()) == 0);
}

/// A session beside the store's, for whatever an administrator or another program does.
class admin {
public:
    explicit admin(const std::string& connection = uri())
        : handle_(PQconnectdb(connection.c_str()), &PQfinish) {
        if (PQstatus(handle_.get()) != CONNECTION_OK) FAIL(PQerrorMessage(handle_.get()));
        run("SET client_min_messages = warning");
    }
    /// The first column of each row.
    std::vector<std::string> column(const std::string& sql) const {
        const std::unique_ptr<PGresult, void (*)(PGresult*)> r{PQexec(handle_.get(), sql.c_str()),
                                                               &PQclear};
        const auto status = PQresultStatus(r.get());
        if (status != PGRES_COMMAND_OK && status != PGRES_TUPLES_OK)
            FAIL(sql + "\n" + PQresultErrorMessage(r.get()));
        std::vector<std::string> values;
        for (int i = 0; i < PQntuples(r.get()); ++i) values.emplace_back(PQgetvalue(r.get(), i, 0));
        return values;
    }
    void run(const std::string& sql) const { static_cast<void>(column(sql)); }
    std::string value(const std::string& sql) const {
        const auto values = column(sql);
        REQUIRE(values.size() == 1);
        return values.front();
    }

private:
    std::unique_ptr<PGconn, void (*)(PGconn*)> handle_;
};

/// A schema of the test's own, which goes with it.
class database {
public:
    database() : schema_("test_" + std::to_string(::getpid()) + "_" + std::to_string(++made())) {}
    database(const database&) = delete;
    database& operator=(const database&) = delete;
    ~database() { admin{}.run("DROP SCHEMA IF EXISTS " + schema_ + " CASCADE"); }

    [[nodiscard]] const std::string& schema() const noexcept { return schema_; }
    [[nodiscard]] std::string table() const { return schema_ + ".record"; }
    [[nodiscard]] postgresql_options options() const {
        postgresql_options o;
        o.connection = uri();
        o.schema = schema_;
        return o;
    }
    [[nodiscard]] std::unique_ptr<postgresql_store> open() const { return open(options()); }
    [[nodiscard]] static std::unique_ptr<postgresql_store> open(postgresql_options o) {
        auto made = postgresql_store::open(std::move(o));
        if (!made) FAIL(made.error().problem);
        return std::make_unique<postgresql_store>(std::move(*made));
    }
    /// What the operator is told when it cannot be opened.
    [[nodiscard]] static std::string problem(postgresql_options o) {
        const auto made = postgresql_store::open(std::move(o));
        REQUIRE_FALSE(made);
        return made.error().problem;
    }

private:
    static std::atomic<int>& made() {
        static std::atomic<int> count{0};
        return count;
    }
    std::string schema_;
};

/// Calls `work` on as many threads at once, each with its number.
template <class Work> void at_once(std::size_t threads, Work work) {
    std::atomic<bool> go{false};
    std::vector<std::thread> all;
    for (std::size_t i = 0; i < threads; ++i)
        all.emplace_back([&, i] {
            while (!go) std::this_thread::yield();
            work(i);
        });
    go = true;
    for (auto& each : all) each.join();
}

template <class Work> std::chrono::milliseconds time_of(Work work) {
    const auto begin = std::chrono::steady_clock::now();
    work();
    return std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::steady_clock::now() -
                                                                 begin);
}

/// Until the condition holds; fails after ten seconds.
template <class Condition> void await(Condition condition) {
    const auto end = std::chrono::steady_clock::now() + 10s;
    while (!condition()) {
        if (std::chrono::steady_clock::now() > end) FAIL("it did not come about in ten seconds");
        std::this_thread::sleep_for(10ms);
    }
}

} // namespace postgresql_tests
