#include <atomic>
#include <thread>

#include "adapters/curl/fetching.hpp"

using namespace fetching;

TEST_CASE("one fetcher serves threads at once, and each gets its own answer or refusal",
          "[adapters][threads]") {
    const site one([](peer& to) { to.write(document("one")); });
    const https_server other(trusted().issue({"DNS:other.example"}), document("other"));
    network::resolve("other.example.", {{"1.1.1.1"}});
    network::resolve("inner.example.", {{"10.0.0.1"}});
    const auto from = fetcher();
    std::atomic<int> right{0};
    const auto run = [&](const fetch_request& request, const std::string& body) {
        for (int i = 0; i < 20; ++i) {
            const auto answer = from->fetch(request);
            if (body.empty() ? !answer && answer.error() == fetch_error::refused_address
                             : answer && answer->body == body)
                ++right;
        }
    };
    const auto others = "https://other.example:" + std::to_string(other.port()) + "/";
    std::thread threads[] = {std::thread(run, get(one.url()), "one"),
                             std::thread(run, get(others), "other"),
                             std::thread(run, get(one.url()), "one"),
                             std::thread(run, get(one.url("inner.example")), "")};
    for (auto& each : threads) each.join();
    CHECK(right == 80);
    for (const auto& address : network::connected()) CHECK(address != "10.0.0.1");
}
