#include "http_server.hpp"

#include <array>
#include <chrono>
#include <optional>
#include <string>
#include <utility>

#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/thread_pool.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/core/tcp_stream.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/read.hpp>
#include <boost/beast/http/write.hpp>

#include "beast.hpp"

namespace beast = boost::beast;
namespace http = beast::http;
namespace net = boost::asio;
using beast::error_code;
using net::ip::tcp;

namespace {

constexpr std::size_t largest_body =
    1024 * 1024; // of an MCP message; the library's limits are less
constexpr std::uint32_t largest_header = 32 * 1024;
constexpr std::chrono::seconds most_patience{30};
constexpr std::chrono::seconds most_lingering{2};

// [session]
/// One connection. All of it but `handle` runs on the thread of the connections.
class session : public std::enable_shared_from_this<session> {
public:
    session(tcp::socket socket, net::thread_pool& workers, const http_server::handler& handle)
        : stream_(std::move(socket)), workers_(workers), handle_(handle) {}

    void read() {
        parser_.emplace();
        parser_->body_limit(largest_body);
        parser_->header_limit(largest_header);
        stream_.expires_after(most_patience);
        http::async_read(
            stream_, buffer_, *parser_,
            [self = shared_from_this()](error_code failed, std::size_t) { self->on_read(failed); });
    }

private:
    void on_read(error_code failed) {
        if (failed == http::error::body_limit)
            return write(
                to_beast({413, {}, {}}, false, false)); // and close: what follows is no request
        if (failed) return;                             // gone, too slow, or no HTTP
        const bool keep_alive = parser_->get().keep_alive();
        error_code unknown;
        const auto peer = stream_.socket().remote_endpoint(unknown);
        auto request = from_beast(parser_->release(), unknown ? "" : peer.address().to_string());
        net::post(workers_, [self = shared_from_this(), request = std::move(request), keep_alive] {
            auto answer = to_beast(self->handle_(request), request.method == "HEAD", keep_alive);
            net::post(self->stream_.get_executor(), [self, answer = std::move(answer)]() mutable {
                self->write(std::move(answer));
            });
        });
    }
    void write(beast_response answer) {
        answer_ = std::move(answer);
        stream_.expires_after(most_patience);
        http::async_write(stream_, answer_,
                          [self = shared_from_this()](error_code failed, std::size_t) {
                              if (failed) return;
                              if (self->answer_.keep_alive()) return self->read();
                              self->stream_.socket().shutdown(tcp::socket::shutdown_send, failed);
                              self->stream_.expires_after(most_lingering);
                              self->drain();
                          });
    }

    /// Throws away what still comes: a connection that is closed on unread octets is reset, and the
    /// peer may never see the answer.
    void drain() {
        stream_.async_read_some(net::buffer(unread_),
                                [self = shared_from_this()](error_code ended, std::size_t) {
                                    if (!ended) self->drain();
                                });
    }

    beast::tcp_stream stream_;
    net::thread_pool& workers_;
    const http_server::handler& handle_;
    beast::flat_buffer buffer_;
    std::optional<http::request_parser<http::string_body>> parser_;
    beast_response answer_;
    std::array<char, 4096> unread_{};
};
// [session]

} // namespace

struct http_server::state {
    state(std::uint16_t port, handler h)
        : handle(std::move(h)), acceptor(connections, {net::ip::address_v4::loopback(), port}) {}

    void accept() {
        acceptor.async_accept([this](error_code failed, tcp::socket socket) {
            if (failed == net::error::operation_aborted) return;
            if (!failed) std::make_shared<session>(std::move(socket), workers, handle)->read();
            accept();
        });
    }

    handler handle;
    net::io_context connections{1};
    net::thread_pool workers{4};
    tcp::acceptor acceptor;
};

http_server::http_server(std::uint16_t port, handler handle)
    : state_(std::make_unique<state>(port, std::move(handle))) {}
http_server::~http_server() {
    state_->workers.join(); // while the connections that they answer are still there
}
std::uint16_t http_server::port() const noexcept {
    error_code failed;
    return state_->acceptor.local_endpoint(failed).port();
}
void http_server::run() {
    state_->accept();
    state_->connections.run();
}
void http_server::stop() { state_->connections.stop(); }
