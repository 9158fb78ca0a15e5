// What is the same for every algorithm, and what is not for RSA, P-384 and Ed25519. ES256 has
// signature_es256_test.cpp to itself.

#include "mcp_oauth/base/signature.hpp"

#include <atomic>
#include <thread>
#include <vector>

#include "hex.hpp"
#include "support/catch.hpp"

using namespace mcp_oauth;

namespace {

constexpr signature_algorithm all[] = {signature_algorithm::es256, signature_algorithm::es384,
                                       signature_algorithm::eddsa, signature_algorithm::rs256,
                                       signature_algorithm::ps256};

// One for each algorithm, made once in a run.
const signing_key& key_for(signature_algorithm algorithm) {
    static const auto keys = [] {
        std::vector<signing_key> made;
        for (const auto each : all) made.push_back(*signing_key::generate(each));
        return made;
    }();
    return keys.at(static_cast<std::size_t>(algorithm));
}

std::optional<verification_key> with_numbers_of(const verification_key& key,
                                                signature_algorithm algorithm) {
    switch (algorithm) {
    case signature_algorithm::es256: return verification_key::es256(key.x(), key.y());
    case signature_algorithm::es384: return verification_key::es384(key.x(), key.y());
    case signature_algorithm::eddsa: return verification_key::eddsa(key.x());
    case signature_algorithm::rs256: return verification_key::rs256(key.n(), key.e());
    case signature_algorithm::ps256: return verification_key::ps256(key.n(), key.e());
    }
    return std::nullopt;
}

bool is_rsa(signature_algorithm a) {
    return a == signature_algorithm::rs256 || a == signature_algorithm::ps256;
}

std::size_t octets_of_signature(signature_algorithm a) {
    if (is_rsa(a)) return 256;
    return a == signature_algorithm::es384 ? 96 : 64;
}

// An odd number of that many bits. It is no product of two primes, which nobody can see quickly.
std::string modulus(std::size_t bits) {
    std::string n((bits + 7) / 8, '\x5A');
    n.front() = static_cast<char>(1U << ((bits - 1) % 8));
    n.back() = '\x55';
    return n;
}

const std::string e65537 = from_hex("010001");

} // namespace

TEST_CASE("what a key signs its public half verifies, in the length of its algorithm",
          "[JOSE-07][JOSE-10][JOSE-11]") {
    for (const auto algorithm : all) {
        const auto& key = key_for(algorithm);
        CHECK(key.algorithm() == algorithm);
        CHECK(key.public_key().algorithm() == algorithm);
        for (const std::string& text :
             {std::string{}, std::string{"text"}, std::string(9000, 'x')}) {
            const auto signature = key.sign(text);
            REQUIRE(signature);
            CHECK(signature->size() == octets_of_signature(algorithm));
            CHECK(key.public_key().verify(text, *signature));
            CHECK(key.public_key().verify(text, *signature)); // the key is not used up
            CHECK_FALSE(key.public_key().verify(text + '.', *signature));
        }
        CHECK_FALSE(signing_key::generate(algorithm)->public_key().verify("t", *key.sign("t")));
    }
}

TEST_CASE("a signature with one bit changed, or of another length, is refused",
          "[JOSE-07][ATK-JW-07]") {
    for (const auto algorithm : all) {
        const auto& key = key_for(algorithm);
        const auto right = *key.sign("text");
        for (std::size_t bit = 0; bit < right.size() * 8; bit += 7) {
            auto wrong = right;
            wrong[bit / 8] = static_cast<char>(wrong[bit / 8] ^ (1 << (bit % 8)));
            CHECK_FALSE(key.public_key().verify("text", wrong));
        }
        for (std::size_t size = 0; size < right.size(); ++size)
            CHECK_FALSE(key.public_key().verify("text", right.substr(0, size)));
        CHECK_FALSE(key.public_key().verify("text", right + '\0'));
        CHECK_FALSE(key.public_key().verify("text", '\0' + right));
        CHECK_FALSE(key.public_key().verify("text", std::string(right.size(), '\0')));
        CHECK_FALSE(key.public_key().verify("text", std::string(right.size(), '\xFF')));
    }
}

TEST_CASE("RFC 8725 §3.1: the same numbers for another algorithm make another key",
          "[JBCP-02][ATK-JW-03]") {
    for (const auto from : all)
        for (const auto to : all) {
            const auto other = with_numbers_of(key_for(from).public_key(), to);
            if (from == to) {
                REQUIRE(other);
                CHECK(other->verify("text", *key_for(from).sign("text")));
            } else if (is_rsa(from) && is_rsa(to)) {
                REQUIRE(other);
                CHECK_FALSE(other->verify("text", *key_for(from).sign("text")));
            } else if (!(from == signature_algorithm::es256 && to == signature_algorithm::eddsa)) {
                CHECK_FALSE(other); // 32 octets of any kind may be an Ed25519 key
            }
        }
}

TEST_CASE("RFC 7518 §3.3: an RSA modulus has 2048 bits or more, and not more than 8192",
          "[JOSE-08][JOSE-20]") {
    for (const auto make : {verification_key::rs256, verification_key::ps256}) {
        CHECK(make(modulus(2048), e65537));
        CHECK(make(modulus(2049), e65537));
        CHECK(make(modulus(4096), e65537));
        CHECK(make(modulus(8192), e65537));
        for (const std::size_t bits : {1U, 512U, 1024U, 2040U, 2047U, 8193U, 16384U})
            CHECK_FALSE(make(modulus(bits), e65537));
        CHECK_FALSE(make({}, e65537));
        CHECK_FALSE(make(std::string(256, '\0'), e65537));
        auto even = modulus(2048);
        even.back() = '\x54';
        CHECK_FALSE(make(even, e65537));
        // Zero octets in front count for nothing, neither for the size nor for the key's name.
        CHECK_FALSE(make(std::string(200, '\0') + modulus(1024), e65537));
        CHECK(make('\0' + modulus(2048), '\0' + e65537)->n() == modulus(2048));
        CHECK(make('\0' + modulus(2048), '\0' + e65537)->e() == e65537);
    }
}

TEST_CASE("RFC 7518 §3.3: an RSA key of 1024 bits in PEM neither signs nor verifies", "[JOSE-08]") {
    // Made by OpenSSL's command line, and used nowhere.
    constexpr auto private_pem =
        "-----BEGIN PRIVATE KEY-----\n"
        "MIICeAIBADANBgkqhkiG9w0BAQEFAASCAmIwggJeAgEAAoGBAMpgsqboY4TpY3kw\n"
        "v8FWapxqFbJQ/5cGYAVuswBpnyKMgZ99TK8idBHvLz+3uSQ4qE8GiMiamjwzmm8V\n"
        "XGMiP6LlWmw/F1b4WWJymnzHEy2ius7eLreLc/++2HeNNsi7k0jSGwR0WuKadVdu\n"
        "0cBnc6BCd9rYir4O/L4OFrgkzdtnAgMBAAECgYBhKeX8PqyxPoCUyfP2ti+/YyuB\n"
        "jmP4NYZadViZxRwzMTR2x2jO2QLTLXwI4oOQQWeFcYSwk5Gjf78QwDe4HNRh3TCA\n"
        "1fJjgyhOFlU2WdiJFgNn4Gcl7Q4S3E0mGWYd5cD16+a1DXx5ePhJX99/qceNrDjq\n"
        "Ewu9xhtxXeZ+VX1NMQJBAPJGUz9XfK5xjIl00fz/c0PZcY6Q76gjShFQqthVgBos\n"
        "Et3jJZ6hQ/m89TQSE5P83LhSXllUXWKEyDJCqhKdYE8CQQDV18Cnh1gh3JCxQA4K\n"
        "TcNIgql9epkUaorQcSuLMokoiRmVtH+Z43KApmZ5pjzOlrPB8EIOYi72vZe/G/vQ\n"
        "XzVpAkEAh1PO5j+5Djuw04rkTJxnxwtricXdiB6GHdvgQkyn7HaX50cc2Vmc/Z+V\n"
        "m4tJUk1ZAMBJoT4ll4UxyhlApHsxswJBALYsOkS+CXe3ZlCKKCvg+WdRYMCz66s3\n"
        "5JAUiSrpX2139qLRhQ79c/NjTtN9qjm4quSiIDQOssGi3J6DYW+vXFkCQQC55fsg\n"
        "Y64wR6qZw5PbscgMQNXibvU89lgbMLQNLZc15SXAt9rsykC1dofqTNkEtqZFm7fG\n"
        "yKuAf5HNLDvsYVMt\n"
        "-----END PRIVATE KEY-----\n";
    constexpr auto public_pem = "-----BEGIN PUBLIC KEY-----\n"
                                "MIGfMA0GCSqGSIb3DQEBAQUAA4GNADCBiQKBgQDKYLKm6GOE6WN5ML/BVmqcahWy\n"
                                "UP+XBmAFbrMAaZ8ijIGffUyvInQR7y8/t7kkOKhPBojImpo8M5pvFVxjIj+i5Vps\n"
                                "PxdW+Flicpp8xxMtorrO3i63i3P/vth3jTbIu5NI0hsEdFrimnVXbtHAZ3OgQnfa\n"
                                "2Iq+Dvy+Dha4JM3bZwIDAQAB\n"
                                "-----END PUBLIC KEY-----\n";
    for (const auto algorithm : {signature_algorithm::rs256, signature_algorithm::ps256}) {
        CHECK_FALSE(signing_key::from_pem(private_pem, algorithm));
        CHECK_FALSE(verification_key::from_pem(public_pem, algorithm));
    }
}

TEST_CASE("RFC 8725 §3.4: an RSA exponent is odd, above 1, and of 32 bits or fewer",
          "[JOSE-20][JBCP-11]") {
    const auto n = modulus(2048);
    for (const auto good : {"03", "05", "11", "010001", "010003", "ffffffff", "00000003"})
        CHECK(verification_key::rs256(n, from_hex(good)));
    for (const auto bad : {"", "00", "01", "0001", "02", "04", "010000", "fffffffe", "0100000001",
                           "ffffffffffffffff"}) {
        CAPTURE(bad);
        CHECK_FALSE(verification_key::rs256(n, from_hex(bad)));
    }
    CHECK_FALSE(verification_key::rs256(n, n));
}

TEST_CASE("with an exponent of 1 the padding would be its own signature, so there is no such key",
          "[JOSE-20][ATK-JW-07]") {
    const auto& key = key_for(signature_algorithm::rs256).public_key();
    CHECK_FALSE(verification_key::rs256(key.n(), "\x01"));
    CHECK_FALSE(verification_key::ps256(key.n(), "\x01"));
}

TEST_CASE("RFC 8037 §2: an Ed25519 key has 32 octets, and no small order", "[JOSE-11][JOSE-20]") {
    const auto good = from_hex("d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a");
    CHECK(verification_key::eddsa(good));
    for (std::size_t size = 0; size < 32; ++size)
        CHECK_FALSE(verification_key::eddsa(good.substr(0, size)));
    CHECK_FALSE(verification_key::eddsa(good + '\0'));
    for (const auto point : {"0000000000000000000000000000000000000000000000000000000000000000",
                             "0000000000000000000000000000000000000000000000000000000000000080",
                             "0100000000000000000000000000000000000000000000000000000000000000",
                             "0100000000000000000000000000000000000000000000000000000000000080",
                             "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
                             "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
                             "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
                             "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
                             "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
                             "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05",
                             "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc85",
                             "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a",
                             "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac03fa"}) {
        CAPTURE(point);
        CHECK_FALSE(verification_key::eddsa(from_hex(point)));
    }
}

TEST_CASE("RFC 8032 §7.1: the first test vector, signed and verified", "[JOSE-11]") {
    const auto x = from_hex("d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a");
    const auto signature =
        from_hex("e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb882159"
                 "0a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b");
    private_numbers numbers;
    numbers.d =
        secret{from_hex("9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60")};
    const auto public_half = verification_key::eddsa(x);
    REQUIRE(public_half);
    CHECK(public_half->verify("", signature));
    const auto key = signing_key::from_numbers(*public_half, numbers);
    REQUIRE(key);
    CHECK(key->sign("") == signature); // Ed25519 is deterministic
}

TEST_CASE("a private key goes through PEM and through its numbers, and comes back the same") {
    for (const auto algorithm : all) {
        const auto& key = key_for(algorithm);
        const auto pem = key.to_pem();
        CHECK(pem.reveal().substr(0, 28) == "-----BEGIN PRIVATE KEY-----\n");
        const auto numbers = key.numbers();
        REQUIRE(numbers);
        CHECK(numbers->p.empty() != is_rsa(algorithm));
        for (const auto& back : {signing_key::from_pem(pem.reveal(), algorithm),
                                 signing_key::from_numbers(key.public_key(), *numbers)}) {
            REQUIRE(back);
            CHECK(back->algorithm() == algorithm);
            CHECK(key.public_key().verify("text", *back->sign("text")));
            CHECK(equal_in_constant_time(back->to_pem(), pem));
        }
    }
}

TEST_CASE("RFC 8725 §3.1: PEM of another kind of key is none for this algorithm",
          "[JBCP-02][JOSE-20]") {
    for (const auto from : all)
        for (const auto to : all) {
            const bool suits = from == to || (is_rsa(from) && is_rsa(to));
            CHECK(signing_key::from_pem(key_for(from).to_pem().reveal(), to).has_value() == suits);
        }
}

TEST_CASE("halves that do not belong together make no key", "[JOSE-20]") {
    for (const auto algorithm : all) {
        const auto other = *signing_key::generate(algorithm);
        CHECK_FALSE(signing_key::from_numbers(other.public_key(), *key_for(algorithm).numbers()));
        CHECK_FALSE(signing_key::from_numbers(other.public_key(), {}));
        auto wrong = *other.numbers();
        wrong.d = secret{std::string(wrong.d.reveal().size(), '\x01')};
        CHECK_FALSE(signing_key::from_numbers(other.public_key(), wrong));
    }
    auto wrong = *key_for(signature_algorithm::rs256).numbers();
    wrong.qi = wrong.dp.clone();
    CHECK_FALSE(signing_key::from_numbers(key_for(signature_algorithm::rs256).public_key(), wrong));
}

TEST_CASE("a key that is held elsewhere has a public half, and neither signs nor is written") {
    for (const auto algorithm : all) {
        const auto key = signing_key::held_elsewhere(key_for(algorithm).public_key());
        CHECK(key.is_held_elsewhere());
        CHECK_FALSE(key_for(algorithm).is_held_elsewhere());
        CHECK(key.algorithm() == algorithm);
        CHECK(key.public_key().verify("text", *key_for(algorithm).sign("text")));
        CHECK_FALSE(key.sign("text"));
        CHECK(key.to_pem().empty());
        CHECK_FALSE(key.numbers());
    }
}

TEST_CASE("RFC 7518 §3.4: what a key service returns in DER is turned into R || S", "[JOSE-07]") {
    const auto r = std::string(31, '\x11');
    const auto s = '\x80' + std::string(31, '\x22');
    const auto der = from_hex("3044"
                              "021f") +
                     r + from_hex("022100") + s;
    CHECK(ecdsa_signature_from_der(signature_algorithm::es256, der) == '\0' + r + s);
    CHECK(ecdsa_signature_from_der(signature_algorithm::es384, der) ==
          std::string(17, '\0') + r + std::string(16, '\0') + s);
    for (std::size_t size = 0; size < der.size(); ++size)
        CHECK_FALSE(ecdsa_signature_from_der(signature_algorithm::es256, der.substr(0, size)));
    CHECK_FALSE(ecdsa_signature_from_der(signature_algorithm::es256, der + '\0'));
    CHECK_FALSE(ecdsa_signature_from_der(signature_algorithm::es256, from_hex("3006020101020180")));
    // A number that is not as short as it can be, one without digits, a length in the long form, a
    // third number, and another type in place of a number.
    for (const auto* const hex : {"300702020001020101", "30050200020101", "308106020101020101",
                                  "3009020101020101020101", "3006040101020101"})
        CHECK_FALSE(ecdsa_signature_from_der(signature_algorithm::es256, from_hex(hex)));
    CHECK_FALSE(ecdsa_signature_from_der(signature_algorithm::eddsa, der));
    CHECK_FALSE(ecdsa_signature_from_der(signature_algorithm::rs256, der));
    const auto long_der = from_hex("3026"
                                   "0221") +
                          '\x01' + std::string(32, '\0') + from_hex("020101");
    CHECK_FALSE(ecdsa_signature_from_der(signature_algorithm::es256, long_der));
    CHECK(ecdsa_signature_from_der(signature_algorithm::es384, long_der));
}

TEST_CASE("many threads sign and verify with one key of each algorithm", "[threads]") {
    std::atomic<int> verified{0};
    std::vector<std::thread> threads;
    for (const auto algorithm : all) key_for(algorithm);
    for (int t = 0; t < 4; ++t)
        threads.emplace_back([&verified] {
            for (int i = 0; i < 10; ++i)
                for (const auto algorithm : all) {
                    const auto signature = key_for(algorithm).sign("text");
                    if (signature && key_for(algorithm).public_key().verify("text", *signature))
                        ++verified;
                }
        });
    for (auto& thread : threads) thread.join();
    CHECK(verified == 200);
}
