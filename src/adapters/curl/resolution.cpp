// Names to addresses: the system's resolver, and a limit on the time that any resolver is given.

#include "adapters/curl/resolution.hpp"

#include <algorithm>
#include <memory>
#include <system_error>
#include <utility>

#include "adapters/curl/socket_address.hpp"

namespace mcp_oauth {
inline namespace v0 {

std::vector<ip_address> system_addresses(const std::string& host) {
    addrinfo hints{};
    hints.ai_family = AF_UNSPEC; // both families, or the half that is not asked for is not vetted
    hints.ai_socktype = SOCK_STREAM;
    addrinfo* found = nullptr;
    // The dot makes the name absolute (RFC 1034 §3.1): what is connected to is what the certificate
    // is checked for, and no host of a search domain.
    if (::getaddrinfo((host + '.').c_str(), nullptr, &hints, &found) != 0) return {};
    const std::unique_ptr<addrinfo, decltype(&::freeaddrinfo)> owned(found, ::freeaddrinfo);

    std::vector<ip_address> addresses;
    for (const auto* each = found; each != nullptr; each = each->ai_next) {
        const auto address = address_in(each->ai_addr);
        if (!address) return {}; // what cannot be judged cannot be admitted
        if (std::find(addresses.begin(), addresses.end(), *address) == addresses.end())
            addresses.push_back(*address);
    }
    return addresses;
}

resolutions::resolutions(address_resolver resolver, std::size_t most_stuck)
    : resolver_(std::move(resolver)), most_stuck_(most_stuck) {}

resolutions::~resolutions() {
    for (auto& each : stuck_) each.thread.join();
}

expected<std::vector<ip_address>, fetch_error> resolutions::find(const std::string& host,
                                                                 steady_instant deadline) {
    std::list<resolution> mine(1); // a list, so that leaving it behind cannot fail
    auto& one = mine.front();
    if (!has_room() || !start(one, host)) return unexpected{fetch_error::unavailable};

    if (one.answer.wait_until(deadline) != std::future_status::ready) {
        const std::lock_guard held(lock_);
        stuck_.splice(stuck_.end(), mine);
        return unexpected{fetch_error::timeout};
    }
    one.thread.join();
    std::vector<ip_address> addresses;
    try {
        addresses = one.answer.get();
    } catch (...) { // the host's resolver threw
        return unexpected{fetch_error::unresolved};
    }
    if (addresses.empty()) return unexpected{fetch_error::unresolved};
    return addresses;
}

// Forgets the stuck ones that have ended meanwhile.
bool resolutions::has_room() {
    const std::lock_guard held(lock_);
    for (auto each = stuck_.begin(); each != stuck_.end();) {
        if (each->answer.wait_for(std::chrono::seconds{0}) != std::future_status::ready) {
            ++each;
            continue;
        }
        each->thread.join();
        each = stuck_.erase(each);
    }
    return stuck_.size() < most_stuck_;
}

bool resolutions::start(resolution& one, const std::string& host) {
    std::packaged_task<std::vector<ip_address>()> task([this, host] { return resolver_(host); });
    one.answer = task.get_future();
    try {
        one.thread = std::thread(std::move(task));
    } catch (const std::system_error&) { // no thread is left
        return false;
    }
    return true;
}

} // namespace v0
} // namespace mcp_oauth
