#include "adapters/curl/transfer.hpp"

#include "adapters/curl/fetching.hpp"

using namespace fetching;

TEST_CASE("a socket is opened for a vetted address only, whatever libcurl would connect to",
          "[adapters][MCP-CIMD-20][CIMD-05]") {
    const site one(document("{}"));
    const curl_settings settings;
    // The URL's own address, which libcurl needs no resolver for, is not among the vetted ones.
    const auto request = get(one.url("8.8.8.8"));
    const auto target = fetch_target::of(request.url, loopback_fetches::refused);
    REQUIRE(target);
    const auto run = [&](const char* vetted) {
        const std::vector<ip_address> addresses{*ip_address::parse(vetted)};
        transfer each(settings, "", request, *target, addresses);
        return each.run(std::chrono::steady_clock::now() + 2000ms).error();
    };

    CHECK(run("1.1.1.1") == fetch_error::connection);
    CHECK(run("::808:808") == fetch_error::connection);
    CHECK(network::connected().empty());

    CHECK(run("8.8.8.8") == fetch_error::tls); // it is the certificate that is another's here
    CHECK(network::connected() == std::vector<std::string>{"8.8.8.8"});
}
