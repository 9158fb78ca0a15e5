#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "adapters/redis/address.hpp"
#include "adapters/redis/refusal.hpp"
#include "adapters/redis/reply.hpp"
#include "adapters/redis/server_facts.hpp"
#include "adapters/redis/socket.hpp"

namespace mcp_oauth {
inline namespace v0 {
namespace redis {

/// A command's name and arguments.
using command = std::vector<std::string_view>;

/// Why there is no answer.
enum class failure : std::uint8_t {
    unsent,     ///< the command was not sent whole, so the server never runs it
    unanswered, ///< it was sent, and what became of it is not known
};

/// A greeted connection to a server that will do. Not for two threads at once.
class connection {
public:
    /// Connects, authenticates, selects the database, and looks at the server: one round trip.
    /// Errors: why not; never holds a password.
    [[nodiscard]] static expected<connection, std::string> open(const address& to, deadline until);

    /// One command, one answer. Once this failed the connection is of no more use, since a late
    /// answer would be taken for that of the next command.
    [[nodiscard]] expected<reply, failure> ask(const command& c, deadline until);

    /// Whether the next answer would be that of the next command.
    [[nodiscard]] bool in_step() const noexcept { return in_step_; }
    /// Whether it is worth being used again: the peer is still there, and the server's clock was
    /// looked at not long ago.
    [[nodiscard]] bool alive() const noexcept;
    void give_up() noexcept { in_step_ = false; }

    /// `until`, by the server's clock, in milliseconds; rather too early than too late.
    [[nodiscard]] std::int64_t server_time(deadline until) const noexcept;
    [[nodiscard]] const server_facts& facts() const noexcept { return facts_; }

private:
    struct free_reader {
        void operator()(redisReader* r) const noexcept { redisReaderFree(r); }
    };

    explicit connection(socket connected);
    [[nodiscard]] expected<void, std::string> greet(const address& to, deadline until);
    [[nodiscard]] expected<void, std::string> note_time(const reply& time);
    [[nodiscard]] expected<reply, failure> receive(deadline until);

    socket socket_;
    std::unique_ptr<redisReader, free_reader> reader_;
    server_facts facts_;
    deadline measured_at_{};
    std::int64_t measured_ms_ = 0; ///< the server's clock, at or before `measured_at_`
    bool in_step_ = true;
};

} // namespace redis
} // namespace v0
} // namespace mcp_oauth
