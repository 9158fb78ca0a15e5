#include "mcp_oauth/rfc/9068_jwt_access_token.hpp"

#include <string>
#include <type_traits>

#include "mcp_oauth/rfc/7515_jws.hpp"
#include "mcp_oauth/rfc/7638_jwk_thumbprint.hpp"
#include "refused.hpp"
#include "signed.hpp"
#include "support/catch.hpp"

using namespace mcp_oauth;
using namespace std::string_literals;

namespace {

constexpr std::int64_t issued = 1'800'000'000;
constexpr std::int64_t expiry = issued + 600;
const resource_identifier resource = *resource_identifier::parse("https://h.example/mcp");
const key_set keys = key_set::of({example_key().public_key()});
const std::string kid = jwk_thumbprint(example_key().public_key());
const std::string header = R"({"typ":"at+jwt","alg":"ES256","kid":")" + kid + "\"}";

// The claims of RFC 9068 §2.2, as our own tokens spell them.
const std::string payload =
    R"({"iss":"https://a.example","sub":"alice","aud":"https://h.example/mcp","client_id":"c1",)"
    R"("scope":"mcp notes:read","iat":1800000000,"exp":1800000600,"jti":"j1","grant_id":"g1"})";

access_token_expectations at(instant now, seconds leeway = seconds{0}) {
    return {"https://a.example", resource, now, leeway};
}

// `accepted`, or the reason that stays inside.
std::string verdict(const std::string& token, instant now = from_unix_seconds(issued),
                    seconds leeway = seconds{0}) {
    const auto verified = verify_access_token(token, keys, at(now, leeway));
    if (verified) return "accepted";
    CHECK(refused(verified) == "invalid_token: the access token is invalid");
    CHECK(verified.error().wire().http_status == 401);
    return std::string{name(verified.error().fault)};
}

// The verdict on a payload of ours in which `before` stands replaced.
std::string with(const std::string& before, const std::string& after) {
    auto changed = payload;
    REQUIRE(changed.find(before) != std::string::npos);
    changed.replace(changed.find(before), before.size(), after);
    CAPTURE(changed);
    return verdict(signed_token(header, changed));
}

std::string with_header(const std::string& json) { return verdict(signed_token(json, payload)); }

access_token_claims claims() {
    access_token_claims c;
    c.issuer = "https://a.example";
    c.subject = "alice";
    c.audience = {"https://h.example/mcp"};
    c.client_id = "c1";
    c.scope = {"mcp", "notes:read"};
    c.issued_at = issued;
    c.expires_at = expiry;
    c.jti = "j1";
    c.grant_id = "g1";
    return c;
}

std::string issue(const access_token_claims& c) {
    const auto input = signing_input(c, kid, signature_algorithm::es256);
    return finish_jws(input, *example_key().sign(input));
}

} // namespace

static_assert(!std::is_default_constructible_v<verified_access_token>);
static_assert(!std::is_aggregate_v<verified_access_token>);
static_assert(!std::is_constructible_v<verified_access_token, access_token_claims>);

TEST_CASE("RFC 9068 §2: a token is an at+jwt with all the required claims",
          "[AT-01][AT-03][AT-04][AT-06][AT-07][RES-04]") {
    const auto parts = compact_jws::split(issue(claims()));
    const auto input = signing_input(claims(), kid, signature_algorithm::es256);
    CHECK(input == base64url(header) + '.' + base64url(payload));
    CHECK(to_json(claims()) == payload);
    CHECK(parts);
}

TEST_CASE("RFC 9068 §2.2: several audiences are an array, a login is told, absent claims are not",
          "[AT-09][JOSE-14][OA21-GEN-07]") {
    auto c = claims();
    c.audience.emplace_back("https://h.example/files");
    c.scope = {};
    c.grant_id.clear();
    c.auth_time = issued - 5;
    c.acr = "urn:x";
    c.amr = {"pwd", "otp"};
    CHECK(to_json(c) ==
          R"({"iss":"https://a.example","sub":"alice",)"
          R"("aud":["https://h.example/mcp","https://h.example/files"],"client_id":"c1",)"
          R"("iat":1800000000,"exp":1800000600,"jti":"j1","auth_time":1799999995,"acr":"urn:x",)"
          R"("amr":["pwd","otp"]})");
}

TEST_CASE("RFC 9068 §4: our own token is accepted, and its claims come back", "[AT-13][AT-09]") {
    auto c = claims();
    c.audience.emplace_back("https://h.example/files");
    c.auth_time = issued - 5;
    c.acr = "urn:x";
    c.amr = {"pwd"};
    auto verified = verify_access_token(issue(c), keys, at(from_unix_seconds(issued)));
    REQUIRE(verified);
    CHECK(to_json(verified->claims()) == to_json(c));
    CHECK(verified->claims().subject == "alice");
    CHECK(verified->claims().scope == scope_set{"mcp", "notes:read"});
    CHECK(verified->claims().expires_at == expiry);
    const auto taken = std::move(*verified).claims();
    CHECK(taken.grant_id == "g1");
}

TEST_CASE("RFC 9068 §4: typ is at+jwt in any case, short or long, and nothing else",
          "[AT-10][JBCP-08][JBCP-09][ATK-JW-13][ATK-TK-10][ATK-TK-21][D19]") {
    const auto typed = [](const std::string& typ) {
        return with_header(R"({"alg":"ES256","kid":")" + kid + '"' + typ + '}');
    };
    for (const std::string fine :
         {"at+jwt", "at+JWT", "AT+JWT", "application/at+jwt", "APPLICATION/AT+JWT"})
        CHECK(typed(R"(,"typ":")" + fine + '"') == "accepted");
    CHECK(typed("") == "wrong_type");
    for (const std::string other : {"JWT", "jwt", "dpop+jwt", "at+jwt ", "", "application/jwt",
                                    "oauth-id-jag+jwt", "client-authentication+jwt"})
        CHECK(typed(R"(,"typ":")" + other + '"') == "wrong_type");
    CHECK(typed(R"(,"typ":1)") == "malformed");
}

TEST_CASE("RFC 7518 §3.6: none and every other algorithm are refused before any signature",
          "[JOSE-03][JOSE-04][JBCP-01][JBCP-02][AT-01][ATK-JW-01][ATK-JW-02][ATK-JW-03]") {
    for (const std::string other : {"none", "None", "NONE", "nOnE", "HS256", "RS256", "PS256",
                                    "ES384", "ES512", "ES256K", "EdDSA", "es256", "ES256 ", ""}) {
        CAPTURE(other);
        CHECK(with_header(R"({"typ":"at+jwt","alg":")" + other + R"(","kid":")" + kid + "\"}") ==
              "wrong_algorithm");
    }
    const auto unsigned_input =
        base64url(R"({"typ":"at+jwt","alg":"none"})") + '.' + base64url(payload);
    CHECK(verdict(unsigned_input + '.') == "malformed");
    CHECK(verdict(unsigned_input) == "malformed");
    CHECK(verdict(std::string{unsigned_input} + ". ") == "wrong_algorithm");
    CHECK(verdict(unsigned_input + ".AA") == "wrong_algorithm");
}

TEST_CASE("RFC 7515 §4.1.4: a kid that the issuer does not have is no key",
          "[JOSE-15][JBCP-06][ATK-JW-04][AT-11]") {
    for (const std::string other : {"", "x", "../../dev/null", "' OR 1=1", "*"})
        CHECK(with_header(R"({"typ":"at+jwt","alg":"ES256","kid":")" + other + "\"}") ==
              "unknown_key");
    CHECK(with_header(R"({"typ":"at+jwt","alg":"ES256","kid":"x)" + kid + "\"}") == "unknown_key");
    CHECK(with_header(R"({"typ":"at+jwt","alg":"ES256","kid":["x"]})") == "malformed");
    CHECK(verify_access_token(issue(claims()), {}, at(from_unix_seconds(issued))).error().fault ==
          token_fault::unknown_key);
}

TEST_CASE("RFC 7515 appendix D: without a kid each key is tried, up to a small number",
          "[JOSE-16][JBCP-11]") {
    const auto nameless = signed_token(R"({"typ":"at+jwt","alg":"ES256"})", payload);
    CHECK(verdict(nameless) == "accepted");
    const auto accepted_behind = [&nameless](int others) {
        key_set set;
        for (int i = 0; i < others; ++i)
            set.add(std::to_string(i), signing_key::generate_es256()->public_key());
        set.add("ours", example_key().public_key());
        return verify_access_token(nameless, set, at(from_unix_seconds(issued))).has_value();
    };
    CHECK(accepted_behind(3));
    CHECK_FALSE(accepted_behind(4));
}

TEST_CASE("RFC 7515 §5.2: a changed header, payload or signature does not verify",
          "[AT-13][JOSE-07][JBCP-03][ATK-JW-07]") {
    const auto token = issue(claims());
    const auto parts = *compact_jws::split(token);
    const auto signature = *decode_base64url(parts.signature);
    const auto signed_with = [&parts](std::string_view octets) {
        return verdict(std::string{parts.signing_input} + '.' + base64url(octets));
    };
    CHECK(signed_with(signature) == "accepted");
    CHECK(signed_with(signature.substr(0, 63)) == "bad_signature");
    CHECK(signed_with(signature + '\0') == "bad_signature");
    CHECK(signed_with(std::string(64, '\0')) == "bad_signature");
    CHECK(signed_with(std::string(32, '\0') + signature.substr(32)) == "bad_signature");
    CHECK(signed_with(signature.substr(0, 32) + std::string(32, '\0')) == "bad_signature");

    auto forged = payload;
    forged.replace(forged.find("alice"), 5, "admin");
    CHECK(verdict(std::string{parts.header} + '.' + base64url(forged) + '.' +
                  std::string{parts.signature}) == "bad_signature");
    const auto other = *signing_key::generate_es256();
    CHECK(verdict(signed_token(header, payload, other)) == "bad_signature");
}

TEST_CASE("RFC 7519 §7.2: only a compact JWS of strict base64url is looked at",
          "[JOSE-01][JOSE-02][ATK-JW-01][ATK-JW-09]") {
    const auto token = issue(claims());
    for (const auto& sloppy :
         {""s, "."s, ".."s, "a.b.c"s, token + '=', token + ' ', ' ' + token, token + '\n',
          token + ".a.b", '.' + token, token.substr(0, token.rfind('.')),
          R"({"payload":"x","signatures":[]})"s}) {
        CAPTURE(sloppy);
        CHECK(verdict(sloppy) == "malformed");
    }
    const auto parts = *compact_jws::split(token);
    const auto padded = std::string{parts.header} + '.' + std::string{parts.payload} + "==." +
                        std::string{parts.signature};
    CHECK(verdict(padded) == "malformed");
}

TEST_CASE("RFC 7519 §4: claims are one JSON object without repeated members",
          "[JOSE-02][ATK-JW-08]") {
    CHECK(with("{", "[") == "malformed");
    CHECK(with("\"jti\":\"j1\"", "\"jti\":\"j1\",\"aud\":\"https://h.example/mcp\"") ==
          "malformed");
    CHECK(with("\"g1\"}", "\"g1\"}x") == "malformed");
    CHECK(with("\"g1\"}", "\"g1\",}") == "malformed");
    CHECK(with("{\"iss\"", "\xEF\xBB\xBF{\"iss\"") == "malformed");
    CHECK(with("alice", "al\xFFice") == "malformed");
    CHECK(verdict(signed_token(header, "[]")) == "malformed");
    CHECK(verdict(signed_token(header, "\"x\"")) == "malformed");
}

TEST_CASE("RFC 9068 §2.2: each required claim is there, and has its type",
          "[AT-04][JOSE-12][ATK-JW-10]") {
    for (const std::string member :
         {R"("iss":"https://a.example")", R"("sub":"alice")", R"("aud":"https://h.example/mcp")",
          R"("client_id":"c1")", R"("iat":1800000000)", R"("exp":1800000600)", R"("jti":"j1")"}) {
        const auto claim = member.substr(0, member.find(':') + 1);
        CHECK(with(member, R"("x":1)") == "malformed");
        CHECK(with(member, claim + "null") == "malformed");
        CHECK(with(member, claim + "{}") == "malformed");
        CHECK(with(member, claim + "true") == "malformed");
        if (claim != "\"aud\":") CHECK(with(member, claim + "\"\"") == "malformed");
    }
    CHECK(with(R"("sub":"alice")", R"("sub":1)") == "malformed");
    CHECK(with(R"("aud":"https://h.example/mcp")", R"("aud":["https://h.example/mcp",1])") ==
          "malformed");
    CHECK(with(R"("scope":"mcp notes:read")", R"("scope":["mcp"])") == "malformed");
    CHECK(with(R"("scope":"mcp notes:read")", R"("scope":"mcp  x")") == "malformed");
    CHECK(with(R"("grant_id":"g1")", R"("grant_id":1)") == "malformed");
    CHECK(with(R"("grant_id":"g1")", R"("amr":"pwd")") == "malformed");
    CHECK(with(R"("grant_id":"g1")", R"("acr":1)") == "malformed");
    CHECK(with(R"("grant_id":"g1")", R"("auth_time":"1")") == "malformed");
}

TEST_CASE("RFC 9068 §2.2: claims that may be absent may be absent, and unknown ones are ignored",
          "[AT-06]") {
    CHECK(with(R"("scope":"mcp notes:read",)", "") == "accepted");
    CHECK(with(R"("scope":"mcp notes:read")", R"("scope":"")") == "accepted");
    CHECK(with(R"(,"grant_id":"g1")", "") == "accepted");
    CHECK(with(R"("grant_id":"g1")", R"("roles":["x"],"nested":{"a":[{}]})") == "accepted");
}

TEST_CASE("RFC 7519 §4.1: dates are numbers, in whole seconds or with a fraction",
          "[JOSE-12][ATK-JW-10]") {
    const auto expiring = [](const std::string& exp) { return with("1800000600", exp); };
    CHECK(expiring("1800000600.5") == "accepted");
    CHECK(expiring("1.8000006e9") == "accepted");
    CHECK(expiring("253402300799") == "accepted");
    for (const std::string bad :
         {"\"1800000600\"", "-1", "-1800000600", "253402300800", "1e400", "1e300",
          "9223372036854775807", "9223372036854775808", "18446744073709551616", "[1800000600]"}) {
        CAPTURE(bad);
        CHECK(expiring(bad) == "malformed");
        CHECK(with("1800000000", bad) == "malformed");
        CHECK(with("\"grant_id\":\"g1\"", "\"nbf\":" + bad) == "malformed");
    }
    CHECK(expiring("0") == "expired");
    CHECK(expiring("1800000000") == "expired");
    CHECK(expiring("1800000000.9") == "expired"); // rounded against the bearer
}

TEST_CASE("RFC 9068 §4: iss is the issuer to the letter, and comes from its keys",
          "[AT-11][JBCP-04][ATK-JW-12]") {
    for (const std::string other :
         {"https://a.example/", "https://A.example", "HTTPS://a.example", "https://a.example:443",
          "https://a.example/t1", "https://b.example", "http://a.example", "a.example"})
        CHECK(with("https://a.example", other) == "wrong_issuer");
}

TEST_CASE("RFC 9068 §4: aud names this resource, as a string or within an array",
          "[AT-12][JOSE-14][JBCP-05][BCP-10][RES-09][MCP-RES-13][ATK-JW-11][ATK-RS-05]") {
    const auto meant_for = [](const std::string& aud) {
        return with(R"("https://h.example/mcp")", aud);
    };
    CHECK(meant_for(R"(["https://h.example/mcp"])") == "accepted");
    CHECK(meant_for(R"(["https://o.example","https://h.example/mcp"])") == "accepted");
    CHECK(meant_for(R"("HTTPS://H.EXAMPLE:443/mcp")") == "accepted");
    for (const std::string other :
         {R"("https://h.example/mcp/")", R"("https://h.example/mc")", R"("https://h.example/mcp2")",
          R"("https://h.example")", R"("https://h.example/MCP")", R"("https://o.example/mcp")",
          R"("https://h.example/%6dcp")", R"("https://h.example/mcp?")", R"("")", R"([""])",
          R"(["https://o.example","https://p.example"])",
          R"("https://h.example/mcp https://o.example")", R"("https://a.example")"})
        CHECK(meant_for(other) == "wrong_audience");
    CHECK(meant_for("[]") == "malformed");
}

TEST_CASE("RFC 7519 §4.1.4: at the very second of exp the token has expired",
          "[AT-13][JOSE-13][OA21-RS-01][OA21-RS-08][ATK-JW-10]") {
    // "the current date/time MUST be before the expiration date/time listed in the "exp" claim"
    const auto token = issue(claims());
    CHECK(verdict(token, from_unix_seconds(expiry) - milliseconds{1}) == "accepted");
    CHECK(verdict(token, from_unix_seconds(expiry)) == "expired");
    CHECK(verdict(token, from_unix_seconds(expiry) + milliseconds{1}) == "expired");
}

TEST_CASE("RFC 7519 §4.1.5: before nbf the token is not yet valid", "[AT-13][JOSE-13][ATK-JW-10]") {
    auto delayed = payload;
    delayed.replace(delayed.find("\"grant_id\":\"g1\""), 15, "\"nbf\":1800000100");
    const auto token = signed_token(header, delayed);
    const auto begin = from_unix_seconds(1'800'000'100);
    CHECK(verdict(token, begin - milliseconds{1}) == "not_yet_valid");
    CHECK(verdict(token, begin) == "accepted");
    CHECK(verdict(token, begin - seconds{5}, seconds{5}) == "accepted");
    CHECK(verdict(token, begin - seconds{5} - milliseconds{1}, seconds{5}) == "not_yet_valid");
    CHECK(verdict(token, from_unix_seconds(expiry)) == "expired");
}

TEST_CASE("RFC 7519 §4.1.4: leeway is for clocks that disagree, and has an end",
          "[AT-13][JOSE-13]") {
    const auto token = issue(claims());
    const auto end = from_unix_seconds(expiry);
    CHECK(verdict(token, end + seconds{5} - milliseconds{1}, seconds{5}) == "accepted");
    CHECK(verdict(token, end + seconds{5}, seconds{5}) == "expired");
    CHECK(verdict(token, end + seconds{59}, seconds{3600}) == "accepted");
    CHECK(verdict(token, end + seconds{60}, seconds{3600}) == "expired");
    CHECK(verdict(token, end - milliseconds{1}, seconds{-3600}) == "accepted");
}

TEST_CASE("the length of a token has a limit", "[JBCP-11][ATK-TK-17]") {
    auto c = claims();
    const auto sized = [&c](std::size_t size) {
        while (issue(c).size() < size) c.subject += 'x';
        return issue(c);
    };
    const auto longest = sized(largest_access_token - 1);
    CHECK(longest.size() <= largest_access_token);
    CHECK(verdict(longest) == "accepted");
    const auto too_long = sized(largest_access_token + 1);
    CHECK(verdict(too_long) == "malformed");
    CHECK(verdict(std::string(10'000'000, 'a')) == "malformed");
}

TEST_CASE("RFC 6750 §3.1: every fault has a name of its own for events, and one sentence outside",
          "[AT-14][BEAR-02][MCP-ERR-10]") {
    for (int value = 0; value <= static_cast<int>(token_fault::not_yet_valid); ++value) {
        const auto fault = static_cast<token_fault>(value);
        CHECK(refused(token_refusal{fault}) == "invalid_token: the access token is invalid");
        CHECK_FALSE(name(fault).empty());
        CHECK(name(fault).find_first_not_of("abcdefghijklmnopqrstuvwxyz_") ==
              std::string_view::npos);
        for (int other = 0; other < value; ++other)
            CHECK(name(static_cast<token_fault>(other)) != name(fault));
    }
}

TEST_CASE("claims that arrive without a signature pass the same checks", "[AT-12][AT-13]") {
    CHECK(check_claims(payload, at(from_unix_seconds(issued)))->subject == "alice");
    CHECK(check_claims(payload, at(from_unix_seconds(expiry))).error() == token_fault::expired);
    CHECK(check_claims("{}", at(from_unix_seconds(issued))).error() == token_fault::malformed);
    CHECK(check_claims(payload, {"https://b.example", resource, {}, seconds{0}}).error() ==
          token_fault::wrong_issuer);
}

TEST_CASE("RFC 9449 §6.1: a binding comes back as it was told, and one of another kind is refused",
          "[DPOP-16][AT-13]") {
    auto bound = claims();
    bound.jkt = "thumbprint";
    CHECK(to_json(bound).find(R"("cnf":{"jkt":"thumbprint"})") != std::string::npos);
    const auto verified = verify_access_token(issue(bound), keys, at(from_unix_seconds(issued)));
    REQUIRE(verified);
    CHECK(verified->claims().jkt == "thumbprint");
    for (const auto* const cnf : {R"({"x5t#S256":"a"})", R"({"jkt":"a","x5t#S256":"b"})", "{}",
                                  R"({"jkt":""})", R"({"jkt":1})", R"("a")", "null", "[]"})
        CHECK(with(R"("grant_id":"g1")", R"("grant_id":"g1","cnf":)" + std::string{cnf}) ==
              "malformed");
}
