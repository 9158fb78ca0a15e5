#pragma once

// A database behind a socket, as small as can be, and a client of it with the faults that clients
// have: what the kit's faults, and the proxy, are tested with.

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <cstring>
#include <list>
#include <memory>
#include <mutex>
#include <netinet/in.h>
#include <poll.h>
#include <string>
#include <sys/socket.h>
#include <thread>
#include <unistd.h>
#include <utility>

#include "mcp_oauth/ports/memory_store.hpp"

namespace contract_tests {
using namespace mcp_oauth;

/// A socket, with whole messages in and out: four octets of length, then the message.
class message_socket {
public:
    explicit message_socket(int number = -1) noexcept : number_(number) {}
    message_socket(message_socket&& other) noexcept : number_(std::exchange(other.number_, -1)) {}
    message_socket& operator=(message_socket&& other) noexcept {
        std::swap(number_, other.number_);
        return *this;
    }
    ~message_socket() {
        if (number_ >= 0) ::close(number_);
    }
    [[nodiscard]] int number() const noexcept { return number_; }
    explicit operator bool() const noexcept { return number_ >= 0; }

    bool send(std::string message) const {
        const auto size = static_cast<std::uint32_t>(message.size());
        message.insert(0, reinterpret_cast<const char*>(&size), sizeof size);
        std::size_t sent = 0;
        while (sent < message.size()) {
            const auto more =
                ::send(number_, message.data() + sent, message.size() - sent, MSG_NOSIGNAL);
            if (more <= 0) return false;
            sent += static_cast<std::size_t>(more);
        }
        return true;
    }
    /// Waits no longer than `patience` for each piece; -1 is for ever.
    bool receive(std::string& message, int patience_ms) const {
        std::uint32_t size = 0;
        if (!receive_exactly(reinterpret_cast<char*>(&size), sizeof size, patience_ms))
            return false;
        message.assign(size, '\0');
        return receive_exactly(message.data(), size, patience_ms);
    }

private:
    bool receive_exactly(char* at, std::size_t count, int patience_ms) const {
        while (count > 0) {
            pollfd readable{number_, POLLIN, 0};
            if (::poll(&readable, 1, patience_ms) != 1) return false;
            const auto got = ::recv(number_, at, count, 0);
            if (got <= 0) return false;
            at += got;
            count -= static_cast<std::size_t>(got);
        }
        return true;
    }
    int number_;
};

/// Writes and reads the members of a message, one after the other.
struct message {
    std::string octets;
    std::size_t at = 0;

    message& put(std::string_view text) {
        put_number(static_cast<std::int64_t>(text.size()));
        octets.append(text);
        return *this;
    }
    message& put_number(std::int64_t n) {
        octets.append(reinterpret_cast<const char*>(&n), sizeof n);
        return *this;
    }
    message& put(const record& r) {
        put(r.key).put(name(r.kind)).put({reinterpret_cast<const char*>(r.version.data()), 16});
        return put(r.subject_owner)
            .put(r.client_owner)
            .put_number(to_unix_ms(r.expires_at))
            .put(r.body);
    }
    std::string text() {
        const auto size = static_cast<std::size_t>(number());
        at += size;
        return octets.substr(at - size, size);
    }
    std::int64_t number() {
        std::int64_t n = 0;
        std::memcpy(&n, octets.data() + at, sizeof n);
        at += sizeof n;
        return n;
    }
    record_version version() {
        record_version v{};
        std::memcpy(v.data(), text().data(), v.size());
        return v;
    }
    record whole() {
        record r;
        r.key = text();
        r.kind = *record_kind_from(text());
        r.version = version();
        r.subject_owner = text();
        r.client_owner = text();
        r.expires_at = from_unix_ms(number());
        r.body = text();
        return r;
    }
};

/// A `memory_store` that answers on a port of this machine, each client in a thread.
class record_server {
public:
    record_server() : listener_(::socket(AF_INET, SOCK_STREAM, 0)) {
        sockaddr_in address{};
        address.sin_family = AF_INET;
        address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        socklen_t size = sizeof address;
        auto* const generic = reinterpret_cast<sockaddr*>(&address);
        (void)::bind(listener_.number(), generic, size);
        (void)::listen(listener_.number(), 64);
        (void)::getsockname(listener_.number(), generic, &size);
        port_ = ntohs(address.sin_port);
        acceptor_ = std::thread([this] { accept_all(); });
    }
    ~record_server() {
        stopping_ = true;
        acceptor_.join();
        for (auto& each : clients_) each.join();
    }
    [[nodiscard]] std::uint16_t port() const noexcept { return port_; }

private:
    static constexpr int look_again_ms = 20;

    void accept_all() {
        while (!stopping_) {
            pollfd readable{listener_.number(), POLLIN, 0};
            if (::poll(&readable, 1, look_again_ms) != 1) continue;
            auto client =
                std::make_shared<message_socket>(::accept(listener_.number(), nullptr, nullptr));
            clients_.emplace_back([this, client] { serve(*client); });
        }
    }
    void serve(const message_socket& client) {
        for (;;) {
            pollfd readable{client.number(), POLLIN, 0};
            if (::poll(&readable, 1, look_again_ms) == 0) {
                if (stopping_) return;
                continue;
            }
            message asked;
            if (!client.receive(asked.octets, -1) || !client.send(answer(asked).octets)) return;
        }
    }
    message answer(message& asked) {
        message m;
        const auto verb = asked.text();
        if (verb == "load") {
            const auto there = *store_.load(asked.text());
            m.put_number(there ? 1 : 0);
            if (there) m.put(*there);
        } else if (verb == "create") {
            const auto result = store_.create(asked.whole());
            m.put_number(static_cast<int>(result.outcome));
            if (result.existing) m.put(*result.existing);
        } else if (verb == "replace") {
            const auto expected = asked.version();
            m.put_number(static_cast<int>(store_.replace(asked.whole(), expected)));
        } else if (verb == "erase") {
            const auto expected = asked.version();
            m.put_number(static_cast<int>(store_.erase(asked.text(), expected)));
        } else if (verb == "list") {
            const auto kind = *record_kind_from(asked.text());
            const auto owner = asked.text();
            const auto after = asked.text();
            const auto limit = static_cast<std::size_t>(asked.number());
            const auto page = *store_.list(kind, owner, after, limit);
            m.put(page.next).put_number(static_cast<std::int64_t>(page.records.size()));
            for (const auto& each : page.records) m.put(each);
        } else {
            const auto now = from_unix_ms(asked.number());
            const auto limit = static_cast<std::size_t>(asked.number());
            m.put_number(static_cast<std::int64_t>(*store_.sweep(now, limit)));
        }
        return m;
    }

    memory_store store_;
    message_socket listener_;
    std::uint16_t port_ = 0;
    std::atomic<bool> stopping_{false};
    std::list<std::thread> clients_;
    std::thread acceptor_;
};

/// What a client does wrong when its connection fails.
enum class client_flaw : std::uint8_t {
    none,
    says_unavailable, ///< where a write may well have been done
    says_done,        ///< as soon as a request is sent
    asks_again,       ///< sends a write anew, and believes the second answer
    never_reconnects,
    waits_for_ever, ///< well, for twice the limit
    finds_nothing,  ///< takes a failure to load for a record that is absent
};

/// The client: one connection and a lock, as simple stores have.
class socket_store final : public record_store {
public:
    static constexpr milliseconds limit{1000};

    explicit socket_store(std::uint16_t port, client_flaw flaw = client_flaw::none)
        : port_(port), flaw_(flaw) {}

    expected<std::optional<record>, unavailable> load(std::string_view key) override {
        auto m = ask(message{}.put("load").put(key));
        if (!m && flaw_ == client_flaw::finds_nothing) return std::optional<record>{};
        if (!m) return unexpected{unavailable{}};
        if (m->number() == 0) return std::optional<record>{};
        return std::optional<record>{m->whole()};
    }
    create_result create(const record& fresh) override {
        auto m = write(message{}.put("create").put(fresh));
        create_result result{outcome_in(m), std::nullopt};
        if (result.outcome == write_outcome::conflict) result.existing = m->whole();
        return result;
    }
    write_outcome replace(const record& next, const record_version& expected) override {
        auto m = write(message{}.put("replace").put(octets(expected)).put(next));
        return outcome_in(m);
    }
    write_outcome erase(std::string_view key, const record_version& expected) override {
        auto m = write(message{}.put("erase").put(octets(expected)).put(key));
        return outcome_in(m);
    }
    expected<record_page, unavailable> list(record_kind kind, std::string_view owner,
                                            std::string_view after, std::size_t most) override {
        auto m = ask(message{}
                         .put("list")
                         .put(name(kind))
                         .put(owner)
                         .put(after)
                         .put_number(static_cast<std::int64_t>(most)));
        if (!m) return unexpected{unavailable{}};
        record_page page;
        page.next = m->text();
        page.records.resize(static_cast<std::size_t>(m->number()));
        for (auto& each : page.records) each = m->whole();
        return page;
    }
    expected<std::size_t, unavailable> sweep(instant now, std::size_t most) override {
        auto m = ask(message{}
                         .put("sweep")
                         .put_number(to_unix_ms(now))
                         .put_number(static_cast<std::int64_t>(most)));
        if (!m) return unexpected{unavailable{}};
        return static_cast<std::size_t>(m->number());
    }

private:
    // A timed_mutex would do, but not for the thread sanitizer of g++ 12, which does not know it.
    struct turn {
        turn(socket_store& store, std::chrono::steady_clock::time_point end) : owner(store) {
            std::unique_lock<std::mutex> held(owner.lock_);
            came = owner.free_.wait_until(held, end, [&] { return !owner.busy_; });
            if (came) owner.busy_ = true;
        }
        ~turn() {
            if (!came) return;
            const std::lock_guard<std::mutex> held(owner.lock_);
            owner.busy_ = false;
            owner.free_.notify_one();
        }
        turn(const turn&) = delete;
        turn& operator=(const turn&) = delete;

        socket_store& owner;
        bool came = false;
    };

    static std::string_view octets(const record_version& v) {
        return {reinterpret_cast<const char*>(v.data()), v.size()};
    }

    // Whether the request was sent at all is what tells `unavailable` from `unknown`.
    std::optional<message> ask(const message& request, bool* sent = nullptr) {
        const auto end = std::chrono::steady_clock::now() + limit;
        const turn mine(*this, end);
        if (!mine.came || !connected()) return std::nullopt;
        if (sent != nullptr) *sent = true;
        const auto left =
            std::chrono::duration_cast<milliseconds>(end - std::chrono::steady_clock::now());
        const auto patience = flaw_ == client_flaw::waits_for_ever ? 2 * limit : left;
        message answer;
        if (socket_.send(request.octets) &&
            socket_.receive(answer.octets, static_cast<int>(patience.count())))
            return answer;
        socket_ = message_socket{};
        return std::nullopt;
    }
    std::optional<message> write(const message& request) {
        bool sent = false;
        auto answer = ask(request, &sent);
        if (!answer && sent && flaw_ == client_flaw::asks_again) answer = ask(request, &sent);
        if (answer) return answer;
        auto outcome = sent ? write_outcome::unknown : write_outcome::unavailable;
        if (sent && flaw_ == client_flaw::says_unavailable) outcome = write_outcome::unavailable;
        if (sent && flaw_ == client_flaw::says_done) outcome = write_outcome::done;
        return message{}.put_number(static_cast<int>(outcome));
    }
    static write_outcome outcome_in(std::optional<message>& m) {
        return static_cast<write_outcome>(m->number());
    }
    bool connected() {
        if (socket_) return true;
        if (std::exchange(was_connected_, true) && flaw_ == client_flaw::never_reconnects)
            return false;
        message_socket made{::socket(AF_INET, SOCK_STREAM, 0)};
        sockaddr_in address{};
        address.sin_family = AF_INET;
        address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        address.sin_port = htons(port_);
        if (::connect(made.number(), reinterpret_cast<sockaddr*>(&address), sizeof address) != 0)
            return false;
        socket_ = std::move(made);
        return true;
    }

    const std::uint16_t port_;
    const client_flaw flaw_;
    std::mutex lock_;
    std::condition_variable free_;
    bool busy_ = false;
    message_socket socket_;
    bool was_connected_ = false;
};

} // namespace contract_tests
