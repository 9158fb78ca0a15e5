#include "mcp_oauth/base/crypto.hpp"

#include <limits>

#include "hex.hpp"
#include "mcp_oauth/base/octets.hpp"
#include "support/catch.hpp"

using namespace mcp_oauth;

namespace {

// Gives the octets it was told to give.
class scripted_random final : public random_source {
public:
    explicit scripted_random(std::string octets) : octets_(std::move(octets)) {}
    bool fill(std::uint8_t* octets, std::size_t count) noexcept override {
        if (count > octets_.size()) return false;
        std::copy_n(octets_.begin(), count, octets);
        octets_.erase(0, count);
        return true;
    }

private:
    std::string octets_;
};

std::string sha256_hex(std::string_view octets) { return to_hex(as_view(sha256(octets))); }
std::string hmac_hex(std::string_view key, std::string_view octets) {
    return to_hex(as_view(hmac_sha256(key, octets)));
}

aead_key some_key() { return aead_key{secret{std::string(32, 'k')}}; }

} // namespace

TEST_CASE("FIPS 180-4: SHA-256 of the standard's own examples") {
    CHECK(sha256_hex("") == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
    CHECK(sha256_hex("abc") == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    CHECK(sha256_hex("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq") ==
          "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1");
    CHECK(sha256_hex(std::string(1'000'000, 'a')) ==
          "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
    CHECK(sha256_hex(std::string_view{}) == sha256_hex(""));
}

TEST_CASE("RFC 4231 §4: HMAC-SHA-256 of the test cases 1 to 4") {
    CHECK(hmac_hex(std::string(20, '\x0b'), "Hi There") ==
          "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7");
    CHECK(hmac_hex("Jefe", "what do ya want for nothing?") ==
          "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
    CHECK(hmac_hex(std::string(20, '\xaa'), std::string(50, '\xdd')) ==
          "773ea91e36800e46854db8ebd09181a72959098b3ef8c122d9635514ced565fe");
    CHECK(hmac_hex(from_hex("0102030405060708090a0b0c0d0e0f10111213141516171819"),
                   std::string(50, '\xcd')) ==
          "82558a389a443c0ea4cc819899f2083a85f0faa3e578f8077a2e3ff46729665b");
}

TEST_CASE("RFC 4231 §4.7, §4.8: HMAC-SHA-256 with a key longer than a block") {
    const std::string key(131, '\xaa');
    CHECK(hmac_hex(key, "Test Using Larger Than Block-Size Key - Hash Key First") ==
          "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54");
    CHECK(hmac_hex(key, "This is a test using a larger than block-size key and a larger than "
                        "block-size data. The key needs to be hashed before being used by the "
                        "HMAC algorithm.") ==
          "9b09ffa71b942fcb27635fbcd5b0e944bfdc63644f0713938a7f51535c3a35e2");
}

TEST_CASE("RFC 2104 §2: only a key longer than 64 octets is hashed first") {
    const std::string block(64, 'k');
    CHECK(hmac_hex(block, "text") != hmac_hex(as_view(sha256(block)), "text"));
    const std::string longer(65, 'k');
    CHECK(hmac_hex(longer, "text") == hmac_hex(as_view(sha256(longer)), "text"));
    CHECK(hmac_hex("", "") == "b613679a0814d9ec772f95d778c35fc5ff1697c493715653c6c712144292c5ad");
}

TEST_CASE("RFC 5869 A.3: HKDF without salt, its first 32 octets") {
    CHECK(to_hex(hkdf_sha256(std::string(22, '\x0b'), "").reveal()) ==
          "8da4e775a563c18f715f802a063c5a31b8a11f5c5ee1879ec3454e5f3c738d2d");
    CHECK(to_hex(hkdf_sha256(std::string(22, '\x0b'), "mcp-oauth test info").reveal()) ==
          "30b2218c80aabb566dff10430d0859b4d8ec1cf8ad16516743b72c0801aefba1");
}

TEST_CASE("RFC 5869 A.1, A.2: extract and expand with the salts that the function leaves out") {
    const auto range = [](int first, int last) {
        std::string octets;
        for (int i = first; i <= last; ++i) octets.push_back(static_cast<char>(i));
        return octets;
    };
    const auto okm = [](std::string_view salt, std::string_view key, const std::string& info) {
        return hmac_hex(as_view(hmac_sha256(salt, key)), info + '\x01');
    };
    CHECK(okm(range(0x00, 0x0c), std::string(22, '\x0b'), range(0xf0, 0xf9)) ==
          "3cb25f25faacd57a90434f64d0362f2a2d2d0a90cf1a5a4c5db02d56ecc4c5bf");
    CHECK(okm(range(0x60, 0xaf), range(0x00, 0x4f), range(0xb0, 0xff)) ==
          "b11e398dc80327a1c8e7f78c596a49344f012eda2d4efad8a050cc4c19afa97c");
    // Without a salt the function is this very construction.
    CHECK(okm(std::string(32, '\0'), "key", "info") == to_hex(hkdf_sha256("key", "info").reveal()));
}

TEST_CASE("keys derived under two names are two keys") {
    CHECK_FALSE(equal_in_constant_time(hkdf_sha256("key", "one"), hkdf_sha256("key", "two")));
    CHECK_FALSE(equal_in_constant_time(hkdf_sha256("key", "one"), hkdf_sha256("kez", "one")));
}

TEST_CASE("AES-256-GCM gives the octets of the GCM paper's test case 16") {
    const auto key = from_hex("feffe9928665731c6d6a8f9467308308feffe9928665731c6d6a8f9467308308");
    const auto nonce = from_hex("cafebabefacedbaddecaf888");
    const auto plain = from_hex("d9313225f88406e5a55909c5aff5269a86a7a9531534f7da2e4c303d8a318a72"
                                "1c3c0c95956809532fcf0e2449a6b525b16aedf5aa0de657ba637b39");
    const auto associated = from_hex("feedfacedeadbeeffeedfacedeadbeefabaddad2");
    scripted_random random(nonce);

    const aead_key aead{secret{key}};
    const auto sealed = aead.seal(plain, associated, random);
    REQUIRE(sealed);
    CHECK(to_hex(*sealed) == "cafebabefacedbaddecaf888"
                             "522dc1f099567d07f47f37a32a84427d643a8cdcbfe5c0c97598a2bd2555d1aa"
                             "8cb08e48590dbb3da7b08b1056828838c5f61e6393ba7a0abcc9f662"
                             "76fc6ece0f4e1768cddf8853bb2d551b");
    CHECK(aead.open(*sealed, associated) == plain);
}

TEST_CASE("what is sealed opens again, empty and long, and grows by the overhead only") {
    system_random random;
    const auto key = some_key();
    for (const std::size_t size : {0U, 1U, 15U, 16U, 17U, 1000U, 100'000U}) {
        const std::string plain(size, 'p');
        const auto sealed = key.seal(plain, "associated", random);
        REQUIRE(sealed);
        CHECK(sealed->size() == size + aead_key::overhead);
        CHECK(key.open(*sealed, "associated") == plain);
    }
}

TEST_CASE("a sealed text with any one bit changed does not open") {
    system_random random;
    const auto key = some_key();
    const auto sealed = key.seal("attack at dawn", "to the general", random);
    REQUIRE(sealed);
    std::size_t opened = 0;
    for (std::size_t bit = 0; bit < sealed->size() * 8; ++bit) {
        auto changed = *sealed;
        changed[bit / 8] = static_cast<char>(changed[bit / 8] ^ (1 << (bit % 8)));
        if (key.open(changed, "to the general")) ++opened;
    }
    CHECK(opened == 0);
}

TEST_CASE("a sealed text opens with its own associated octets and its own key only") {
    system_random random;
    const auto key = some_key();
    const auto sealed = key.seal("attack at dawn", "to the general", random);
    REQUIRE(sealed);
    CHECK(key.open(*sealed, "to the general"));
    CHECK_FALSE(key.open(*sealed, "to the admiral"));
    CHECK_FALSE(key.open(*sealed, ""));
    const aead_key other{secret{std::string(32, 'o')}};
    CHECK_FALSE(other.open(*sealed, "to the general"));
}

TEST_CASE("a sealed text cut or grown at either end does not open") {
    system_random random;
    const auto key = some_key();
    const auto sealed = key.seal("attack at dawn", "", random);
    REQUIRE(sealed);
    for (std::size_t size = 0; size < sealed->size(); ++size) {
        CHECK_FALSE(key.open(sealed->substr(0, size), ""));
        CHECK_FALSE(key.open(sealed->substr(sealed->size() - size), ""));
    }
    CHECK_FALSE(key.open(*sealed + 'x', ""));
    CHECK_FALSE(key.open('x' + *sealed, ""));
}

TEST_CASE("one text sealed twice is two texts: the nonce is fresh", "[OA21-GEN-04]") {
    system_random random;
    const auto key = some_key();
    CHECK(key.seal("text", "", random) != key.seal("text", "", random));
}

TEST_CASE("nothing is sealed where the random source fails", "[OA21-GEN-04]") {
    scripted_random dry("only eleven");
    CHECK_FALSE(some_key().seal("text", "", dry));
}

TEST_CASE("a key that is not 32 octets long seals and opens nothing") {
    system_random random;
    const auto sealed = some_key().seal("text", "", random);
    REQUIRE(sealed);
    for (const std::size_t size : {0U, 16U, 31U, 33U, 64U}) {
        const aead_key key{secret{std::string(size, 'k')}};
        CHECK_FALSE(key.seal("text", "", random));
        CHECK_FALSE(key.open(*sealed, ""));
    }
}
