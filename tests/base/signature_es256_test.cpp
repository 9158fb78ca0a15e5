#include "mcp_oauth/base/signature.hpp"

#include <atomic>
#include <thread>
#include <vector>

#include "hex.hpp"
#include "support/catch.hpp"

using namespace mcp_oauth;

namespace {

// The key, signing input and signature of RFC 7515 appendix A.3.
const std::string example_x =
    from_hex("7fcdce2770f6c45d4183cbee6fdb4b7b580733357be9ef13bacf6e3c7bd15445");
const std::string example_y =
    from_hex("c7f144cd1bbd9b7e872cdfedb9eeb9f4b3695d6ea90b24ad8a4623288588e5ad");
constexpr std::string_view example_input =
    "eyJhbGciOiJFUzI1NiJ9."
    "eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFt"
    "cGxlLmNvbS9pc19yb290Ijp0cnVlfQ";
const std::string example_signature =
    from_hex("0ed1215379636c483c2f7f155807d402a3b228033af97c7e17819ac3169ea665"
             "c50a07d38c3c70e5d8f12daf084a5480a66590c5f293509a8f3f7f8a83a354d5");

constexpr std::string_view example_pkcs8 =
    "-----BEGIN PRIVATE KEY-----\n"
    "MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgjpsQnnGQmL+YBIff\n"
    "H1136cspYG6+0iY7X1fCE9+E9LKhRANCAAR/zc4ncPbEXUGDy+5v20t7WAczNXvp\n"
    "7xO6z248e9FURcfxRM0bvZt+hyzf7bnuufSzaV1uqQskrYpGIyiFiOWt\n"
    "-----END PRIVATE KEY-----\n";
constexpr std::string_view example_sec1 =
    "-----BEGIN EC PARAMETERS-----\n"
    "BggqhkjOPQMBBw==\n"
    "-----END EC PARAMETERS-----\n"
    "-----BEGIN EC PRIVATE KEY-----\n"
    "MHcCAQEEII6bEJ5xkJi/mASH3x9dd+nLKWBuvtImO19XwhPfhPSyoAoGCCqGSM49\n"
    "AwEHoUQDQgAEf83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEXH8UTNG72b\n"
    "focs3+257rn0s2ldbqkLJK2KRiMohYjlrQ==\n"
    "-----END EC PRIVATE KEY-----\n";

verification_key example_key() { return *verification_key::es256(example_x, example_y); }
signing_key fresh_key() { return *signing_key::generate_es256(); }

} // namespace

TEST_CASE("RFC 7515 A.3: the example signature verifies under the example key", "[JOSE-07]") {
    const auto key = example_key();
    CHECK(key.algorithm() == signature_algorithm::es256);
    CHECK(key.x() == example_x);
    CHECK(key.y() == example_y);
    CHECK(key.verify(example_input, example_signature));
    CHECK(key.verify(example_input, example_signature)); // the key is not used up
}

TEST_CASE("RFC 9449 §4.1: the example proof verifies under the key it names", "[JOSE-07]") {
    const auto key = verification_key::es256(
        from_hex("97cb45ae1c7edf8b55de14480910d8f730a40e5a41845e3651051f595016045b"),
        from_hex("f551388dffce93fa3ae336d34e572e3496a31e6b7abfd4c356b53409dbc64430"));
    REQUIRE(key);
    CHECK(key->verify(
        "eyJ0eXAiOiJkcG9wK2p3dCIsImFsZyI6IkVTMjU2IiwiandrIjp7Imt0eSI6IkVDIiwieCI6Imw4dEZyaHgtMzR0"
        "VjNoUklDUkRZOXpDa0RscEJoRjQyVVFVZldWQVdCRnMiLCJ5IjoiOVZFNGpmX09rX282NHpiVFRsY3VOSmFqSG10"
        "NnY5VERWclUwQ2R2R1JEQSIsImNydiI6IlAtMjU2In19."
        "eyJqdGkiOiItQndDM0VTYzZhY2MybFRjIiwiaHRtIjoiUE9TVCIsImh0dSI6Imh0dHBzOi8vc2VydmVyLmV4YW1w"
        "bGUuY29tL3Rva2VuIiwiaWF0IjoxNTYyMjYyNjE2fQ",
        from_hex("dbe1b103a4fc94fe2f7eb83cbfe15d58fd00d3376b8fc8a088c2efa91314bf09"
                 "d08383ed14b6dd2d788e4ac5f4c7b35563e14dc892bbd277db577ef14594f72e")));
}

TEST_CASE("RFC 7518 §3.4: a signature with any one bit changed is refused", "[JOSE-07]") {
    const auto key = example_key();
    std::size_t accepted = 0;
    for (std::size_t bit = 0; bit < example_signature.size() * 8; ++bit) {
        auto changed = example_signature;
        changed[bit / 8] = static_cast<char>(changed[bit / 8] ^ (1 << (bit % 8)));
        if (key.verify(example_input, changed)) ++accepted;
    }
    CHECK(accepted == 0);
}

TEST_CASE("RFC 7518 §3.4: a signature is over these octets and by this key only", "[JOSE-07]") {
    const auto key = example_key();
    auto changed = std::string(example_input);
    changed.back() = 'R';
    CHECK_FALSE(key.verify(changed, example_signature));
    CHECK_FALSE(key.verify(example_input.substr(1), example_signature));
    CHECK_FALSE(key.verify("", example_signature));
    CHECK_FALSE(fresh_key().public_key().verify(example_input, example_signature));
}

TEST_CASE("RFC 7518 §3.4: a signature that is not 64 octets long is refused", "[JOSE-07]") {
    const auto key = example_key();
    for (std::size_t size = 0; size < 64; ++size) {
        CHECK_FALSE(key.verify(example_input, example_signature.substr(0, size)));
        CHECK_FALSE(key.verify(example_input, example_signature.substr(64 - size)));
    }
    CHECK_FALSE(key.verify(example_input, example_signature + '\0'));
    CHECK_FALSE(key.verify(example_input, '\0' + example_signature));
    CHECK_FALSE(key.verify(example_input, example_signature + example_signature));
}

TEST_CASE("RFC 7518 §3.4: a DER signature is refused, though OpenSSL would take it", "[JOSE-07]") {
    // The example's R and S as SEQUENCE { INTEGER, INTEGER }; S has its top bit set.
    const auto der = from_hex("3045"
                              "0220") +
                     example_signature.substr(0, 32) + from_hex("022100") +
                     example_signature.substr(32);
    CHECK(der.size() == 71);
    CHECK_FALSE(example_key().verify(example_input, der));
    CHECK_FALSE(example_key().verify(example_input, der.substr(0, 64)));
}

TEST_CASE("FIPS 186-5 §6.4.2: R and S outside 1 to n - 1 are refused", "[JOSE-07]") {
    const auto r = example_signature.substr(0, 32);
    const auto s = example_signature.substr(32);
    const std::string zero(32, '\0');
    const auto order = from_hex("ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551");
    const std::string most(32, '\xff');
    for (const auto& wrong : {zero, order, most}) {
        CHECK_FALSE(example_key().verify(example_input, wrong + s));
        CHECK_FALSE(example_key().verify(example_input, r + wrong));
        CHECK_FALSE(example_key().verify(example_input, wrong + wrong));
    }
    CHECK_FALSE(example_key().verify(example_input, s + r));
}

TEST_CASE("RFC 8725 §3.4: a point that is not on the curve makes no key", "[JOSE-20]") {
    const std::string zero(32, '\0');
    const auto prime = from_hex("ffffffff00000001000000000000000000000000ffffffffffffffffffffffff");
    CHECK_FALSE(verification_key::es256(zero, zero));
    CHECK_FALSE(verification_key::es256(example_y, example_x));
    CHECK_FALSE(verification_key::es256(prime, example_y));
    CHECK_FALSE(verification_key::es256(std::string(32, '\xff'), std::string(32, '\xff')));
    for (std::size_t bit = 0; bit < 256; ++bit) {
        auto y = example_y;
        y[bit / 8] = static_cast<char>(y[bit / 8] ^ (1 << (bit % 8)));
        CHECK_FALSE(verification_key::es256(example_x, y));
    }
}

TEST_CASE("RFC 7518 §6.2.1.2: coordinates are 32 octets long, no shorter and no longer",
          "[JOSE-20]") {
    for (std::size_t size = 0; size <= 33; ++size) {
        if (size == 32) continue;
        auto x = example_x;
        auto y = example_y;
        x.resize(size);
        y.resize(size);
        CHECK_FALSE(verification_key::es256(x, example_y));
        CHECK_FALSE(verification_key::es256(example_x, y));
    }
    // 64 octets in total, cut elsewhere.
    const auto both = example_x + example_y;
    CHECK_FALSE(verification_key::es256(both.substr(0, 31), both.substr(31)));
    CHECK_FALSE(verification_key::es256('\0' + example_x, example_y));
}

TEST_CASE("what a key signs, its public half verifies, and the form is R || S", "[JOSE-07]") {
    const auto key = fresh_key();
    CHECK(key.algorithm() == signature_algorithm::es256);
    // 500 signatures: R or S begins with a zero octet in one of 128, and keeps its width.
    std::size_t verified = 0;
    for (int i = 0; i < 500; ++i) {
        const auto text = "message " + std::to_string(i);
        const auto signature = key.sign(text);
        REQUIRE(signature);
        REQUIRE(signature->size() == 64);
        if (key.public_key().verify(text, *signature)) ++verified;
    }
    CHECK(verified == 500);
    CHECK(key.public_key().verify("", *key.sign("")));
}

TEST_CASE("a public half taken apart and put together again verifies the same", "[JOSE-20]") {
    for (int i = 0; i < 20; ++i) {
        const auto key = fresh_key();
        const auto& given = key.public_key();
        const auto rebuilt = verification_key::es256(given.x(), given.y());
        REQUIRE(rebuilt);
        CHECK(rebuilt->verify("text", *key.sign("text")));
    }
}

TEST_CASE("two fresh keys are two keys", "[OA21-GEN-04]") {
    CHECK(fresh_key().public_key().x() != fresh_key().public_key().x());
}

TEST_CASE("a key goes through PEM and comes back the same") {
    const auto key = fresh_key();
    const auto pem = key.to_pem();
    CHECK(pem.reveal().substr(0, 28) == "-----BEGIN PRIVATE KEY-----\n");
    const auto read = signing_key::from_pem(pem.reveal());
    REQUIRE(read);
    CHECK(read->public_key().x() == key.public_key().x());
    CHECK(read->public_key().y() == key.public_key().y());
    CHECK(key.public_key().verify("text", *read->sign("text")));
}

TEST_CASE("RFC 7515 A.3: the example's private key is read as PKCS #8 and as SEC 1") {
    for (const auto pem : {example_pkcs8, example_sec1}) {
        const auto key = signing_key::from_pem(pem);
        REQUIRE(key);
        CHECK(key->public_key().x() == example_x);
        CHECK(example_key().verify("text", *key->sign("text")));
        CHECK(key->to_pem().reveal() == example_pkcs8);
    }
}

TEST_CASE("many threads sign and verify with one key") {
    const auto key = *signing_key::generate_es256();
    std::atomic<int> verified{0};
    std::vector<std::thread> threads;
    for (int t = 0; t < 4; ++t) {
        threads.emplace_back([&key, &verified, t] {
            const signing_key copy = key;
            for (int i = 0; i < 50; ++i) {
                const auto text = std::to_string(t) + ' ' + std::to_string(i);
                const auto signature = copy.sign(text);
                if (signature && key.public_key().verify(text, *signature)) ++verified;
            }
        });
    }
    for (auto& thread : threads) thread.join();
    CHECK(verified == 200);
}
