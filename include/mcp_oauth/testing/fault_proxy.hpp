#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "mcp_oauth/base/export.hpp"
#include "mcp_oauth/testing/record_store_contract.hpp"

namespace mcp_oauth {
inline namespace v0 {
namespace testing {

/// A way to a database that breaks when it is told to. It listens on a port of this machine and
/// passes octets on, in both directions, knowing no protocol: a request is what a client sends
/// until the server answers, so log-ins count too, and requests that do not wait for one another
/// count as one.
///
///     std::shared_ptr<fault_proxy> proxy = fault_proxy::to_port("127.0.0.1", 5432);
///     const auto way = "host=127.0.0.1 port=" + std::to_string(proxy->port());
///     store_under_test mine;
///     mine.open = [] { return std::make_unique<my_store>("host=localhost"); };
///     mine.faults = faults_of(proxy, [way] { return std::make_unique<my_store>(way); });
///
/// What each fault does is said in `store_faults`; each has come about when its function returns.
/// A client whose connection breaks reads the end of the stream, or is reset.
///
/// Does not check: whom it lets through. Any program of this machine may connect.
/// Threads: any number, beside one of its own.
class fault_proxy {
public:
    /// To a server's port, or to its socket in the file system.
    ///
    /// Errors: null where there are no sockets, or POSIX is missing. Whether the server is there
    ///         shows at each connection only.
    [[nodiscard]] MCP_OAUTH_EXPORT static std::unique_ptr<fault_proxy>
    to_port(const std::string& host, std::uint16_t port);
    /// The same, by the path of a UNIX domain socket. A path that is too long for one shows at each
    /// connection, too.
    [[nodiscard]] MCP_OAUTH_EXPORT static std::unique_ptr<fault_proxy>
    to_socket(const std::string& path);

    MCP_OAUTH_EXPORT ~fault_proxy(); ///< breaks all connections
    fault_proxy(const fault_proxy&) = delete;
    fault_proxy& operator=(const fault_proxy&) = delete;

    /// Where it listens, on 127.0.0.1.
    [[nodiscard]] MCP_OAUTH_EXPORT std::uint16_t port() const noexcept;

    /// All connections break, and new ones break at once.
    MCP_OAUTH_EXPORT void refuse();
    /// The `nth` request from now on, over all connections, is not passed on, and its connection
    /// breaks; 1 is the next, 0 is none. One is doomed at a time: a later call, or one of
    /// `lose_answer`, takes the place of this.
    MCP_OAUTH_EXPORT void lose_request(std::size_t nth = 1);
    /// The `nth` request from now on is passed on, and its connection breaks when the answer begins
    /// to come. Counted, and replaced, as in `lose_request`.
    MCP_OAUTH_EXPORT void lose_answer(std::size_t nth = 1);
    /// What was sent and not passed on goes on its way after `heal`.
    MCP_OAUTH_EXPORT void stall();
    /// Ends `refuse` and `stall`, and spares a request that was doomed and has not come. What broke
    /// stays broken; new connections get through.
    MCP_OAUTH_EXPORT void heal();

    /// How many requests came so far, those lost included.
    [[nodiscard]] MCP_OAUTH_EXPORT std::size_t requests() const;

private:
    struct state;
    explicit fault_proxy(std::unique_ptr<state> made) noexcept;
    std::unique_ptr<state> state_;
};

/// All faults of `proxy`, for a store that `open` connects through it. Requires: not null.
[[nodiscard]] MCP_OAUTH_EXPORT store_faults
faults_of(std::shared_ptr<fault_proxy> proxy, std::function<std::shared_ptr<record_store>()> open);

} // namespace testing
} // namespace v0
} // namespace mcp_oauth
