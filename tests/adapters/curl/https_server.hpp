#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include <openssl/ssl.h>

#include "adapters/curl/certificates.hpp"

/// A server over TLS on this machine that answers with whatever octets a test writes.
class https_server {
public:
    class peer {
    public:
        /// Header section and declared body; what came so far where the other side gave up.
        std::string read_request();
        /// False where the other side is gone.
        bool write(std::string_view octets);
        /// Waits; false as soon as the other side is gone, or the server stops.
        bool wait(std::chrono::milliseconds time);
        /// Lets the connection end without TLS saying so.
        void hang_up() noexcept { says_goodbye_ = false; }

    private:
        friend class https_server;
        peer(https_server& server, SSL* tls) : server_(server), tls_(tls) {}
        https_server& server_;
        SSL* tls_;
        bool says_goodbye_ = true;
    };
    using answer = std::function<void(peer&)>;

    struct seen {
        std::string server_name; ///< of SNI
        std::string request;
    };

    /// Answers each connection by reading a request and calling `reply`.
    https_server(const certificates::identity& identity, answer reply);
    /// The same octets each time.
    https_server(const certificates::identity& identity, std::string reply);
    ~https_server();
    https_server(const https_server&) = delete;
    https_server& operator=(const https_server&) = delete;

    [[nodiscard]] int port() const noexcept { return port_; }
    /// What has come, by the order of its end.
    [[nodiscard]] std::vector<seen> requests() const;
    /// How many connections were accepted, with TLS or without.
    [[nodiscard]] int connections() const;

    /// For tests of the time before TLS: `before` is called with the bare socket, and where it
    /// returns false that is all.
    void before_tls(std::function<bool(int socket)> before) { before_ = std::move(before); }
    /// The newest version of TLS that is spoken, such as `TLS1_1_VERSION`.
    void speak_at_most(int version);

private:
    void accept_all();
    void serve(int socket);

    std::shared_ptr<SSL_CTX> context_;
    answer reply_;
    std::function<bool(int)> before_;
    int listener_ = -1;
    int port_ = 0;
    mutable std::mutex lock_;
    bool stopping_ = false;
    int connections_ = 0;
    std::vector<seen> requests_;
    std::vector<std::thread> threads_;
    std::thread acceptor_;
};
