#include <httplib.h> // first, with the macros from pkg-config

#include "http_server.hpp"

#include <atomic>
#include <cctype>
#include <cstdint>
#include <exception>
#include <future>
#include <thread>
#include <utility>

#include <netinet/in.h>
#include <sys/resource.h>
#include <sys/socket.h>

#include "mcp_oauth/adapters/cpp_httplib.hpp"

namespace mcp_server {
namespace {

using mcp_oauth::http_request;
using mcp_oauth::http_response;

constexpr std::size_t largest_body = 1024 * 1024;
constexpr std::size_t workers = 64; // a connection keeps one, idle or not
constexpr std::size_t requests_per_connection = 10'000;

/// Whether httplib 0.11 reads a body for this method.
bool reads_body(const std::string& method) {
    return method == "POST" || method == "PUT" || method == "PATCH" || method == "DELETE";
}

bool is_length(const std::string& text) {
    return !text.empty() && text.size() <= 18 &&
           text.find_first_not_of("0123456789") == std::string::npos;
}

/// Whether the end of this request can be told, by us and by any proxy in front of us alike.
bool is_framed(const httplib::Request& in) {
    const auto lengths = in.get_header_value_count("Content-Length");
    const auto codings = in.get_header_value_count("Transfer-Encoding");
    if (in.has_header("Content-Encoding")) return false; // unpacking knows no limit
    if (lengths + codings > 1) return false;
    if (codings == 1)
        return reads_body(in.method) &&
               mcp_oauth::equal_ignoring_case(in.get_header_value("Transfer-Encoding"), "chunked");
    if (lengths == 0) return true;
    const auto length = in.get_header_value("Content-Length");
    return is_length(length) && (reads_body(in.method) || std::stoull(length) == 0);
}

/// Sends the answer, then ends the connection: httplib does so where a provider reports failure,
/// and takes no header for it.
void refuse_and_close(httplib::Response& out, int status, std::string text) {
    out.status = status;
    const auto size = text.size();
    out.set_content_provider(
        size, "text/plain",
        [text = std::move(text)](std::size_t, std::size_t, httplib::DataSink& sink) {
            sink.write(text.data(), text.size());
            return false;
        });
}

/// Keeps httplib from what it would make of some headers. The request is its own, and not const.
void forget_features(const httplib::Request& in) {
    auto& request = const_cast<httplib::Request&>(in);
    request.headers.erase("Accept-Encoding");
    request.headers.erase("Range");
    request.ranges.clear();
    // Media types know no case, but httplib does: it now leaves forms to those who parse them
    // strictly.
    for (auto& [name, value] : request.headers)
        if (mcp_oauth::equal_ignoring_case(name, "content-type") && !value.empty())
            value[0] = static_cast<char>(std::toupper(static_cast<unsigned char>(value[0])));
    const bool announced = in.has_header("Content-Length") || in.has_header("Transfer-Encoding");
    if (reads_body(in.method) && !announced) // RFC 9112 §6.3: then there is no body
        request.headers.emplace("Content-Length", "0");
}

/// Without SO_REUSEPORT, which is httplib's default: two servers would share one port, and no one
/// notice.
void allow_restart(socket_t socket) {
    const int yes = 1;
    ::setsockopt(socket, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
}

/// The port of this end of a TCP connection; 0 for anything else.
int local_port(int descriptor) {
    sockaddr_storage address{};
    socklen_t size = sizeof address;
    if (::getsockname(descriptor, reinterpret_cast<sockaddr*>(&address), &size) != 0) return 0;
    if (address.ss_family == AF_INET)
        return ntohs(reinterpret_cast<const sockaddr_in&>(address).sin_port);
    if (address.ss_family == AF_INET6)
        return ntohs(reinterpret_cast<const sockaddr_in6&>(address).sin6_port);
    return 0;
}

/// Ends the reading of every connection to `port`, so that nobody waits for another request on it.
/// Answers under way still go out. httplib tells us none of its sockets, so all descriptors are
/// looked at.
void end_idle_connections(int port) {
    rlimit limit{};
    ::getrlimit(RLIMIT_NOFILE, &limit);
    const int most = limit.rlim_cur < 65536 ? static_cast<int>(limit.rlim_cur) : 65536;
    for (int descriptor = 3; descriptor < most; ++descriptor)
        if (local_port(descriptor) == port) ::shutdown(descriptor, SHUT_RD);
}

http_response broken() {
    return {500,
            {{"Content-Type", "text/plain"}, {"Cache-Control", "no-store"}},
            "The server made a mistake.\n"};
}

} // namespace

struct http_server::state {
    httplib::Server http;
    responder respond;
    std::thread accepting;
    std::promise<bool> running;
    std::atomic<std::uint64_t> requests{0};
    int port = 0;

    void answer(const httplib::Request& in, httplib::Response& out, std::string body) {
        auto request = mcp_oauth::from_httplib(in);
        request.correlation_id = std::to_string(++requests);
        request.body = std::move(body);
        http_response given;
        try {
            given = respond(request);
        } catch (const std::exception&) {
            given = broken(); // without the exception's words, which may quote the request
        }
        mcp_oauth::to_httplib(given, out);
    }

    void answer_with_body(const httplib::Request& in, httplib::Response& out,
                          const httplib::ContentReader& read) {
        std::string body;
        const bool whole = read([&](const char* octets, std::size_t size) {
            if (size > largest_body - body.size()) return false;
            body.append(octets, size);
            return true;
        });
        if (whole) return answer(in, out, std::move(body));
        refuse_and_close(out, 413, "This request's body is too large, or malformed.\n");
    }

    void route() {
        const auto without_body = [this](const httplib::Request& in, httplib::Response& out) {
            answer(in, out, {});
        };
        const httplib::Server::HandlerWithContentReader with_body =
            [this](const auto& in, auto& out, const auto& read) {
                answer_with_body(in, out, read);
            };
        http.Get(".*", without_body).Options(".*", without_body);
        http.Post(".*", with_body).Put(".*", with_body).Patch(".*", with_body);
        http.Delete(".*", with_body);
        http.set_pre_routing_handler([](const httplib::Request& in, httplib::Response& out) {
            using handling = httplib::Server::HandlerResponse;
            if (!is_framed(in)) {
                refuse_and_close(out, 400, "This request's body has no clear end.\n");
                return handling::Handled;
            }
            forget_features(in);
            return handling::Unhandled;
        });
        // TRACE and CONNECT have no route in httplib, and no body. They are asked for a token as
        // all others are.
        const httplib::Server::HandlerWithResponse unrouted = [this](const auto& in, auto& out) {
            if (in.method != "TRACE" && in.method != "CONNECT")
                return httplib::Server::HandlerResponse::Unhandled;
            answer(in, out, {});
            return httplib::Server::HandlerResponse::Handled;
        };
        http.set_error_handler(unrouted);
    }

    void configure() {
        http.set_payload_max_length(largest_body);
        http.set_keep_alive_max_count(requests_per_connection);
        http.set_tcp_nodelay(true);
        // httplib asks for its threads once it is running, and not before.
        http.new_task_queue = [this] {
            running.set_value(true);
            return new httplib::ThreadPool(workers);
        };
    }
};

http_server::http_server() : state_(std::make_unique<state>()) {
    state_->http.set_socket_options(allow_restart);
}
http_server::~http_server() { stop(); }

int http_server::bind(const std::string& host, int port) {
    if (port == 0)
        state_->port = state_->http.bind_to_any_port(host);
    else
        state_->port = state_->http.bind_to_port(host, port) ? port : 0;
    if (state_->port < 0) state_->port = 0;
    return state_->port;
}

bool http_server::start(responder respond) {
    state_->respond = std::move(respond);
    state_->route();
    state_->configure();
    auto running = state_->running.get_future();
    state_->accepting = std::thread([s = state_.get()] { s->http.listen_after_bind(); });
    return running.get();
}

void http_server::stop() {
    if (!state_->accepting.joinable()) return;
    state_->http.stop();
    end_idle_connections(state_->port);
    state_->accepting.join();
}

} // namespace mcp_server
