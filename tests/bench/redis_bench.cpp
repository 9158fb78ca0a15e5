// Refreshes on Redis against the commands that each of them cannot do without, run bare over as
// many connections by hiredis's blocking calls; and what a grant costs as it ages.

#include <hiredis.h>

#include <cstdint>
#include <cstdlib>

#include "adapters/redis/address.hpp"
#include "adapters/redis/scripts.hpp"
#include "mcp_oauth/adapters/redis.hpp"
#include "store_bench.hpp"

namespace {

using namespace mcp_oauth;
using bench::deployment;
using bench::refreshing;

constexpr const char* prefix = "mcp_oauth_bench:";

redis_options options(std::size_t connections = 1) {
    const char* const uri = std::getenv("MCP_OAUTH_BENCH_REDIS");
    if (uri == nullptr) {
        std::fputs("MCP_OAUTH_BENCH_REDIS: the URI of a server without other work\n", stderr);
        std::exit(2);
    }
    redis_options o;
    o.uri = uri;
    o.key_prefix = prefix;
    o.connections = connections;
    return o;
}

/// A plain connection, without a password.
class session {
public:
    session() {
        const auto to = redis::parse_address(options().uri);
        redisContext* const made = to->socket_path.empty()
                                       ? redisConnect(to->host.c_str(), std::atoi(to->port.c_str()))
                                       : redisConnectUnix(to->socket_path.c_str());
        handle_.reset(made);
        if (made == nullptr || made->err != 0) fail("cannot connect");
    }
    /// The answer's text, its number as text, or its last element's text.
    std::string ask(const std::vector<std::string_view>& arguments) const {
        std::vector<const char*> texts;
        std::vector<std::size_t> sizes;
        for (const auto each : arguments) {
            texts.push_back(each.data());
            sizes.push_back(each.size());
        }
        const std::unique_ptr<redisReply, void (*)(void*)> answer{
            static_cast<redisReply*>(redisCommandArgv(handle_.get(), static_cast<int>(texts.size()),
                                                      texts.data(), sizes.data())),
            &freeReplyObject};
        if (answer == nullptr || answer->type == REDIS_REPLY_ERROR)
            fail(answer ? answer->str : handle_->errstr);
        if (answer->type == REDIS_REPLY_INTEGER) return std::to_string(answer->integer);
        const auto* const last =
            answer->elements > 0 ? answer->element[answer->elements - 1] : answer.get();
        return last->str != nullptr ? std::string{last->str, last->len} : std::string{};
    }

private:
    [[noreturn]] static void fail(const char* why) {
        std::fprintf(stderr, "%s\n", why);
        std::exit(2);
    }
    std::unique_ptr<redisContext, void (*)(redisContext*)> handle_{nullptr, &redisFree};
};

/// Drops what the last run left.
void clear() {
    session{}.ask(
        {"EVAL",
         "local at = '0' repeat local page = redis.call('SCAN', at, 'MATCH', ARGV[1] .. '*',"
         " 'COUNT', 1000) at = page[1] for _, key in ipairs(page[2]) do"
         " redis.call('UNLINK', key) end until at == '0' return 1",
         "0", prefix});
}

redis_store open_store(std::size_t connections = 1) {
    clear();
    auto made = redis_store::open(options(connections));
    if (!made) {
        std::fprintf(stderr, "%s\n", made.error().problem.c_str());
        std::exit(2);
    }
    return std::move(*made);
}

enum class write_by { own_script, smallest_script };

/// A grant's record is read and replaced: a copy of a real one, under a key of its own.
class bare_commands {
public:
    bare_commands(const std::string& grant_text, std::size_t number, write_by how)
        : text_(grant_text),
          name_(prefix + std::string{"record:bare/"} + std::to_string(number)),
          how_(how) {
        db_.ask({"SET", name_, text_});
        sha1_ = db_.ask(
            {"SCRIPT", "LOAD",
             how == write_by::own_script ? redis::make_scripts().replace.text : smallest()});
    }
    void operator()() {
        const auto seen = db_.ask({"GET", name_});
        const auto version = seen.substr(0, 32);
        text_[static_cast<std::size_t>(++turn_ % 32)] = "0123456789abcdef"[turn_ / 32 % 16];
        const auto changed =
            how_ == write_by::own_script
                ? db_.ask({"EVALSHA", sha1_, "3", name_, subject_, client_list_, "99999999999999",
                           records_, lists_, text_, "2592000000", version})
                : db_.ask({"EVALSHA", sha1_, "1", name_, text_, "2592000000", version});
        if (changed != "1") std::exit(2);
    }

private:
    /// A compare-and-swap and nothing else: no lists, no deadline.
    static std::string smallest() {
        return "local there = redis.call('GET', KEYS[1]) "
               "if not there or string.sub(there, 1, 32) ~= ARGV[3] then return 0 end "
               "redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[2]) return 1";
    }
    session db_;
    std::string text_;
    std::string name_;
    write_by how_;
    std::string sha1_;
    std::string records_ = std::string{prefix} + "record:";
    std::string lists_ = std::string{prefix} + "list:";
    std::string subject_ = lists_ + "grant:https://as.example#subject/alice";
    std::string client_list_ = lists_ + "grant:https://as.example#client/client_app";
    unsigned turn_ = 0;
};

/// The text of the one grant that there is.
std::string grant_text(const session& db) {
    const auto list = std::string{prefix} + "list:grant:https://as.example#subject/alice";
    const auto key = db.ask({"ZRANGE", list, "0", "0"});
    return db.ask({"GET", prefix + std::string{"record:"} + key});
}

/// The same two through the store, without a server around them.
class store_calls {
public:
    store_calls(redis_store& store, record model, std::size_t number)
        : store_(store), grant_(std::move(model)) {
        grant_.key = "calls/" + std::to_string(number);
        if (store_.create(grant_).outcome != write_outcome::done) std::exit(2);
    }
    void operator()() {
        const auto seen = store_.load(grant_.key);
        ++grant_.version[static_cast<std::size_t>(++turn_ % 16)];
        if (store_.replace(grant_, (*seen)->version) != write_outcome::done) std::exit(2);
    }

private:
    redis_store& store_;
    record grant_;
    unsigned turn_ = 0;
};

record a_grant(redis_store& store) {
    return store.list(record_kind::grant, "https://as.example#subject/alice", {}, 1)->records.at(0);
}

void refresh_against_bare(std::size_t threads) {
    for (const auto how : {write_by::own_script, write_by::smallest_script}) {
        auto store = open_store(threads);
        bench::compare_with_bare(
            store, threads,
            how == write_by::own_script ? "GET, EVALSHA of ours" : "GET, smallest EVALSHA",
            [&](std::size_t n) { return std::make_unique<store_calls>(store, a_grant(store), n); },
            [&](std::size_t n) {
                return std::make_unique<bare_commands>(grant_text(session{}), n, how);
            });
    }
}

/// Keys, and octets of memory: those of the data alone, and what the server uses in all.
void sizes(const std::string& when, long grants) {
    static long empty = 0;
    const session db;
    const auto info = db.ask({"INFO", "memory"});
    const long used = std::atol(info.c_str() + info.find("used_memory:") + 12);
    if (grants == 0) empty = used;
    std::printf("%-32s %8s keys, %11ld octets", when.c_str(), db.ask({"DBSIZE"}).c_str(), used);
    if (grants > 1) std::printf(", %ld for each grant", (used - empty) / grants);
    std::printf("\n");
}

void rotation_1_against_10000() {
    auto store = open_store();
    const deployment d{policy::strict(), store};
    bench::compare_rotations(
        d, [&](const char* when) { sizes(when, 1); }, 100, 31);
}

/// Each a copy of a real grant, under a key and a subject of its own; a thousand clients.
/// Meanwhile the server does not wait for its disk.
void fill(redis_store& store, const record& model, long from, long to) {
    const session db;
    const auto flushing = db.ask({"CONFIG", "GET", "appendfsync"});
    db.ask({"CONFIG", "SET", "appendfsync", "no"});
    std::vector<std::thread> threads;
    for (long t = 0; t < 4; ++t)
        threads.emplace_back([&, t] {
            record r = model;
            for (long i = from + t; i < to; i += 4) {
                const auto n = static_cast<std::uint64_t>(i) * 0x9e3779b97f4a7c15U; // well mixed
                r.key = "https://as.example#grant/" + std::to_string(n) + "abc";
                r.subject_owner = "https://as.example#subject/" + std::to_string(i / 3);
                r.client_owner = "https://as.example#client/" + std::to_string(i % 1000);
                if (store.create(r).outcome != write_outcome::done) std::exit(2);
            }
        });
    for (auto& each : threads) each.join();
    db.ask({"CONFIG", "SET", "appendfsync", flushing});
}

void many_grants() {
    auto store = open_store(4);
    sizes("nothing:", 0);
    const deployment d{policy::strict(), store};
    refreshing one{d};
    long there = 0;
    for (const long count : {1'000L, 1'000'000L}) {
        fill(store, a_grant(store), there, count);
        there = count;
        sizes(std::to_string(count) + " grants:", count);
        std::vector<double> times;
        for (int round = 0; round < 31; ++round)
            times.push_back(bench::round_of<std::chrono::steady_clock>(one, 100));
        std::printf("refresh among %8ld grants: %8.1f us\n", count, bench::median(times));
    }
}

} // namespace

int main() {
    for (const std::size_t threads : {1U, 8U}) {
        refresh_against_bare(threads);
    }
    rotation_1_against_10000();
    many_grants();
    clear();
}
