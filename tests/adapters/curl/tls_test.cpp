// Whom a fetch believes.

#include "adapters/curl/fetching.hpp"

#include <sys/socket.h>
#include <unistd.h>

using namespace fetching;

namespace {

fetch_error refusal_of_identity(const certificates::identity& identity) {
    network::reset();
    network::resolve("client.example.", {{"93.184.216.34"}});
    const https_server server(identity, document("{}"));
    const auto url = "https://client.example:" + std::to_string(server.port()) + "/";
    const auto error = refusal(*fetcher(), get(url));
    CHECK(server.requests().size() <= 1);
    for (const auto& seen : server.requests()) CHECK(seen.request.empty()); // nothing was said
    return error;
}

certificates::wanted for_name(const std::string& names) {
    certificates::wanted what;
    what.names = names;
    return what;
}

} // namespace

TEST_CASE("a certificate for another name or address is refused", "[adapters][ATK-RG-05]") {
    for (const char* names :
         {"DNS:other.example", "DNS:example", "DNS:evil-client.example", "DNS:x.client.example",
          "DNS:*.client.example", "DNS:*.example.client.example", "IP:93.184.216.34",
          "URI:https://client.example/"}) {
        INFO(names);
        CHECK(refusal_of_identity(trusted().issue(for_name(names))) == fetch_error::tls);
    }
}

TEST_CASE("a certificate by nobody, by a stranger, or of another time is refused",
          "[adapters][ATK-RG-05]") {
    CHECK(refusal_of_identity(certificates::self_signed({})) == fetch_error::tls);
    const certificates::authority stranger("stranger");
    CHECK(refusal_of_identity(stranger.issue({})) == fetch_error::tls);
    const certificates::authority namesake("trusted"); // the same name, another key
    CHECK(refusal_of_identity(namesake.issue({})) == fetch_error::tls);

    certificates::wanted what;
    what.valid_until = -60;
    CHECK(refusal_of_identity(trusted().issue(what)) == fetch_error::tls); // expired
    what.valid_from = 600;
    what.valid_until = 3600;
    CHECK(refusal_of_identity(trusted().issue(what)) == fetch_error::tls); // not yet valid
}

TEST_CASE("without a ca_file the test's authority is a stranger", "[adapters]") {
    const site one(document("{}"));
    auto plain = curl_fetcher::make();
    REQUIRE(plain);
    CHECK(refusal(**plain, get(one.url())) == fetch_error::tls);
}

TEST_CASE("TLS 1.1 is refused, TLS 1.2 is spoken", "[adapters]") {
    site one(document("{}"));
    one.server.speak_at_most(TLS1_1_VERSION);
    CHECK(refusal(*fetcher(), get(one.url())) == fetch_error::tls);
    one.server.speak_at_most(TLS1_2_VERSION);
    CHECK(fetcher()->fetch(get(one.url())));
}

TEST_CASE("a peer that does not speak TLS is not spoken to", "[adapters]") {
    site one(document("{}"));
    one.server.before_tls([](int socket) {
        const auto reply = document("{}");
        ::send(socket, reply.data(), reply.size(), MSG_NOSIGNAL);
        return false;
    });
    CHECK(refusal(*fetcher(), get(one.url())) == fetch_error::tls);
    CHECK(one.server.requests().empty());
}

TEST_CASE("a fetcher is not made with a ca_file that has no certificate in it", "[adapters]") {
    curl_settings settings;
    settings.ca_file = "/nowhere/ca.pem";
    auto made = curl_fetcher::make(settings);
    REQUIRE_FALSE(made);
    CHECK(name(made.error()) == "ca_file");

    settings.ca_file = certificates::temporary_file("no certificate\n");
    made = curl_fetcher::make(settings);
    ::unlink(settings.ca_file.c_str());
    REQUIRE_FALSE(made);
    CHECK(made.error() == curl_setting_error::ca_file);
}

TEST_CASE("a user agent that would add a header field is no setting", "[adapters]") {
    curl_settings settings;
    settings.user_agent = "mine\r\nX-Admin: yes";
    const auto made = curl_fetcher::make(settings);
    REQUIRE_FALSE(made);
    CHECK(name(made.error()) == "user_agent");

    settings.user_agent = "mine/1.0 (ops@host.example)";
    const site one(document("{}"));
    CHECK(fetcher(settings)->fetch(get(one.url())));
    CHECK(one.server.requests().at(0).request.find(
              "\r\nUser-Agent: mine/1.0 (ops@host.example)\r\n") != std::string::npos);
}
