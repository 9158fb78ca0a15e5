#pragma once

#include <memory>

#include "mcp_oauth/ports/record_store.hpp"

namespace mcp_oauth {
inline namespace v0 {

/// A `record_store` in this process's memory: for tests, demonstrations, and servers whose users
/// may log in again after a restart.
///
/// Atomicity:  a lock per group of keys.
/// Durability: none; everything ends with the object.
/// Errors:     never `unknown`, never `unavailable`.
/// Threads:    any number.
class MCP_OAUTH_EXPORT memory_store final : public record_store {
public:
    /// Empty; grows with its records, and only `sweep` shrinks it.
    memory_store();
    ~memory_store() override;
    memory_store(const memory_store&) = delete;
    memory_store& operator=(const memory_store&) = delete;

    [[nodiscard]] expected<std::optional<record>, unavailable> load(std::string_view key) override;
    [[nodiscard]] create_result create(const record& fresh) override;
    [[nodiscard]] write_outcome replace(const record& next,
                                        const record_version& expected) override;
    [[nodiscard]] write_outcome erase(std::string_view key,
                                      const record_version& expected) override;
    [[nodiscard]] expected<record_page, unavailable> list(record_kind kind, std::string_view owner,
                                                          std::string_view after,
                                                          std::size_t limit) override;
    [[nodiscard]] expected<std::size_t, unavailable> sweep(instant now,
                                                           std::size_t limit = 1000) override;

    /// How many records there are.
    [[nodiscard]] std::size_t size() const;

private:
    struct state;
    std::unique_ptr<state> state_;
};

} // namespace v0
} // namespace mcp_oauth
