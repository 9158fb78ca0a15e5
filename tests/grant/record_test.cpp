#include "mcp_oauth/grant/record.hpp"

#include <cstring>

#include "support/catch.hpp"

using namespace mcp_oauth;

namespace {

grant least() {
    grant g;
    g.id = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15};
    g.client_id = "c";
    g.subject = "alice";
    g.challenge = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";
    g.redirect_uri = "https://client.example/cb";
    g.life.created_at = from_unix_ms(1);
    g.life.code_deadline = from_unix_ms(2);
    g.life.absolute_end = from_unix_ms(3);
    g.life.head_born = from_unix_ms(4);
    g.life.head_nonce = 0x0102030405060708;
    g.life.head_key = {1, 2, 3, 4, 5, 6};
    return g;
}

grant most() {
    auto g = least();
    g.client_id = "c \"quoted\" \\ \xC3\xA9";
    g.method = client_authentication_method::client_secret_post;
    g.scope = {"notes:read", "notes:write"};
    g.resources = {"https://mcp.example/mcp", "https://mcp.example/other"};
    g.redirect_uri_required = true;
    g.auth_time = 1'800'000'000;
    g.acr = "urn:example:loa:2";
    g.amr = {"pwd", "otp"};
    g.sealed_host_data = "c2VhbGVk";
    g.life.state = grant_state::revoked;
    g.life.reason = revocation_reason::refresh_reuse;
    g.life.revoked_at = from_unix_ms(1'800'000'000'123);
    g.life.redeemed_at = from_unix_ms(1'800'000'000'001);
    g.life.head = 0xFFFFFFFF;
    g.life.head_nonce = 0xFFFFFFFFFFFFFFFF;
    for (int i = 0; i < 3; ++i) (void)g.life.ring.append(from_unix_ms(1'800'000'000'100 - i));
    g.life.epoch = 0xFFFFFFFF;
    return g;
}

const std::string least_text =
    R"({"v":1,"id":"AAECAwQFBgcICQoLDA0ODw","state":"pending","client":"c","method":"none",)"
    R"("subject":"alice","scope":"","resources":[],)"
    R"("challenge":"E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM",)"
    R"("redirect_uri":"https://client.example/cb","created_at":1,"code_deadline":2,)"
    R"("absolute_end":3,"head":0,"head_born":4,"head_nonce":"0102030405060708",)"
    R"("head_kid":"AQIDBAUG","epoch":0})";

// `text` with one piece exchanged. Fails the test where the piece is not there once.
std::string with(std::string text, std::string_view piece, std::string_view other) {
    const auto at = text.find(piece);
    REQUIRE(at != std::string::npos);
    return text.replace(at, piece.size(), other);
}
std::string least_with(std::string_view piece, std::string_view other) {
    return with(least_text, piece, other);
}

} // namespace

TEST_CASE("a grant is written as one line of JSON that an operator can read", "[grant]") {
    CHECK(encode(least()) == least_text);
    CHECK(encode(most()) ==
          R"({"v":1,"id":"AAECAwQFBgcICQoLDA0ODw","state":"revoked",)"
          "\"client\":\"c \\\"quoted\\\" \\\\ \xC3\xA9\","
          R"("method":"client_secret_post","subject":"alice","scope":"notes:read notes:write",)"
          R"("resources":["https://mcp.example/mcp","https://mcp.example/other"],)"
          R"("challenge":"E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM",)"
          R"("redirect_uri":"https://client.example/cb","redirect_uri_required":true,)"
          R"("auth_time":1800000000,)"
          R"("acr":"urn:example:loa:2","amr":["pwd","otp"],"host_data":"c2VhbGVk",)"
          R"("created_at":1,"code_deadline":2,"absolute_end":3,"redeemed_at":1800000000001,)"
          R"("head":4294967295,"head_born":4,"head_nonce":"ffffffffffffffff",)"
          R"("head_kid":"AQIDBAUG","ring":[1800000000100,1800000000099,1800000000098],)"
          R"("epoch":4294967295,"revoked":{"reason":"refresh_reuse","at":1800000000123}})");
}

TEST_CASE("a record holds no token and no code, only what makes them under a secret",
          "[grant][OA21-GEN-05]") {
    const auto text = encode(most());
    for (const auto* const never : {"mcpo_", "verifier", "secret\""})
        CHECK(text.find(never) == std::string::npos);
}

TEST_CASE("a grant comes back from its record as it was", "[grant]") {
    for (const auto& g : {least(), most()}) {
        const auto back = decode_grant(encode(g));
        REQUIRE(back);
        CHECK(encode(*back) == encode(g));
        CHECK(back->id == g.id);
        CHECK(back->life.head_nonce == g.life.head_nonce);
        CHECK(back->life.ring == g.life.ring);
        CHECK(back->life.redeemed_at == g.life.redeemed_at);
        CHECK(back->auth_time == g.auth_time);
        CHECK(back->scope == g.scope);
        CHECK(back->redirect_uri_required == g.redirect_uri_required);
    }
}

TEST_CASE("every state, method and reason has a spelling of its own that comes back", "[grant]") {
    for (int reason = 0; reason <= static_cast<int>(revocation_reason::administrator); ++reason) {
        auto g = most();
        g.life.reason = static_cast<revocation_reason>(reason);
        CHECK(decode_grant(encode(g))->life.reason == g.life.reason);
    }
    for (int method = 0; method < 3; ++method) {
        auto g = least();
        g.method = static_cast<client_authentication_method>(method);
        CHECK(decode_grant(encode(g))->method == g.method);
    }
    auto g = least();
    g.life.state = grant_state::active;
    g.life.head = 1;
    CHECK(decode_grant(encode(g))->life.state == grant_state::active);
}

TEST_CASE("the order of members and white space do not matter, since a store may change them",
          "[grant]") {
    CHECK(decode_grant(with(least_with(R"("v":1,)", ""), R"("epoch":0})", R"("epoch":0,"v":1})")));
    CHECK(decode_grant(least_with(R"("v":1,)", "\n  \"v\" : 1 ,\t")));
    CHECK(
        decode_grant(with(least_with(R"("head":0,)", ""), R"("client")", R"("head":0,"client")")));
}

TEST_CASE("a record without any one of its members is none", "[grant]") {
    for (const auto* const member :
         {R"("v":1,)", R"("id":"AAECAwQFBgcICQoLDA0ODw",)", R"("state":"pending",)",
          R"("client":"c",)", R"("method":"none",)", R"("subject":"alice",)", R"("scope":"",)",
          R"("resources":[],)", R"("challenge":"E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM",)",
          R"("redirect_uri":"https://client.example/cb",)", R"("created_at":1,)",
          R"("code_deadline":2,)", R"("absolute_end":3,)", R"("head":0,)", R"("head_born":4,)",
          R"("head_nonce":"0102030405060708",)", R"("head_kid":"AQIDBAUG",)", R"(,"epoch":0)"}) {
        INFO(member);
        CHECK(!decode_grant(least_with(member, "")));
    }
}

TEST_CASE("a member of another type or outside its range makes the record none", "[grant]") {
    struct change {
        const char* piece;
        const char* other;
    };
    for (const auto& [piece, other] :
         {change{R"("v":1)", R"("v":2)"},
          change{R"("v":1)", R"("v":"1")"},
          change{R"("v":1)", R"("v":1.0)"},
          change{"ODw", "OD"},
          change{"pending", "Pending"},
          change{"pending", "deleted"},
          change{R"("pending")", "0"},
          change{R"("c")", "1"},
          change{"none", "private_key_jwt"},
          change{R"("alice")", "null"},
          change{R"("scope":"")", R"("scope":"a  b")"},
          change{R"("scope":"")", R"("scope":[])"},
          change{"[]", R"(["a",1])"},
          change{"[]", R"("a")"},
          change{":1,\"code", ":-1,\"code"},
          change{":1,\"code", ":253402300800000,\"code"},
          change{":1,\"code", ":\"1\",\"code"},
          change{"\"head\":0", "\"head\":-1"},
          change{"\"head\":0", "\"head\":4294967296"},
          change{"\"head\":0", "\"head\":0.5"},
          change{"0102030405060708", "010203040506070"},
          change{"0102030405060708", "01020304050607080"},
          change{"0102030405060708", "0102030405060A08"},
          change{"\"0102030405060708\"", "72623859790382856"},
          change{R"(,"created)", R"(,"redirect_uri_required":1,"created)"},
          change{R"(,"created)", R"(,"redirect_uri_required":false,"created)"},
          change{"AQIDBAUG", "AQIDBAU"},
          change{"\"epoch\":0", "\"epoch\":4294967296"}}) {
        INFO(other);
        CHECK(!decode_grant(least_with(piece, other)));
    }
}

TEST_CASE("the latest time that a record can hold is the end of the year 9999", "[grant]") {
    CHECK(decode_grant(least_with(":1,\"code", ":253402300799999,\"code")));
    CHECK(decode_grant(least_with(":1,\"code", ":0,\"code")));
}

TEST_CASE("a ring longer than its capacity, or of anything but times, makes the record none",
          "[grant]") {
    const auto ring_of = [](std::size_t size) {
        std::string text = "\"ring\":[";
        for (std::size_t i = 0; i < size; ++i) text += i == 0 ? "9" : ",9";
        return text + "],\"epoch\"";
    };
    CHECK(decode_grant(least_with("\"epoch\"", ring_of(0))));
    CHECK(decode_grant(least_with("\"epoch\"", ring_of(rotation_ring::capacity))));
    CHECK(!decode_grant(least_with("\"epoch\"", ring_of(rotation_ring::capacity + 1))));
    for (const auto* const bad : {"\"ring\":9,", "\"ring\":[\"9\"],", "\"ring\":[-1],"})
        CHECK(!decode_grant(least_with("\"epoch\"", std::string{bad} + "\"epoch\"")));
}

TEST_CASE("a state and what belongs to it come together or not at all", "[grant]") {
    const auto text = encode(most());
    const std::string revoked = R"(,"revoked":{"reason":"refresh_reuse","at":1800000000123})";
    CHECK(!decode_grant(with(text, revoked, "")));
    CHECK(!decode_grant(with(text, "\"revoked\",", "\"active\",")));
    CHECK(!decode_grant(with(text, "refresh_reuse", "whim")));
    CHECK(!decode_grant(with(text, ",\"at\":1800000000123", "")));
    CHECK(!decode_grant(with(text, ",\"at\":1800000000123", ",\"at\":1,\"by\":\"x\"")));
    CHECK(!decode_grant(least_with("\"head\":0", "\"head\":1")));
    CHECK(!decode_grant(least_with("pending", "active")));
}

TEST_CASE("a member that this version does not know may restrict the grant, so the record is none",
          "[grant]") {
    CHECK(!decode_grant(least_with("\"epoch\"", "\"jkt\":\"x\",\"epoch\"")));
    CHECK(!decode_grant(least_with("\"epoch\"", "\"\":0,\"epoch\"")));
}

TEST_CASE("what is no JSON object, or repeats a member, is no record", "[grant]") {
    for (const auto* const bad : {"", "{}", "[]", "null", "1", "\"\"", "{", "\xFF"})
        CHECK(!decode_grant(bad));
    CHECK(!decode_grant(least_text + "x"));
    CHECK(!decode_grant(least_with("\"epoch\":0", "\"epoch\":0,\"epoch\":0")));
    for (std::size_t size = 0; size < least_text.size(); ++size)
        CHECK(!decode_grant(least_text.substr(0, size)));
}

TEST_CASE("a key that a grant is bound to comes back from its record, and half a binding is none",
          "[grant][DPOP-13][DPOP-17]") {
    auto g = least();
    g.dpop_jkt = "asked";
    g.life.jkt = "bound";
    g.life.jkt_since = 7;
    const auto text = encode(g);
    const auto asked = least_with(R"("created_at")", R"("dpop_jkt":"asked","created_at")");
    CHECK(text == with(asked, R"("epoch":0)", R"("epoch":0,"jkt":"bound","jkt_since":7)"));
    const auto back = decode_grant(text);
    REQUIRE(back);
    CHECK(back->dpop_jkt == "asked");
    CHECK(back->life.jkt == "bound");
    CHECK(back->life.jkt_since == 7);
    for (const auto* const half :
         {R"("jkt":"bound")", R"("jkt_since":7)", R"("jkt":"","jkt_since":7)",
          R"("jkt":"bound","jkt_since":0)", R"("jkt":1,"jkt_since":7)"})
        CHECK_FALSE(decode_grant(least_with(R"("epoch":0)", R"("epoch":0,)" + std::string{half})));
}
