#pragma once

#include <atomic>
#include <cstddef>
#include <string>
#include <vector>

#include "adapters/postgresql/connection.hpp"
#include "mcp_oauth/base/clock.hpp"

namespace mcp_oauth {
inline namespace v0 {
namespace postgresql {

/// The servers that a connection string names, each to be tried by itself.
///
/// libpq would go through them alone, but without a limit for each when it does not block: one that
/// does not answer would hide the next. Here each gets an equal share of the time that is left, and
/// the one that was right last time comes first.
///
/// Threads: any number may connect.
class endpoints {
public:
    /// Errors: `connection` is not one that libpq understands.
    [[nodiscard]] static expected<std::unique_ptr<endpoints>, std::string>
    parse(const std::string& connection, milliseconds unanswered_limit);

    /// Errors: the words of each server that was tried.
    [[nodiscard]] expected<connection, std::string> connect(deadline end);

private:
    explicit endpoints(std::vector<connection_words> each) : each_(std::move(each)) {}

    std::vector<connection_words> each_;
    std::atomic<std::size_t> last_good_{0};
};

} // namespace postgresql
} // namespace v0
} // namespace mcp_oauth
