#include "mcp_oauth/grammar/http_message.hpp"

#include "support/catch.hpp"

using namespace mcp_oauth;

namespace {

http_request with_target(std::string target) {
    http_request request;
    request.target = std::move(target);
    return request;
}

} // namespace

TEST_CASE("RFC 3986 §3.4: the query is everything after the first question mark") {
    struct row {
        const char* target;
        const char* path;
        const char* query;
    };
    for (const auto& [target, path, query] :
         {row{"/token", "/token", ""}, row{"/token?", "/token", ""},
          row{"/token?a=1", "/token", "a=1"}, row{"/a?b?c", "/a", "b?c"}, row{"", "", ""},
          row{"?a", "", "a"}, row{"/a%3Fb?c", "/a%3Fb", "c"}, row{"*", "*", ""}}) {
        const auto request = with_target(target);
        CHECK(request.path() == path);
        CHECK(request.query() == query);
    }
}

TEST_CASE("RFC 9110 §5.1: field names have no case, their values do") {
    http_request request;
    request.headers = {{"authorization", "Bearer a"}, {"Content-Type", "text/plain"}};
    CHECK(request.header("Authorization") == "Bearer a");
    CHECK(request.header("AUTHORIZATION") == "Bearer a");
    CHECK(request.header("content-type") == "text/plain");
    CHECK_FALSE(request.header("Content-Typ"));
    CHECK_FALSE(request.header("Content-Type "));
    CHECK_FALSE(request.header(""));
}

TEST_CASE("a field sent twice is seen twice, and is nobody's value", "[OA21-RS-05]") {
    http_request request;
    request.headers = {{"Authorization", "Bearer a"}, {"Host", "h"}, {"aUTHORIZATION", "Bearer b"}};
    CHECK(request.count("authorization") == 2);
    CHECK_FALSE(request.header("authorization"));
    CHECK(request.count("host") == 1);
    CHECK(request.count("accept") == 0);

    request.headers.push_back({"authorization", "Bearer c"});
    CHECK(request.count("authorization") == 3);
    CHECK_FALSE(request.header("authorization"));
}

TEST_CASE("an empty field is there all the same") {
    http_request request;
    request.headers = {{"Authorization", ""}};
    CHECK(request.count("Authorization") == 1);
    REQUIRE(request.header("Authorization"));
    CHECK(request.header("Authorization")->empty());
}

TEST_CASE("an answer is a failure until someone says otherwise, and has fields like a request") {
    http_response response;
    CHECK(response.status == 500);
    response.headers = {{"Cache-Control", "no-store"}, {"A", "1"}, {"a", "2"}};
    CHECK(response.header("cache-control") == "no-store");
    CHECK_FALSE(response.header("A"));
}

TEST_CASE("case is ignored for the letters of ASCII and for nothing else") {
    for (int a = 0; a < 256; ++a) {
        for (int b = 0; b < 256; ++b) {
            const auto lower = [](int c) { return c >= 'A' && c <= 'Z' ? c + 32 : c; };
            const auto first = static_cast<char>(a);
            const auto second = static_cast<char>(b);
            if (equal_ignoring_case({&first, 1}, {&second, 1}) != (lower(a) == lower(b)))
                FAIL(a << " and " << b);
        }
    }
    CHECK_FALSE(equal_ignoring_case("ab", "abc"));
    CHECK(equal_ignoring_case("", ""));
    CHECK_FALSE(equal_ignoring_case("\xC3\x84", "\xC3\xA4")); // A and a with diaeresis
}

TEST_CASE("RFC 9110 §8.3.1: a media type without its parameters, in lower case") {
    CHECK(media_type("application/json") == "application/json");
    CHECK(media_type("Application/JSON") == "application/json");
    CHECK(media_type("application/json; charset=utf-8") == "application/json");
    CHECK(media_type("application/json;charset=utf-8") == "application/json");
    CHECK(media_type(" \tapplication/json \t; q") == "application/json");
    CHECK(media_type("") == "");
    CHECK(media_type(";") == "");
    CHECK(media_type("application/json, text/plain") == "application/json, text/plain");
    CHECK(media_type("application/json\r\n") == "application/json\r\n");
}
