#pragma once

#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include "adapters/redis/connection.hpp"
#include "mcp_oauth/base/clock.hpp"

namespace mcp_oauth {
inline namespace v0 {
namespace redis {

/// A bounded number of connections, made when they are needed; the one that was used last is the
/// first to be used again, so that those beyond the load rest. Threads: any number.
class pool {
public:
    pool(address to, std::size_t size, milliseconds connect_timeout)
        : to_(std::move(to)), size_(size), connect_timeout_(connect_timeout) {
        idle_.reserve(size_);
    }

    /// A connection on loan. It goes back when this ends, and is closed if it is no longer usable.
    class lease {
    public:
        lease(lease&&) noexcept = default;
        lease& operator=(lease&&) = delete;
        ~lease() {
            if (connection_) from_->take_back(std::move(connection_), age_);
        }
        connection* operator->() const noexcept { return connection_.get(); }
        connection& operator*() const noexcept { return *connection_; }
        /// Whether nothing was asked on it before; otherwise it may have died in the pool.
        [[nodiscard]] bool fresh() const noexcept { return fresh_; }

    private:
        friend class pool;
        lease(pool& from, std::unique_ptr<connection> c, std::uint64_t age, bool fresh) noexcept
            : from_(&from), connection_(std::move(c)), age_(age), fresh_(fresh) {}
        pool* from_;
        std::unique_ptr<connection> connection_;
        std::uint64_t age_;
        bool fresh_;
    };

    /// Waits for a free place until the deadline. After a failure to connect, callers are refused
    /// at once for a while, which grows up to a second: they would only queue up behind each other.
    ///
    /// Errors: why there is no connection.
    [[nodiscard]] expected<lease, std::string> take(deadline until);

    /// Closes all connections, those on loan when they come back: the server at their other end is
    /// not, or no longer, the one to speak to.
    void renew();

private:
    [[nodiscard]] expected<lease, std::string> open(deadline until, std::uint64_t age);
    [[nodiscard]] std::unique_ptr<connection> pop();
    void take_back(std::unique_ptr<connection> c, std::uint64_t age);
    /// A connection was not made: the server's fault, or the caller had no time left to try.
    void give_up(bool server_failed);

    const address to_;
    const std::size_t size_;
    const milliseconds connect_timeout_;
    std::mutex lock_;
    std::condition_variable freed_;
    std::vector<std::unique_ptr<connection>> idle_;
    std::size_t open_ = 0;  ///< idle, on loan, or being made
    std::uint64_t age_ = 0; ///< counts renewals
    deadline not_before_{};
    milliseconds pause_{0};
};

} // namespace redis
} // namespace v0
} // namespace mcp_oauth
