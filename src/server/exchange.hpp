#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "mcp_oauth/base/clock.hpp"
#include "mcp_oauth/grammar/http_message.hpp"
#include "mcp_oauth/grant/record.hpp"
#include "mcp_oauth/ports/attempt_limiter.hpp"
#include "mcp_oauth/ports/event_sink.hpp"
#include "mcp_oauth/rfc/6749_errors.hpp"
#include "server/server_state.hpp"

namespace mcp_oauth {
inline namespace v0 {

/// One request and its moment: the server it came to, when it arrived (read once), whom to name in
/// events.
class exchange {
public:
    exchange(std::shared_ptr<const server_state> server, http_request request);

    [[nodiscard]] const server_state& server() const noexcept { return *server_; }
    [[nodiscard]] const policy& rules() const noexcept { return server_->rules(); }
    [[nodiscard]] const http_request& request() const noexcept { return request_; }
    [[nodiscard]] instant arrived() const noexcept { return arrived_; }
    [[nodiscard]] instant now() const noexcept { return server_->clock.now(); }
    /// Whether the operation has become too old to write anything.
    [[nodiscard]] bool overdue() const noexcept {
        return now() - arrived_ > rules().operation_limit;
    }

    /// An event of this request, its context filled in.
    [[nodiscard]] event describe(event_kind kind, std::string_view reason = {}) const;
    [[nodiscard]] event describe(event_kind kind, const grant& g,
                                 std::string_view reason = {}) const;
    /// Hands an event to the host. Whatever it throws is swallowed.
    void report(const event& e) const noexcept;

    /// How long the host's limiter asks to wait: after counting one more attempt, or without
    /// counting. Nothing where there is no limiter; one that throws cannot tell, and so says "go
    /// on".
    [[nodiscard]] std::optional<seconds> count_attempt(attempt what,
                                                       std::string_view key) const noexcept;
    [[nodiscard]] std::optional<seconds> must_wait(attempt what,
                                                   std::string_view key) const noexcept;

private:
    std::shared_ptr<const server_state> server_;
    http_request request_;
    instant arrived_;
};

// Answers of the endpoints that speak JSON. All carry `Cache-Control: no-store` (OA21-TOK-10).
[[nodiscard]] http_response json_answer(int status, std::string body);
[[nodiscard]] http_response error_answer(const error& why);
/// 503, for a store that does not answer (MCP-ERR-07).
[[nodiscard]] http_response unavailable_answer();
/// 405 with `Allow` (OA21-TOK-01).
[[nodiscard]] http_response method_not_allowed(std::string_view allow);
/// 429 with `Retry-After`.
[[nodiscard]] http_response slow_down_answer(seconds wait);
/// 303, never 307 (OA21-GEN-03).
[[nodiscard]] http_response redirect_answer(std::string location);

} // namespace v0
} // namespace mcp_oauth
