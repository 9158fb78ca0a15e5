// The time limits. Each server would take five seconds, each limit is a fraction of one.

#include "adapters/curl/fetching.hpp"

using namespace fetching;

namespace {

// The limit is kept, and it was the limit that ended it.
template <class Fetch> void check_timeout(Fetch fetch, milliseconds limit) {
    const stopwatch watch;
    CHECK(fetch() == fetch_error::timeout);
    CHECK(watch.time() >= limit - 10ms);
    CHECK(watch.time() < limit + 1500ms);
}

} // namespace

TEST_CASE("a site that says nothing costs the time limit and no more",
          "[adapters][MCP-CIMD-21][CIMD-07][ATK-RG-05]") {
    check_timeout([] { return refusal_of([](peer& to) { to.wait(5000ms); }, 150ms); }, 150ms);
}

TEST_CASE("a site that drips, in the header or the body, costs the time limit and no more",
          "[adapters][MCP-CIMD-21][CIMD-07][ATK-RG-05]") {
    const auto dripping = [](std::string start, std::string drop) {
        return [=](peer& to) {
            to.write(start);
            for (int i = 0; i < 500 && to.write(drop) && to.wait(10ms); ++i) {
            }
        };
    };
    check_timeout([&] { return refusal_of(dripping("HTTP/1.1 200 OK\r\nX: ", "x"), 200ms); },
                  200ms);
    check_timeout(
        [&] {
            return refusal_of(
                dripping("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", "1\r\nx\r\n"),
                200ms);
        },
        200ms);
    check_timeout(
        [&] {
            return refusal_of(dripping("HTTP/1.1 200 OK\r\nContent-Length: 9000\r\n\r\n", "x"),
                              200ms);
        },
        200ms);
}

TEST_CASE("a peer that accepts and never speaks TLS costs the connection's limit",
          "[adapters][MCP-CIMD-21][ATK-RG-05]") {
    site one(document("{}"));
    one.server.before_tls([](int) {
        std::this_thread::sleep_for(600ms);
        return false;
    });
    curl_settings settings;
    settings.connect_limit = 150ms;
    const auto from = fetcher(settings);
    check_timeout([&] { return refusal(*from, get(one.url())); }, 150ms);
}

TEST_CASE("a fetch without any time left ends at once", "[adapters]") {
    const site one([](peer& to) { to.wait(5000ms); });
    for (const auto limit : {0ms, -1ms, 1ms}) {
        auto request = get(one.url());
        request.time_limit = limit;
        const stopwatch watch;
        CHECK(refusal(*fetcher(), request) == fetch_error::timeout);
        CHECK(watch.time() < 1000ms);
    }
}

TEST_CASE("a fetch with all the time there is does not end before it began", "[adapters]") {
    const site one(document("{}"));
    auto request = get(one.url());
    request.time_limit = milliseconds::max();
    CHECK(fetcher()->fetch(request));
}
