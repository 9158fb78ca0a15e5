#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include <libpq-fe.h>

#include "adapters/postgresql/parameters.hpp"
#include "adapters/postgresql/socket.hpp"
#include "mcp_oauth/base/expected.hpp"

namespace mcp_oauth {
inline namespace v0 {
namespace postgresql {

/// How a statement ended, as far as its client can say.
enum class reply_kind : std::uint8_t {
    done,          ///< and committed
    rolled_back,   ///< certainly nothing written
    session_spent, ///< certainly nothing written; another connection may do better
    lost,          ///< written or not, nobody knows; the connection is over
};

struct result_deleter {
    void operator()(PGresult* r) const noexcept { PQclear(r); }
};
using result = std::unique_ptr<PGresult, result_deleter>;

struct reply {
    reply_kind kind = reply_kind::lost;
    result rows;         ///< where `done`: the last statement's
    std::string problem; ///< where not `done`: the server's words, for the operator
};

/// The names and values that a connection is made from, as libpq wants them.
struct connection_words {
    std::vector<std::string> names;
    std::vector<std::string> values;
};

/// One session, used by one thread at a time. Every wait ends at a deadline, so libpq is used in
/// its non-blocking form throughout: in the other it waits for a peer that is gone for as long as
/// the operating system does.
class connection {
public:
    /// Errors: libpq's or the server's words, without the password.
    [[nodiscard]] static expected<connection, std::string> open(const connection_words& words,
                                                                deadline end);

    /// One or several statements without parameters, in one transaction unless they say otherwise.
    [[nodiscard]] reply run(const std::string& sql, deadline end);
    /// A statement that this session has prepared. The rows come in the binary form.
    [[nodiscard]] reply execute(const char* prepared, const parameters& values, deadline end);

    /// Whether the server spoke since the last statement. Unasked it says that the session ended,
    /// or that a setting changed that a new session has to look at; so this one is not used again.
    [[nodiscard]] bool stale() const noexcept;

    [[nodiscard]] int server_version() const noexcept { return PQserverVersion(handle_.get()); }
    [[nodiscard]] std::string_view server_encoding() const noexcept;

private:
    struct closer {
        void operator()(PGconn* c) const noexcept;
    };
    explicit connection(PGconn* handle) noexcept : handle_(handle) {}

    [[nodiscard]] std::string problem() const;
    [[nodiscard]] reply finish(bool sent, deadline end);
    [[nodiscard]] bool flush(deadline end) noexcept;
    [[nodiscard]] bool await_result(deadline end) noexcept;
    void take(reply& so_far, result next) const;

    std::unique_ptr<PGconn, closer> handle_;
};

} // namespace postgresql
} // namespace v0
} // namespace mcp_oauth
