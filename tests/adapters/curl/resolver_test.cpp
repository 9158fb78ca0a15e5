// A resolver of the host's own, and the time that any resolver is given.

#include <atomic>
#include <future>
#include <stdexcept>

#include "adapters/curl/fetching.hpp"

using namespace fetching;

namespace {

ip_address address(const char* text) { return *ip_address::parse(text); }

} // namespace

TEST_CASE("a resolver of the host's own is asked instead of the system's, once, and judged",
          "[adapters][MCP-CIMD-20]") {
    const site one(document("{}"));
    std::vector<std::string> asked;
    std::vector<ip_address> answer{address("1.1.1.1")};
    curl_settings settings;
    settings.resolver = [&](const std::string& host) {
        asked.push_back(host);
        return answer;
    };
    const auto from = fetcher(settings);

    CHECK(from->fetch(get(one.url())));
    CHECK(asked == std::vector<std::string>{"client.example"});
    CHECK(network::asked().empty());
    CHECK(network::connected() == std::vector<std::string>{"1.1.1.1"});

    answer.push_back(address("127.0.0.1"));
    CHECK(refusal(*from, get(one.url())) == fetch_error::refused_address);
    answer.clear();
    CHECK(refusal(*from, get(one.url())) == fetch_error::unresolved);
    CHECK(network::connected().size() == 1);
}

TEST_CASE("a resolver that throws has no answer", "[adapters]") {
    const site one(document("{}"));
    curl_settings settings;
    settings.resolver = [](const std::string&) -> std::vector<ip_address> {
        throw std::runtime_error("no");
    };
    CHECK(refusal(*fetcher(settings), get(one.url())) == fetch_error::unresolved);
}

TEST_CASE("a fetch does not wait for a resolver longer than its time limit, and the fetcher does",
          "[adapters][threads][MCP-CIMD-21]") {
    const site one(document("{}"));
    std::promise<void> open;
    const auto gate = open.get_future().share();
    std::atomic<bool> ended{false};
    curl_settings settings;
    settings.resolver = [&, gate](const std::string&) {
        gate.wait();
        std::this_thread::sleep_for(100ms);
        ended = true;
        return std::vector<ip_address>{address("1.1.1.1")};
    };
    auto from = fetcher(settings);
    auto request = get(one.url());
    request.time_limit = 50ms;

    const stopwatch watch;
    CHECK(refusal(*from, request) == fetch_error::timeout);
    CHECK(watch.time() < 2000ms);
    CHECK_FALSE(ended);

    open.set_value();
    from.reset();
    CHECK(ended); // no thread outlives the fetcher
    CHECK(network::connected().empty());
}

TEST_CASE("with too many resolutions stuck, names are unavailable until one ends",
          "[adapters][threads][MCP-CIMD-21]") {
    const site one(document("{}"));
    std::promise<void> open;
    const auto gate = open.get_future().share();
    std::atomic<int> started{0};
    curl_settings settings;
    settings.stuck_resolutions = 2;
    settings.resolver = [&, gate](const std::string&) {
        ++started;
        gate.wait();
        return std::vector<ip_address>{address("1.1.1.1")};
    };
    const auto from = fetcher(settings);
    auto request = get(one.url());
    request.time_limit = 20ms;
    CHECK(refusal(*from, request) == fetch_error::timeout);
    CHECK(refusal(*from, request) == fetch_error::timeout);
    CHECK(refusal(*from, request) == fetch_error::unavailable);
    CHECK(started == 2);
    CHECK(refusal(*from, get(one.url("10.0.0.1"))) == fetch_error::refused_address);

    open.set_value();
    request.time_limit = 5000ms;
    auto answer = from->fetch(request);
    for (const stopwatch watch; !answer && watch.time() < 5000ms;) answer = from->fetch(request);
    CHECK(answer);
}

TEST_CASE("the time that resolving took is not given again to the transfer",
          "[adapters][MCP-CIMD-21]") {
    const site one([](peer& to) { to.wait(5000ms); });
    curl_settings settings;
    settings.resolver = [](const std::string&) {
        std::this_thread::sleep_for(800ms);
        return std::vector<ip_address>{address("1.1.1.1")};
    };
    auto request = get(one.url());
    request.time_limit = 1000ms;
    const stopwatch watch;
    CHECK(refusal(*fetcher(settings), request) == fetch_error::timeout);
    CHECK(watch.time() >= 990ms);
    CHECK(watch.time() < 1700ms);
}
