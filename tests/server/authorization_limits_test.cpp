// The outside of the authorization endpoint: methods, content types, sizes, and stores that fail.

#include "outcomes.hpp"

using namespace given;

namespace {

http_request posted(const fields& body) { return post("/authorize", body); }

} // namespace

TEST_CASE("OAuth 2.1 §3.1: GET is served, POST with a form is too, and nothing else",
          "[OA21-AUTHZ-01][MCP-AZR-13]") {
    const server s;
    const auto by_post = the_interaction(s.as.authorize(posted(server::request())));
    CHECK(the_view(s.as.authenticated(by_post.ticket, s.alice())).client_id == "app");
    for (const char* method : {"HEAD", "PUT", "DELETE", "OPTIONS", "PATCH", "get", "", "TRACE"}) {
        INFO(method);
        auto request = get("/authorize?" + encode(server::request()));
        request.method = method;
        const auto page = the_page(s.as.authorize(request));
        CHECK(page.status == 405);
        CHECK(page.why == error{error_code::invalid_request, "the method is not allowed here"});
        CHECK(page.headers == headers{{"Allow", "GET, POST"}});
    }
    CHECK(the_page(s.authorize({{"client_id", "nobody"}})).headers.empty());
}

TEST_CASE("A posted request is a form, and its target's query has no say", "[OA21-AUTHZ-01]") {
    const server s;
    for (const char* type : {"application/json", "text/plain", "multipart/form-data", ""}) {
        INFO(type);
        auto request = posted(server::request());
        request.headers = {{"Content-Type", type}};
        const auto page = the_page(s.as.authorize(request));
        CHECK(page.status == 400);
        CHECK(page.why == error{error_code::invalid_request, "the content type is not supported"});
    }
    auto twice = posted(server::request());
    twice.headers.push_back(twice.headers.front());
    check_page(s.as.authorize(twice), 400, error_code::invalid_request);
    auto split = posted(changed(server::request(), {{"client_id", ""}}));
    split.target = "/authorize?client_id=app";
    check_page(s.as.authorize(split), 400, error_code::invalid_request);
}

TEST_CASE("A request is read up to its limits, and refused one past each", "[OA21-GEN-08]") {
    auto rules = policy::mcp();
    rules.limits.query = 1000;
    rules.limits.parameters = 12;
    rules.limits.value = 300;
    const server s{rules};
    const auto usual = encode(server::request());
    const auto filled = [&](std::size_t size) {
        std::string query = usual;
        while (size - query.size() > 250) query += "&" + std::string(200, 'x') + "=";
        return query + "&" + std::string(size - query.size() - 1, 'y');
    };
    REQUIRE(filled(1000).size() == 1000);
    the_interaction(s.as.authorize(get("/authorize?" + usual)));
    const auto long_url = the_page(s.as.authorize(get("/authorize?" + filled(1001))));
    CHECK(long_url.status == 414);
    CHECK(long_url.why == error{error_code::invalid_request, "the request is too long"});
    http_request body = posted({});
    body.body = filled(1001);
    check_page(s.as.authorize(body), 413, error_code::invalid_request);

    the_interaction(s.authorize({{"x", std::string(300, 'x')}}));
    const auto value = the_page(s.authorize({{"x", std::string(301, 'x')}}));
    CHECK(value.status == 400);
    CHECK(value.why == error{error_code::invalid_request, "a parameter is too long"});

    the_interaction(s.authorize({{"a", "1"}, {"b", "1"}, {"c", "1"}, {"d", "1"}}));
    const auto many =
        the_page(s.authorize({{"a", "1"}, {"b", "1"}, {"c", "1"}, {"d", "1"}, {"e", "1"}}));
    CHECK(many.status == 400);
    CHECK(many.why == error{error_code::invalid_request, "the request has too many parameters"});
}

TEST_CASE("Malformed escapes and text that is not UTF-8 end on a page", "[OA21-GEN-06]") {
    const server s;
    for (const char* extra : {"&x=%", "&x=%2", "&x=%zz", "&x=%FF", "&%C3=1", "&x=%ED%A0%80"}) {
        INFO(extra);
        check_page(s.as.authorize(get("/authorize?" + encode(server::request()) + extra)), 400,
                   error_code::invalid_request);
    }
    check_page(s.as.authorize(get("/authorize")), 400, error_code::invalid_request);
    check_page(s.as.authorize(get("/authorize?")), 400, error_code::invalid_request);
    check_page(s.as.authorize(get("/authorize?&&==&")), 400, error_code::invalid_request);
}

TEST_CASE("RFC 6749 §4.1.2.1: a store that fails is 503 on a page while the client is unproven",
          "[MCP-ERR-07][OA21-AUTHZ-19][pain-18]") {
    const server s;
    s.store.fail(testing::store_call::load, 1, testing::store_fault::unavailable);
    const auto page = the_page(s.authorize({{"client_id", "client_registered"}}));
    CHECK(page.status == 503);
    CHECK(page.why == error{error_code::temporarily_unavailable, "try again in a moment"});
    CHECK(s.events.count(event_kind::store_unavailable) == 1);

    // A record that nobody can read is the store's fault, not the client's.
    record r;
    r.key = std::string{issuer} + "#client/client_broken";
    r.kind = record_kind::client;
    r.body = R"({"client_id":7})";
    REQUIRE(s.store.create(r).outcome == write_outcome::done);
    check_page(s.authorize({{"client_id", "client_broken"}}), 503,
               error_code::temporarily_unavailable);
}

TEST_CASE("Without random octets there is no ticket, and nobody is blamed",
          "[MCP-ERR-07][OA21-GEN-04]") {
    const server s;
    for (const std::uint64_t left : {0U, 1U}) {
        s.random.fail_after(left);
        check_page(s.authorize(), 503, error_code::temporarily_unavailable);
        s.random.recover();
    }
    the_interaction(s.authorize());
}

TEST_CASE("Every refusal raises one event, which names the client once it is proven",
          "[OA21-GEN-05][ATK-RG-07]") {
    const server s;
    s.authorize({{"client_id", "nobody"}});
    s.authorize({{"scope", "evil"}});
    const auto events = s.events.take();
    REQUIRE(events.size() == 2);
    CHECK(events[0].kind == event_kind::request_refused);
    CHECK(events[0].reason == "invalid_client");
    CHECK(events[0].client_id.empty());
    CHECK(events[0].source == "192.0.2.1");
    CHECK(events[0].correlation_id == "request-1");
    CHECK(events[1].kind == event_kind::request_refused);
    CHECK(events[1].reason == "invalid_scope");
    CHECK(events[1].client_id == "app");
}
