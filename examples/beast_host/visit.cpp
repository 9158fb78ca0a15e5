// A visit to the host over its socket: the whole flow, and what is easily lost on the way.
#include <cstdio>
#include <cstdlib>
#include <string>
#include <thread>
#include <utility>

#include <boost/asio/ip/tcp.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http/read.hpp>
#include <boost/beast/http/write.hpp>

#include "mcp_oauth/grammar/form_urlencoded.hpp"
#include "mcp_oauth/grammar/json.hpp"

#include "beast.hpp"
#include "http_server.hpp"
#include "site.hpp"

namespace http = boost::beast::http;
namespace net = boost::asio;
using mcp_oauth::form_encode;

namespace {

constexpr const char* here = "http://127.0.0.1:8080"; // what the site is told; nobody asks there
constexpr const char* verifier = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"; // RFC 7636
constexpr const char* challenge = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";

void expect(bool holds, const char* what) {
    std::printf("%s: %s\n", holds ? "yes" : "NO ", what);
    std::fflush(stdout);
    if (!holds) std::_Exit(1); // the server's thread is still at work
}

/// One connection that is kept.
class visitor {
public:
    explicit visitor(std::uint16_t port) : socket_(context_) {
        socket_.connect({net::ip::address_v4::loopback(), port});
    }
    beast_response send(http::verb method, const std::string& target, const std::string& body = {},
                        std::initializer_list<mcp_oauth::http_header> fields = {}) {
        beast_request request{method, target, 11};
        request.set(http::field::host, "127.0.0.1");
        if (!body.empty())
            request.set(http::field::content_type, body.front() == '{'
                                                       ? "application/json"
                                                       : "application/x-www-form-urlencoded");
        for (const auto& each : fields) request.insert(each.name, each.value);
        request.body() = body;
        request.prepare_payload();
        http::write(socket_, request);
        http::response_parser<http::string_body> parser;
        parser.skip(method == http::verb::head);
        http::read(socket_, buffer_, parser);
        return parser.release();
    }
    [[nodiscard]] bool closed() {
        boost::system::error_code ended;
        char octet = 0;
        (void)socket_.read_some(net::buffer(&octet, 1), ended);
        return static_cast<bool>(ended);
    }

private:
    net::io_context context_;
    net::ip::tcp::socket socket_;
    boost::beast::flat_buffer buffer_;
};

std::string ticket_in(const beast_response& page) {
    constexpr std::string_view before = "name=\"ticket\" value=\"";
    const auto at = page.body().find(before);
    if (at == std::string::npos) return {};
    const auto begin = at + before.size();
    return "ticket=" + form_encode(page.body().substr(begin, page.body().find('"', begin) - begin));
}

std::string member(const beast_response& answer, const char* name) {
    const auto body = mcp_oauth::json_document::parse(answer.body());
    return body ? std::string{body->root().string_at(name).value_or("")} : std::string{};
}

/// Registers, logs in, allows, redeems. Returns: the access token.
std::string connect(visitor& v) {
    const auto registered =
        v.send(http::verb::post, "/register",
               R"({"redirect_uris":["http://127.0.0.1/cb"],"token_endpoint_auth_method":"none",)"
               R"("client_name":"Notes <b>Desk</b>"})");
    const auto client = "client_id=" + member(registered, "client_id");
    const auto login =
        v.send(http::verb::get, "/authorize?response_type=code&" + client +
                                    "&code_challenge_method=S256&code_challenge=" + challenge);
    expect(login.body().find("An application that calls itself \"Notes &lt;b&gt;Desk&lt;/b&gt;\", "
                             "which nobody has checked, wants") != std::string::npos &&
               login.body().find("<b>127.0.0.1</b>") != std::string::npos,
           "the login page says who asks, and where the answer goes");
    const auto consent = v.send(http::verb::post, "/login",
                                ticket_in(login) + "&username=alice&password=wonderland");
    const std::string cookie{consent[http::field::set_cookie]};
    const auto allowed =
        v.send(http::verb::post, "/consent", ticket_in(consent) + "&decision=allow",
               {{"Cookie", cookie.substr(0, cookie.find(';'))}});
    const std::string location{allowed[http::field::location]};
    const auto code = location.find("code=") + 5;
    const auto tokens = v.send(http::verb::post, "/token",
                               "grant_type=authorization_code&" + client + "&code=" +
                                   location.substr(code, location.find('&', code) - code) +
                                   "&code_verifier=" + verifier);
    expect(tokens.result_int() == 200,
           "a client registers, its user allows it, and it gets tokens");
    return member(tokens, "access_token");
}

void visit(std::uint16_t port) {
    visitor v{port};
    const auto refused = v.send(http::verb::post, "/mcp", "x=1");
    expect(refused.result_int() == 401 &&
               refused[http::field::www_authenticate].find("resource_metadata") !=
                   boost::beast::string_view::npos,
           "a call without a token is told where to get one");

    const mcp_oauth::http_header bearer{"Authorization", "Bearer " + connect(v)};
    const auto called = v.send(http::verb::post, "/mcp", "x=1", {bearer});
    expect(called.result_int() == 200 && called.body() == "alice", "the call with it is alice's");
    expect(v.send(http::verb::post, "/mcp", "x=1", {bearer, bearer}).result_int() == 400,
           "a field that comes twice is seen twice");

    const auto* document = "/.well-known/oauth-protected-resource/mcp";
    const auto metadata = v.send(http::verb::get, document);
    const auto head = v.send(http::verb::head, document);
    expect(metadata.result_int() == 200 &&
               head[http::field::content_length] == metadata[http::field::content_length],
           "HEAD tells the length of GET");
    expect(v.send(http::verb::get, "/token").result_int() == 405, "the connection is still good");
    expect(v.send(http::verb::put, "/authorize")[http::field::allow] == "GET, POST",
           "a page for a method that is not served says which are");

    const auto too_large = v.send(http::verb::post, "/mcp", std::string(1024 * 1024 + 1, 'x'));
    expect(too_large.result_int() == 413 && v.closed(),
           "a body that is too large ends the connection, and is not read as a request");
}

} // namespace

int main() {
    auto keys = mcp_oauth::generate_keys();
    expect(keys.has_value(), "there are keys");
    site notes{here, std::move(*keys)};
    http_server server{0, [&](const auto& request) { return notes.serve(request); }};
    std::thread serving{[&] { server.run(); }};
    visit(server.port());
    server.stop();
    serving.join();
}
