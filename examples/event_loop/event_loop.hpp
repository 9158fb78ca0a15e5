#pragma once

#include <cstdio>
#include <deque>
#include <functional>
#include <utility>

#include "mcp_oauth/server/driver.hpp"

// The smallest event loop that will do, and a store that answers through it. A host has Asio,
// libuv, Qt or a reactor of its own here, and a database with an asynchronous client.
namespace toy {

/// Runs what was posted, in order, on the one thread there is.
class event_loop {
public:
    void post(std::function<void()> work) { ready_.push_back(std::move(work)); }
    void run() {
        while (!ready_.empty()) {
            const auto work = std::move(ready_.front());
            ready_.pop_front();
            work();
        }
    }

private:
    std::deque<std::function<void()>> ready_;
};

/// Carries steps out, and hands each answer over on a later turn of the loop: nobody waits.
class async_ports {
public:
    async_ports(event_loop& loop, mcp_oauth::step_ports ports)
        : loop_(loop), ports_(std::move(ports)) {}

    // [carry_out]
    void carry_out(const mcp_oauth::step& next, std::function<void(mcp_oauth::step_answer)> then) {
        constexpr const char* names[] = {"load", "create",      "replace", "erase",
                                         "list", "find_client", "sign"};
        std::printf("  asked for: %s\n", names[next.index()]);
        loop_.post([this, next, then = std::move(then)] {
            then(mcp_oauth::carry_out(next, ports_)); // a real one sends a query and returns
        });
    }
    // [carry_out]

private:
    event_loop& loop_;
    mcp_oauth::step_ports ports_;
};

} // namespace toy
