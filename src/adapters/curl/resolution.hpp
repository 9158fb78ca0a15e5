#pragma once

#include <chrono>
#include <cstddef>
#include <future>
#include <list>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "mcp_oauth/adapters/curl.hpp"

namespace mcp_oauth {
inline namespace v0 {

using steady_instant = std::chrono::steady_clock::time_point;

/// Resolves names within a time limit, which no resolver of any C library offers: each resolution
/// has a thread of its own, and one that is late is left behind until it ends.
class resolutions {
public:
    resolutions(address_resolver resolver, std::size_t most_stuck);
    ~resolutions();
    resolutions(const resolutions&) = delete;
    resolutions& operator=(const resolutions&) = delete;

    /// Errors: `timeout`, `unresolved`, `unavailable`.
    [[nodiscard]] expected<std::vector<ip_address>, fetch_error> find(const std::string& host,
                                                                      steady_instant deadline);

private:
    struct resolution {
        std::future<std::vector<ip_address>> answer;
        std::thread thread;
    };

    [[nodiscard]] bool has_room();
    [[nodiscard]] bool start(resolution& one, const std::string& host);

    const address_resolver resolver_;
    const std::size_t most_stuck_;
    std::mutex lock_;
    std::list<resolution> stuck_;
};

} // namespace v0
} // namespace mcp_oauth
