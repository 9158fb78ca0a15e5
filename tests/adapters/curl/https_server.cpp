#include "adapters/curl/https_server.hpp"

#include <csignal>

#include <netinet/in.h>
#include <openssl/err.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "support/catch.hpp"

namespace {

// A peer that is gone is this server's daily bread.
void block_sigpipe() {
    sigset_t sigpipe;
    sigemptyset(&sigpipe);
    sigaddset(&sigpipe, SIGPIPE);
    pthread_sigmask(SIG_BLOCK, &sigpipe, nullptr);
}

// With the declared body; beyond any as long as the header section has not ended.
std::size_t size_of_request(const std::string& text) {
    const auto end = text.find("\r\n\r\n");
    if (end == std::string::npos) return std::string::npos;
    constexpr std::string_view field = "\r\nContent-Length: ";
    const auto declared = text.find(field);
    if (declared == std::string::npos || declared > end) return end + 4;
    return end + 4 + std::stoul(text.substr(declared + field.size(), 9));
}

void give_patience(int socket) {
    const timeval patience{10, 0};
    ::setsockopt(socket, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
    ::setsockopt(socket, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof patience);
}

} // namespace

std::string https_server::peer::read_request() {
    std::string text;
    char buffer[4096];
    while (text.size() < size_of_request(text)) {
        const int count = SSL_read(tls_, buffer, sizeof buffer);
        if (count <= 0) break;
        text.append(buffer, static_cast<std::size_t>(count));
    }
    return text;
}

bool https_server::peer::write(std::string_view octets) {
    return octets.empty() || SSL_write(tls_, octets.data(), static_cast<int>(octets.size())) > 0;
}

bool https_server::peer::wait(std::chrono::milliseconds time) {
    const auto end = std::chrono::steady_clock::now() + time;
    while (std::chrono::steady_clock::now() < end) {
        {
            const std::lock_guard held(server_.lock_);
            if (server_.stopping_) return false;
        }
        pollfd one{SSL_get_fd(tls_), POLLIN, 0};
        if (::poll(&one, 1, 5) > 0) return false; // it sends nothing any more, so it has closed
    }
    return true;
}

https_server::https_server(const certificates::identity& identity, answer reply)
    : context_(SSL_CTX_new(TLS_server_method()), SSL_CTX_free), reply_(std::move(reply)) {
    REQUIRE(SSL_CTX_use_certificate(context_.get(), identity.shown.get()) == 1);
    REQUIRE(SSL_CTX_use_PrivateKey(context_.get(), identity.secret.get()) == 1);
    listener_ = ::socket(AF_INET, SOCK_STREAM, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    auto* any = reinterpret_cast<sockaddr*>(&address);
    socklen_t size = sizeof address;
    REQUIRE(::bind(listener_, any, size) == 0);
    REQUIRE(::listen(listener_, 64) == 0);
    REQUIRE(::getsockname(listener_, any, &size) == 0);
    port_ = ntohs(address.sin_port);
    acceptor_ = std::thread([this] { accept_all(); });
}

https_server::https_server(const certificates::identity& identity, std::string reply)
    : https_server(identity, [reply = std::move(reply)](peer& to) { to.write(reply); }) {}

https_server::~https_server() {
    {
        const std::lock_guard held(lock_);
        stopping_ = true;
    }
    ::shutdown(listener_, SHUT_RDWR);
    acceptor_.join();
    for (auto& each : threads_) each.join();
    ::close(listener_);
}

void https_server::speak_at_most(int version) {
    SSL_CTX_set_min_proto_version(context_.get(), 0);
    SSL_CTX_set_max_proto_version(context_.get(), version);
    SSL_CTX_set_cipher_list(context_.get(), "ALL:@SECLEVEL=0");
}

std::vector<https_server::seen> https_server::requests() const {
    const std::lock_guard held(lock_);
    return requests_;
}

int https_server::connections() const {
    const std::lock_guard held(lock_);
    return connections_;
}

void https_server::accept_all() {
    while (true) {
        const int socket = ::accept(listener_, nullptr, nullptr);
        if (socket < 0) return;
        const std::lock_guard held(lock_);
        ++connections_;
        threads_.emplace_back([this, socket] {
            block_sigpipe();
            give_patience(socket);
            if (!before_ || before_(socket)) serve(socket);
            ::close(socket);
        });
    }
}

void https_server::serve(int socket) {
    const std::shared_ptr<SSL> tls(SSL_new(context_.get()), SSL_free);
    SSL_set_fd(tls.get(), socket);
    if (SSL_accept(tls.get()) == 1) {
        peer one(*this, tls.get());
        const char* name = SSL_get_servername(tls.get(), TLSEXT_NAMETYPE_host_name);
        seen what{name != nullptr ? name : "", one.read_request()};
        {
            const std::lock_guard held(lock_);
            requests_.push_back(what);
        }
        if (!what.request.empty()) reply_(one);
        if (one.says_goodbye_) SSL_shutdown(tls.get());
    }
    ERR_clear_error();
}
