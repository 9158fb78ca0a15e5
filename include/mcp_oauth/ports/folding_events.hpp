#pragma once

#include <cstddef>
#include <memory>

#include "mcp_oauth/base/clock.hpp"
#include "mcp_oauth/base/export.hpp"
#include "mcp_oauth/ports/event_sink.hpp"

namespace mcp_oauth {
inline namespace v0 {

/// Hands events on to another sink, and folds `would_be_refused`: an old client breaks the same
/// rule with each of its requests, and nobody reads a log of that.
///
/// For each client, rule and hour (of Unix time) the first event is handed on at once, so that
/// nobody waits an hour to learn of it. Those that follow are handed on as one, the last of them,
/// with their number as its `count`: when an event of a later hour comes, at `close_hours`, at
/// `flush`, or where room is needed. All counts together are the number of requests. Other events
/// pass through at once.
///
/// Durability: what waits for its hour's end is lost with the process.
/// Errors:     none of its own; what the other sink throws passes through.
/// Threads:    any number; the other sink is called with no lock held.
class MCP_OAUTH_EXPORT folding_events final : public event_sink {
public:
    /// `to` must outlive this. `most`: how many pairs of client and rule are kept at a time.
    explicit folding_events(event_sink& to, std::size_t most = 1024);
    /// Flushes. What the other sink throws then is swallowed.
    ~folding_events() override;
    folding_events(const folding_events&) = delete;
    folding_events& operator=(const folding_events&) = delete;

    void on_event(const event& e) override;
    /// Hands on what hours before that of `now` left behind. Call it now and then.
    void close_hours(instant now);
    /// Hands on all that waits.
    void flush();

private:
    struct state;
    std::unique_ptr<state> state_;
};

} // namespace v0
} // namespace mcp_oauth
