// One thread passes everything on, and only it touches the connections. What others want of it,
// they ask for, and wait until it is done: so a fault has come about when its function returns.

#include "mcp_oauth/testing/fault_proxy.hpp"

#include <utility>

#include "testing/sockets.hpp"

#ifdef MCP_OAUTH_TESTING_HAS_POSIX
#include <cerrno>
#include <condition_variable>
#include <iterator>
#include <list>
#include <mutex>
#include <poll.h>
#include <sys/socket.h>
#include <thread>
#include <tuple>
#include <vector>
#endif

namespace mcp_oauth {
inline namespace v0 {
namespace testing {

#ifdef MCP_OAUTH_TESTING_HAS_POSIX

namespace {

using connect_function = std::function<descriptor()>;

enum class request_fate : std::uint8_t { passes, is_lost, loses_its_answer };

// One half of a connection: what came in at its socket waits for the other half's.
struct half {
    descriptor socket;
    std::string waiting; // for the other half
    bool ended = false;

    // Returns: whether the connection goes on.
    bool take_in() {
        char octets[16 * 1024];
        const auto got = ::recv(socket.number(), octets, sizeof octets, 0);
        if (got > 0) waiting.append(octets, static_cast<std::size_t>(got));
        if (got == 0) ended = true;
        return got >= 0 || errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR;
    }
    bool pass_on_to(const half& other) {
        if (waiting.empty()) return true;
        const auto sent = send_quietly(other.socket.number(), waiting.data(), waiting.size());
        if (sent > 0) waiting.erase(0, static_cast<std::size_t>(sent));
        return sent >= 0 || errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR;
    }
    [[nodiscard]] bool over() const noexcept { return ended && waiting.empty(); }
};

struct connection {
    half client;
    half server;
    bool in_request = false; // the client has the word
    request_fate fate = request_fate::passes;
};

short events_of(const half& one, const half& other) noexcept {
    short events = 0;
    if (one.waiting.empty() && !one.ended) events |= POLLIN;
    if (!other.waiting.empty()) events |= POLLOUT;
    return events;
}

} // namespace

struct fault_proxy::state {
    state(descriptor listener_, std::uint16_t port_, connect_function connect_)
        : listener(std::move(listener_)), port(port_), connect(std::move(connect_)) {
        std::tie(wake, woken) = connected_pair();
        never_block(listener.number());
        worker = std::thread([this] { work(); });
    }
    ~state() {
        ask([this] { stopping = true; });
        worker.join();
    }

    // Has the worker do it, and waits.
    void ask(const std::function<void()>& change) {
        std::unique_lock<std::mutex> held(lock);
        changes.push_back(&change);
        (void)send_quietly(wake.number(), "", 1);
        done.wait(held, [&] {
            for (const auto* each : changes)
                if (each == &change) return false;
            return true;
        });
    }

    void work() {
        while (!stopping) {
            const auto sockets = wait_for_events();
            if (sockets[0].revents != 0) make_changes();
            if (stopping || stalled) continue;
            if (sockets[1].revents != 0) accept_one();
            pass_on();
        }
    }
    std::vector<pollfd> wait_for_events() {
        std::vector<pollfd> sockets{{woken.number(), POLLIN, 0}, {listener.number(), POLLIN, 0}};
        for (const auto& each : connections) {
            const auto client = events_of(each.client, each.server);
            const auto server = events_of(each.server, each.client);
            if (client != 0) sockets.push_back({each.client.socket.number(), client, 0});
            if (server != 0) sockets.push_back({each.server.socket.number(), server, 0});
        }
        if (stalled) sockets.resize(1);
        (void)::poll(sockets.data(), static_cast<nfds_t>(sockets.size()), -1);
        return sockets;
    }
    void make_changes() {
        char octets[64];
        (void)::recv(woken.number(), octets, sizeof octets, 0);
        const std::lock_guard<std::mutex> held(lock);
        for (const auto* each : changes) (*each)();
        changes.clear();
        done.notify_all();
    }
    void accept_one() {
        descriptor client{::accept(listener.number(), nullptr, nullptr)};
        if (!client || refusing) return;
        auto server = connect();
        if (!server) return;
        for (const auto* each : {&client, &server}) {
            never_block(each->number());
            never_delay(each->number());
        }
        connections.emplace_back();
        connections.back().client.socket = std::move(client);
        connections.back().server.socket = std::move(server);
    }
    // Sockets that have nothing to say say so, so all are asked.
    void pass_on() {
        for (auto at = connections.begin(); at != connections.end();)
            at = pass_on(*at) ? std::next(at) : connections.erase(at);
    }
    bool pass_on(connection& c) {
        if (c.client.waiting.empty() && !c.client.ended) {
            if (!c.client.take_in()) return false;
            if (!c.client.waiting.empty() && !begin_request(c)) return false;
        }
        if (c.server.waiting.empty() && !c.server.ended) {
            if (!c.server.take_in()) return false;
            if (!c.server.waiting.empty() && !end_request(c)) return false;
        }
        return c.client.pass_on_to(c.server) && c.server.pass_on_to(c.client) && !c.client.over() &&
               !c.server.over();
    }
    bool begin_request(connection& c) {
        if (c.in_request) return true;
        c.in_request = true;
        ++request_count;
        if (requests_until_fate > 0 && --requests_until_fate == 0) c.fate = next_fate;
        return c.fate != request_fate::is_lost;
    }
    bool end_request(connection& c) {
        c.in_request = false;
        return c.fate != request_fate::loses_its_answer;
    }

    void meet(std::size_t nth, request_fate fate) {
        ask([&] {
            requests_until_fate = nth;
            next_fate = fate;
        });
    }
    void heal() {
        refusing = false;
        stalled = false;
        requests_until_fate = 0;
        for (auto& each : connections) each.fate = request_fate::passes;
    }

    descriptor listener;
    const std::uint16_t port;
    const connect_function connect;
    descriptor wake;
    descriptor woken;

    // The worker's own.
    std::list<connection> connections;
    std::size_t request_count = 0;
    std::size_t requests_until_fate = 0; // 0: none is to meet it
    request_fate next_fate = request_fate::passes;
    bool refusing = false;
    bool stalled = false;
    bool stopping = false;

    std::mutex lock; // guards what follows
    std::condition_variable done;
    std::vector<const std::function<void()>*> changes;

    std::thread worker;
};

namespace {

template <class State> std::unique_ptr<State> make_state(connect_function connect) {
    std::uint16_t port = 0;
    auto listener = listen_on_loopback(port);
    if (!listener) return nullptr;
    return std::make_unique<State>(std::move(listener), port, std::move(connect));
}

} // namespace

std::unique_ptr<fault_proxy> fault_proxy::to_port(const std::string& host, std::uint16_t port) {
    auto made = make_state<state>([host, port] { return connect_to_port(host, port); });
    return std::unique_ptr<fault_proxy>{made ? new fault_proxy{std::move(made)} : nullptr};
}
std::unique_ptr<fault_proxy> fault_proxy::to_socket(const std::string& path) {
    auto made = make_state<state>([path] { return connect_to_socket(path); });
    return std::unique_ptr<fault_proxy>{made ? new fault_proxy{std::move(made)} : nullptr};
}

std::uint16_t fault_proxy::port() const noexcept { return state_->port; }
std::size_t fault_proxy::requests() const {
    std::size_t count = 0;
    state_->ask([&] { count = state_->request_count; });
    return count;
}
void fault_proxy::refuse() {
    state_->ask([this] {
        state_->refusing = true;
        state_->connections.clear();
    });
}
void fault_proxy::lose_request(std::size_t nth) { state_->meet(nth, request_fate::is_lost); }
void fault_proxy::lose_answer(std::size_t nth) {
    state_->meet(nth, request_fate::loses_its_answer);
}
void fault_proxy::stall() {
    state_->ask([this] { state_->stalled = true; });
}
void fault_proxy::heal() {
    state_->ask([this] { state_->heal(); });
}

#else

struct fault_proxy::state {};

std::unique_ptr<fault_proxy> fault_proxy::to_port(const std::string&, std::uint16_t) {
    return nullptr;
}
std::unique_ptr<fault_proxy> fault_proxy::to_socket(const std::string&) { return nullptr; }
std::uint16_t fault_proxy::port() const noexcept { return 0; }
std::size_t fault_proxy::requests() const { return 0; }
void fault_proxy::refuse() {}
void fault_proxy::lose_request(std::size_t) {}
void fault_proxy::lose_answer(std::size_t) {}
void fault_proxy::stall() {}
void fault_proxy::heal() {}

#endif

fault_proxy::fault_proxy(std::unique_ptr<state> made) noexcept : state_(std::move(made)) {}
fault_proxy::~fault_proxy() = default;

store_faults faults_of(std::shared_ptr<fault_proxy> proxy,
                       std::function<std::shared_ptr<record_store>()> open) {
    store_faults faults;
    faults.open = std::move(open);
    faults.refuse = [proxy] { proxy->refuse(); };
    faults.lose_request = [proxy](std::size_t nth) { proxy->lose_request(nth); };
    faults.lose_answer = [proxy](std::size_t nth) { proxy->lose_answer(nth); };
    faults.stall = [proxy] { proxy->stall(); };
    faults.heal = [proxy] { proxy->heal(); };
    return faults;
}

} // namespace testing
} // namespace v0
} // namespace mcp_oauth
