#pragma once

#include <chrono>
#include <memory>
#include <string>

#include "adapters/curl/certificates.hpp"
#include "adapters/curl/https_server.hpp"
#include "adapters/curl/network.hpp"
#include "mcp_oauth/adapters/curl.hpp"
#include "support/catch.hpp"

namespace Catch {
template <> struct StringMaker<mcp_oauth::fetch_error> {
    static std::string convert(mcp_oauth::fetch_error value) {
        return std::string(mcp_oauth::name(value));
    }
};
} // namespace Catch

namespace fetching {

using namespace mcp_oauth;
using namespace std::chrono_literals;
using peer = https_server::peer;

/// The authority that the fetchers of these tests trust.
inline const certificates::authority& trusted() {
    static const certificates::authority authority("trusted");
    return authority;
}

/// A fetcher that trusts the test's authority and nobody else.
inline std::unique_ptr<curl_fetcher> fetcher(curl_settings settings = {}) {
    if (settings.ca_file.empty()) settings.ca_file = trusted().file();
    auto made = curl_fetcher::make(std::move(settings));
    REQUIRE(made);
    return std::move(*made);
}

inline fetch_request get(const std::string& url) {
    const auto parsed = uri::parse(url);
    REQUIRE(parsed);
    fetch_request request;
    request.url = *parsed;
    return request;
}

/// The same as a POST of `body`, with this `Authorization`.
inline fetch_request post(const std::string& url, std::string_view body,
                          std::string_view authorization = "Basic Z2F0ZTpzM2NyZXQ=") {
    auto request = get(url);
    auto form = std::make_shared<form_post>();
    form->body = secret{body};
    form->authorization = secret{authorization};
    request.form = std::move(form);
    return request;
}

/// A site, `client.example`, with a public address and a certificate for its name.
struct site {
    explicit site(https_server::answer reply) : server(trusted().issue({}), std::move(reply)) {
        tell();
    }
    explicit site(std::string reply) : server(trusted().issue({}), std::move(reply)) { tell(); }

    [[nodiscard]] std::string url(const std::string& host = "client.example") const {
        return "https://" + host + ':' + std::to_string(server.port()) + "/meta.json";
    }

    https_server server;

private:
    static void tell() {
        network::reset();
        network::resolve("client.example.", {{"93.184.216.34"}});
    }
};

/// A whole answer around `body`.
inline std::string document(const std::string& body) {
    return "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: " +
           std::to_string(body.size()) + "\r\n\r\n" + body;
}

/// Why `request` failed. Fails the test where it did not.
inline fetch_error refusal(http_fetcher& from, const fetch_request& request) {
    const auto answer = from.fetch(request);
    if (answer) FAIL("it was answered with status " << answer->status << ": " << answer->body);
    return answer.error();
}

/// The same, of what a site answers to a fetch with these limits.
inline fetch_error refusal_of(https_server::answer reply, milliseconds time_limit = 5000ms) {
    const site one(std::move(reply));
    auto request = get(one.url());
    request.time_limit = time_limit;
    return refusal(*fetcher(), request);
}
inline fetch_error refusal_of(std::string reply) {
    return refusal_of([reply = std::move(reply)](peer& to) { to.write(reply); });
}

class stopwatch {
public:
    [[nodiscard]] std::chrono::milliseconds time() const {
        return std::chrono::duration_cast<milliseconds>(std::chrono::steady_clock::now() - start_);
    }

private:
    std::chrono::steady_clock::time_point start_ = std::chrono::steady_clock::now();
};

} // namespace fetching
