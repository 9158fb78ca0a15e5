// What a site may answer: statuses, sizes, codings, and things that are no HTTP.

#include <atomic>
#include <cstdio>
#include <functional>

#include "adapters/curl/fetching.hpp"

using namespace fetching;

namespace {

constexpr const char* ok = "HTTP/1.1 200 OK\r\n";

// `size` octets as one chunk or more, without an end.
std::string chunk(std::size_t size) {
    char head[32];
    std::snprintf(head, sizeof head, "%zx\r\n", size);
    return head + std::string(size, 'x') + "\r\n";
}

} // namespace

TEST_CASE("a redirect is an answer, and is never followed",
          "[adapters][MCP-CIMD-15][MCP-SEC-07][CIMD-02][ATK-RG-05]") {
    for (const char* status : {"301", "302", "303", "307", "308", "300"}) {
        for (const char* to : {"https://client.example/other", "https://127.0.0.1/", "/other",
                               "file:///etc/passwd"}) {
            INFO(status << ' ' << to);
            const site one(std::string("HTTP/1.1 ") + status + " Moved\r\nLocation: " + to +
                           "\r\nContent-Length: 4\r\n\r\nbody");
            const auto answer = fetcher()->fetch(get(one.url()));
            REQUIRE(answer);
            CHECK(answer->status == std::stoi(status));
            CHECK(answer->header("location") == to);
            CHECK(answer->body.empty());
            CHECK(network::connected().size() == 1);
            CHECK(one.server.requests().size() == 1);
        }
    }
}

TEST_CASE("every status but 200 comes without a body, however long and slow that is",
          "[adapters][MCP-CIMD-15][CIMD-02]") {
    for (const char* status : {"201", "204", "206", "304", "401", "404", "429", "500", "503"}) {
        INFO(status);
        const site one([status](peer& to) {
            to.write(std::string("HTTP/1.1 ") + status +
                     " X\r\nRetry-After: 7\r\nContent-Length: 1000000000\r\n\r\nstart");
            to.wait(5000ms);
        });
        const stopwatch watch;
        const auto answer = fetcher()->fetch(get(one.url()));
        REQUIRE(answer);
        CHECK(answer->status == std::stoi(status));
        CHECK(answer->header("retry-after") == "7");
        CHECK(answer->body.empty());
        CHECK(watch.time() < 2000ms);
    }
}

TEST_CASE("interim responses are passed over", "[adapters]") {
    const site one("HTTP/1.1 103 Early Hints\r\nLink: </x>\r\nX-Interim: 1\r\n\r\n"
                   "HTTP/1.1 100 Continue\r\n\r\n" +
                   document("{}"));
    const auto answer = fetcher()->fetch(get(one.url()));
    REQUIRE(answer);
    CHECK(answer->status == 200);
    CHECK(answer->body == "{}");
    CHECK_FALSE(answer->header("x-interim"));
}

TEST_CASE("header fields come as they were sent: in order, repeated ones too", "[adapters]") {
    const site one(std::string(ok) +
                   "Cache-Control: max-age=60\r\ncache-control:\tno-transform \r\nAge: 3\r\n"
                   "ETag: \"a:b\"\r\nX-Empty:\r\nContent-Length: 0\r\n\r\n");
    const auto answer = fetcher()->fetch(get(one.url()));
    REQUIRE(answer);
    CHECK(answer->headers == std::vector<http_header>{{"Cache-Control", "max-age=60"},
                                                      {"cache-control", "no-transform"},
                                                      {"Age", "3"},
                                                      {"ETag", "\"a:b\""},
                                                      {"X-Empty", ""},
                                                      {"Content-Length", "0"}});
    CHECK(answer->body.empty());
}

TEST_CASE("a body of the largest size comes whole, and of one octet more not at all",
          "[adapters][MCP-CIMD-17][CIMD-07][ATK-RG-05]") {
    constexpr std::size_t limit = 5120;
    const auto declared = [](std::size_t size) { return document(std::string(size, 'x')); };
    const auto in_chunks = [](std::size_t size) {
        return std::string(ok) + "Transfer-Encoding: chunked\r\n\r\n" + chunk(size / 2) +
               chunk(size - size / 2) + "0\r\n\r\n";
    };
    const auto of_http_1_0 = [](std::size_t size) {
        return "HTTP/1.0 200 OK\r\nContent-Length: " + std::to_string(size) + "\r\n\r\n" +
               std::string(size, 'x');
    };
    using maker = std::function<std::string(std::size_t)>;
    for (const auto& make : {maker(declared), maker(in_chunks), maker(of_http_1_0)}) {
        for (const auto size : {limit, limit + 1}) {
            INFO(make(size).substr(0, 60) << " size " << size);
            const site one(make(size));
            auto request = get(one.url());
            request.largest_body = limit;
            const auto answer = fetcher()->fetch(request);
            REQUIRE(answer.has_value() == (size == limit));
            if (answer)
                CHECK(answer->body == std::string(size, 'x'));
            else
                CHECK(answer.error() == fetch_error::too_large);
        }
    }
    const site nothing(document(""));
    auto request = get(nothing.url());
    request.largest_body = 0;
    CHECK(fetcher()->fetch(request));
    const site something(document("x"));
    request = get(something.url());
    request.largest_body = 0;
    CHECK(refusal(*fetcher(), request) == fetch_error::too_large);
}

TEST_CASE("a body that is declared too large is not waited for",
          "[adapters][MCP-CIMD-17][ATK-RG-05]") {
    const stopwatch watch;
    CHECK(refusal_of([](peer& to) {
              to.write(std::string(ok) + "Content-Length: 10000000\r\n\r\n");
              to.wait(5000ms);
          }) == fetch_error::too_large);
    CHECK(watch.time() < 2000ms);
}

TEST_CASE("a body without end is cut off at the limit, and so is the connection",
          "[adapters][MCP-CIMD-17][ATK-RG-05]") {
    std::atomic<std::size_t> sent{0};
    {
        const site one([&](peer& to) {
            to.write(std::string(ok) + "Transfer-Encoding: chunked\r\n\r\n");
            while (sent < 200'000'000 && to.write(chunk(16384))) sent += 16384;
        });
        CHECK(refusal(*fetcher(), get(one.url())) == fetch_error::too_large);
    }
    CHECK(sent < 50'000'000); // what the sockets between them hold
}

TEST_CASE("a header section of the largest size is taken, and one octet more is not",
          "[adapters][ATK-RG-05]") {
    curl_settings settings;
    settings.largest_header = 500;
    const auto from = fetcher(settings);
    const auto with_header_of = [](std::size_t size) {
        const std::string rest = std::string(ok) + "Content-Length: 0\r\nX: \r\n\r\n";
        return std::string(ok) + "Content-Length: 0\r\nX: " + std::string(size - rest.size(), 'x') +
               "\r\n\r\n";
    };
    const site fits(with_header_of(500));
    CHECK(from->fetch(get(fits.url())));
    const site too_large(with_header_of(501));
    CHECK(refusal(*from, get(too_large.url())) == fetch_error::too_large);
}

TEST_CASE("a header section without end is cut off, in fields, in a line, in interim responses and "
          "in trailers",
          "[adapters][ATK-RG-05]") {
    const auto without_end = [](std::string start, std::string again) {
        return [=](peer& to) {
            if (!to.write(start)) return;
            for (int i = 0; i < 100'000 && to.write(again); ++i) {
            }
        };
    };
    const stopwatch watch;
    CHECK(refusal_of(without_end(ok, "X-Bomb: " + std::string(100, 'x') + "\r\n")) ==
          fetch_error::too_large);
    CHECK(refusal_of(without_end(std::string(ok) + "X-Bomb: ", std::string(4096, 'x'))) ==
          fetch_error::too_large);
    CHECK(refusal_of(without_end("HTTP/1.1 200 ", std::string(4096, 'x'))) ==
          fetch_error::too_large);
    CHECK(refusal_of(without_end("", "HTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\n")) ==
          fetch_error::too_large);
    CHECK(refusal_of(without_end(std::string(ok) + "Transfer-Encoding: chunked\r\n\r\n0\r\n",
                                 "X-Bomb: " + std::string(100, 'x') + "\r\n")) ==
          fetch_error::too_large);
    CHECK(watch.time() < 5000ms);
}

TEST_CASE("trailers change nothing of the header", "[adapters]") {
    const site one(std::string(ok) +
                   "Transfer-Encoding: chunked\r\nTrailer: Cache-Control\r\n\r\n" + chunk(2) +
                   "0\r\nCache-Control: max-age=99999\r\n\r\n");
    const auto answer = fetcher()->fetch(get(one.url()));
    REQUIRE(answer);
    CHECK(answer->body == "xx");
    CHECK_FALSE(answer->header("cache-control"));
}

TEST_CASE("a body in a coding is refused: none was asked for, and none is undone",
          "[adapters][CIMD-07][ATK-RG-05]") {
    for (const char* field :
         {"Content-Encoding: gzip", "content-encoding: br", "Content-Encoding: deflate, gzip",
          "Content-Encoding: identity, gzip", "Content-Encoding: zstd", "Transfer-Encoding: gzip",
          "Transfer-Encoding: gzip, chunked"}) {
        INFO(field);
        CHECK(refusal_of(std::string(ok) + field + "\r\nContent-Length: 2\r\n\r\n\x1f\x8b") ==
              fetch_error::protocol);
    }
    const site one(std::string(ok) + "Content-Encoding: identity\r\nContent-Length: 2\r\n\r\n{}");
    CHECK(fetcher()->fetch(get(one.url())));
    // Without a word about it, such octets are octets.
    const site silent(document("\x1f\x8b\x08"));
    const auto answer = fetcher()->fetch(get(silent.url()));
    REQUIRE(answer);
    CHECK(answer->body == "\x1f\x8b\x08");
}

TEST_CASE("what is no HTTP is no answer", "[adapters]") {
    for (const auto* reply : {
             "hello\r\n",                             // HTTP/0.9
             "{\"client_id\":\"x\"}",                 // likewise
             "SSH-2.0-OpenSSH_9.2\r\n",               //
             "HTTP/1.1\r\n\r\n",                      // no status
             "HTTP/1.1 99 X\r\n\r\n",                 //
             "HTTP/1.1 101 Switching\r\n\r\n",        // nobody asked
             "HTTP/1.1 200 OK\r\nno colon\r\n\r\n",   //
             "HTTP/1.1 200 OK\r\n: x\r\n\r\n",        //
             "HTTP/1.1 200 OK\r\nX : x\r\n\r\n",      // RFC 9112 §5.1
             "HTTP/1.1 200 OK\r\nX: x\r\n y\r\n\r\n", // §5.2
             "HTTP/1.1 200 OK\r\nContent-Length: x\r\n\r\n",
             "HTTP/1.1 200 OK\r\n\r\n{}", // only the end of the connection would tell its length
         }) {
        INFO(reply);
        CHECK(refusal_of(reply) == fetch_error::protocol);
    }
}

TEST_CASE("an answer that ends early is none, wherever it ends", "[adapters]") {
    const auto is_broken = [](fetch_error error) { // versions of libcurl differ in the word
        return error == fetch_error::connection || error == fetch_error::protocol;
    };
    for (const char* reply : {
             "",
             "HTTP/1.1 200",
             "HTTP/1.1 200 OK\r\nContent-Le",
             "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n",
             "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n",
             "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n{\"a\":1",
             "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\na\r\n{\"a\"",
             "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n",
             "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n{}\r\n",
             "HTTP/1.1 200 OK\r\n\r\n{\"redirect_uris\":[\"https://a",
         }) {
        INFO(reply);
        CHECK(is_broken(refusal_of(reply)));
        CHECK(is_broken(refusal_of([&](peer& to) {
            to.write(reply);
            to.hang_up();
        })));
    }
    const site whole(document("{}"));
    CHECK(fetcher()->fetch(get(whole.url())));
    const site abrupt([](peer& to) { // whole, though TLS does not say goodbye
        to.write(document("{}"));
        to.hang_up();
    });
    CHECK(fetcher()->fetch(get(abrupt.url())));
}
