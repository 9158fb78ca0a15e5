#pragma once

#include <map>
#include <mutex>
#include <string>

#include "mcp_oauth/ports/record_store.hpp"

/// A store over the host's own database, which is an ordered table behind one lock here.
///
/// Atomicity:  one lock around the comparison and the write.
/// Durability: none. A real one returns `done` when the database has committed.
/// Errors:     none. A real one has two: see README.md.
/// Threads:    any number.
class my_store final : public mcp_oauth::record_store {
public:
    using record = mcp_oauth::record;
    using outcome = mcp_oauth::write_outcome;
    template <class T> using result = mcp_oauth::expected<T, mcp_oauth::unavailable>;

    [[nodiscard]] result<std::optional<record>> load(std::string_view key) override;
    [[nodiscard]] mcp_oauth::create_result create(const record& fresh) override;
    [[nodiscard]] outcome replace(const record& next,
                                  const mcp_oauth::record_version& expected) override;
    [[nodiscard]] outcome erase(std::string_view key,
                                const mcp_oauth::record_version& expected) override;
    [[nodiscard]] result<mcp_oauth::record_page> list(mcp_oauth::record_kind kind,
                                                      std::string_view owner,
                                                      std::string_view after,
                                                      std::size_t limit) override;
    [[nodiscard]] result<std::size_t> sweep(mcp_oauth::instant now, std::size_t limit) override;

private:
    std::mutex lock_;
    std::map<std::string, record, std::less<>> table_;
};
