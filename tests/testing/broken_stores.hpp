#pragma once

#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <set>
#include <string>
#include <vector>

#include "mcp_oauth/ports/memory_store.hpp"

/// Stores with one flaw each, such as real ones have had.
namespace contract_tests {
using namespace mcp_oauth;
using namespace std::chrono_literals;

using load_result = expected<std::optional<record>, unavailable>;
using list_result = expected<record_page, unavailable>;
using sweep_result = expected<std::size_t, unavailable>;

/// What all connections to one broken database have in common.
struct broken_database {
    explicit broken_database(std::shared_ptr<record_store> sound = std::make_shared<memory_store>())
        : owned(std::move(sound)), store(*owned) {}

    const std::shared_ptr<record_store> owned;
    record_store& store;
    std::mutex lock;            ///< of what follows
    std::set<std::string> keys; ///< of every record there is, and maybe more
    std::map<std::string, std::set<record_version>> versions; ///< all that a key ever had

    void remember(const record& r);
    /// Every record there is, in the order of their keys.
    std::vector<record> all();
    /// Writes without a condition, as an UPDATE does whose WHERE names the key alone.
    void force(const record& r);
    void force_erase(std::string_view key);
};

/// A connection that does as it should, but for the functions that a flaw put in place of its own.
class broken_store final : public record_store {
public:
    explicit broken_store(std::shared_ptr<broken_database> shared) : database(std::move(shared)) {}

    load_result load(std::string_view key) override {
        return on_load ? on_load(key) : database->store.load(key);
    }
    create_result create(const record& fresh) override {
        auto result = on_create ? on_create(fresh) : database->store.create(fresh);
        database->remember(fresh);
        return result;
    }
    write_outcome replace(const record& next, const record_version& expected) override {
        const auto outcome =
            on_replace ? on_replace(next, expected) : database->store.replace(next, expected);
        database->remember(next);
        return outcome;
    }
    write_outcome erase(std::string_view key, const record_version& expected) override {
        return on_erase ? on_erase(key, expected) : database->store.erase(key, expected);
    }
    list_result list(record_kind kind, std::string_view owner, std::string_view after,
                     std::size_t limit) override {
        return on_list ? on_list(kind, owner, after, limit)
                       : database->store.list(kind, owner, after, limit);
    }
    sweep_result sweep(instant now, std::size_t limit) override {
        return on_sweep ? on_sweep(now, limit) : database->store.sweep(now, limit);
    }

    /// Writes everything as `change` made it.
    void on_write(std::function<record(record)> change);

    std::shared_ptr<broken_database> database;
    std::function<load_result(std::string_view)> on_load;
    std::function<create_result(const record&)> on_create;
    std::function<write_outcome(const record&, const record_version&)> on_replace;
    std::function<write_outcome(std::string_view, const record_version&)> on_erase;
    std::function<list_result(record_kind, std::string_view, std::string_view, std::size_t)>
        on_list;
    std::function<sweep_result(instant, std::size_t)> on_sweep;
};

/// The `operation_limit` of a broken store.
inline constexpr milliseconds broken_limit{100};

/// A flaw, and the clause that must catch it.
struct flaw {
    const char* clause;
    const char* what;
    std::function<void(broken_store&)> put_into;
};

std::vector<flaw> flaws_of_values();
std::vector<flaw> flaws_of_writes();
std::vector<flaw> flaws_of_reads();
std::vector<flaw> flaws_of_lists();
std::vector<flaw> flaws_of_expiry();

} // namespace contract_tests
