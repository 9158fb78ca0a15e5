// RSA signatures that OpenSSL's command line made over "text", under a key that is used nowhere:
// with the parameters of RFC 7518, and with others that a careless verifier would take.

#include "mcp_oauth/base/signature.hpp"

#include <string>

#include "hex.hpp"
#include "support/catch.hpp"

using namespace mcp_oauth;

namespace {

constexpr auto public_pem = "-----BEGIN PUBLIC KEY-----\n"
                            "MIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8AMIIBCgKCAQEA2QsTMNUXJt65d24L/Kpa\n"
                            "gnUTsfWh6UXK4pkOkqbPpoh/AHT806o/oYchwEeTqawMUM0tWsuc2YZSQSwpPm+2\n"
                            "541E0ab+BGqhz2O2vNGOCp08F4+wmmd1Jq648K2Osb3OhIiq8DjgcWUbcV9MCLeJ\n"
                            "qGZVFKUw4RycnQZBsxnTklBtFoASvZvbjPZ9OLT4g6gSPj5lL9YGAXnx+S2+bEhJ\n"
                            "mUFzQl2wGznXV3a9QBb+TDh5eOHq7Zd6MUE4xC7D2DYlIP0ro2ImNp4NiCukodxc\n"
                            "Ab66f4gwZ6AElnj4q+bhbV9Vghn9+xb7HAih+WrvkmokW04PwLyh2742R2racXr4\n"
                            "EQIDAQAB\n"
                            "-----END PUBLIC KEY-----\n";

constexpr auto pss_with_salt_of_32 =
    "4d8935df5ee13012f1a5d8c5bff20fe98e0e93b2b72888573532912f7963a1d80e7df02a3d48"
    "0938a79229f50d445f649b3cd2f83f93509227d6a79325d4792718e24723a68180249635b614"
    "f52427ccff08f437add6f0a36f512b752af6beaf737af01238dbce38ed02df960df2ce81a247"
    "e15c39da8bb5d3cd401149e17323d807b1b45af27bc88317bdf293e8fe0ea6dc97a39a1820e9"
    "62243931c8e49df6ffcdbc12fa4f6efd58ff5a7962b3e080e5e340cb92469ee4ff3bdb83ade2"
    "0dddc2ab58efb48e7166808fd45a1b840702af6db9975f9baaf3da4b2b70a090efeb54a875d9"
    "306e25f753937c4c765853ce3a40cc6d96683cedc3b0424ed4d16cf9";
constexpr auto pss_with_salt_of_20 =
    "d04113339377042736705d846ef9be89dc08299f4256874abe67f163b0cdaf4b14af0c1ea5d5"
    "0e121df1713f89e69317c5246af109540dc2cd23e943a407b31079e62301c5080517826ce651"
    "f14f92385c103b941f06495f344fd162306ad2c404128c21d26fe5f71b11e143af06ec7a306d"
    "51faf718ae50a7fb2a3fe92dbf1275b47089087aef4b1b55dfe06a0d4cf72c90a6bd4b98a0f2"
    "60c2d219e5c071b307fe0e1d299238fad470771e932c675701ba6d5f6e6eea5013eddfb3c27d"
    "bc19de439943dd648928862d2069606495e4a5cd3e1f4e7b0c61956a6546fe95be9b0deb080b"
    "c0b7f4b132c91623271dc910e0eec3948cb6b97bdaa02bae4c18aa62";
constexpr auto pss_without_salt =
    "d2dc1180b750c3c972587d71b2f07d2338e1842a1b0de93f5ab77b992f0dd98236579552f4c6"
    "d89d5a561a77589a654329e29f59031aed5c95bc15daa4f899fff73d2dcde2746829caebabbb"
    "0bfbccb853fc4629a13d590a7263f597ef33492abad3b17fb80b9a73f11e54c7647f75ec00d7"
    "46729c742b2eb83ae5e14ee668ca1c328145fc7bcb368522cc61d7059b89ab09ca139a2ee0ce"
    "98aacf879e0f41a842ebc0ddbc5680cc931c0a8c0479dff948950fc8e1f8169573b34d1cb745"
    "5cf959310a4ef31e4943daae042386f3c581fad2abff8608efbc41c6d07e2a799955ccd5e258"
    "e76acd59713ff3b75a4c70ec53cfa890fe9bb2f6df7555bd7a7f09d6";
constexpr auto pss_with_longest_salt =
    "3db7795d624e73480452e9d55ebf95f14de051ab5f45626861f4d6dd3e3298522b44c9017caa"
    "92bd22b49b5ce05fca174e860a614f1d5dc32c0a9b8ad80c85875480496a6ba835b815f4f52c"
    "7c8c7776e8912e36ed72508115745a2011b9b7a7dcb1c4daf82e8ac4f40636ff7e906fbd365f"
    "15b0e9b0936d1909ac270ffaabae8581713f4d7fa46e01cd901ab0b7d3289d54a5f7754268be"
    "0597378a0813bb84a4ed28a91fb9804e116180ad4400a680c017b8ccba41de81c13d385912c0"
    "bb74cf5b2b394eb6a26378af9b56a697e971cae2593a024253e0b37bd52929f8d4e36fd6a078"
    "2041726e2a499182333991eee2d996186f03b25e33587446ee110019";
constexpr auto pss_with_mgf1_of_sha1 =
    "0d61418f12a46bcf9c31c4eb07b42f9496aa482d3aea285ae6727eb3c99163b187f80cffe1ac"
    "57cf3f8500777d6d3a71539866ca983c89c99571b62eff9567c5c72c8ab7aa818c63b08426a0"
    "4f87fb80aae1a036c34a5a15715f0b39fac6f545aac9ed6e83ae43081f3febfa8874504136d5"
    "2f6bb8b59f06e1cbaaad17d326a66e1660c34b29be7279d17027393e5cf70a355605524ef69c"
    "4de54f4aa847e17a2a9482188a71f4bf485ca2b2bfb36e42f21a3f6b4f3faabf220fbd2791fa"
    "66074e6600d38b87be458a33df65b291330a60c367df4fa568bb42e4483f30517b06db4591fb"
    "b795fbdaa0b144033fe46ae30b50af486d670ed9b3add676129b86f7";
constexpr auto pkcs1_v1_5 =
    "b8805754c80effa2183f4a27af1e02f4c45fa9709a9592032e2f2bb9737dca59ccee794b2ba1"
    "454f709f1ea75b526f103d102d76ffa7e7b88601123348a7c2f0685825b1e203d725ae68abf9"
    "79b6a46a6564dadda7c4e76d3e84910eb9cba535e9f872218f1cb9720b34266edd9ab171c3d3"
    "70212b6bd134aae16048f053c1545bd01b20ddeb3a06241f5b767bad66fc3b0a832e965e2169"
    "4dc89c9e9c8d96e176306f09cf90c5c2634a54582fafbf8e8b368c0ee7b86936f69a2d56ea36"
    "7c15f3e60fe62a72764168ac2c8733a664382eaa989aeb8cef171bfca5097f4625a3607c9297"
    "70a417591fc8260edf42ed4130d4cee6772a0a6363d11d81024ce26b";

// Modulo each small prime that tells them apart, a power of 65537; the last octet makes it so.
constexpr auto of_the_factorable_kind =
    "8000000000000000000000000000000000000000000000000000000000000000000000000000"
    "0000000000000000000000000000000000000000000000000000000000000000000000000000"
    "0000000000000000000000000000000000000000000000000000000000000000000000000000"
    "0000000000000000000000000000000000000000000000000000000000000000000000000000"
    "0000000000000000000000000000000000000000000000000000000000000000000000000000"
    "0000000000000000000000000000000000000000000000000000000000000000000000000000"
    "000000000000000001b763a7168528d82132449ad77ee70cb4c5a067";

} // namespace

TEST_CASE("RFC 7518 §3.5: PS256 has a salt as long as the hash, and MGF1 with the same hash",
          "[JOSE-10]") {
    const auto key = verification_key::from_pem(public_pem, signature_algorithm::ps256);
    REQUIRE(key);
    CHECK(key->algorithm() == signature_algorithm::ps256);
    CHECK(key->verify("text", from_hex(pss_with_salt_of_32)));
    for (const auto other : {pss_with_salt_of_20, pss_without_salt, pss_with_longest_salt,
                             pss_with_mgf1_of_sha1, pkcs1_v1_5})
        CHECK_FALSE(key->verify("text", from_hex(other)));
}

TEST_CASE("RFC 8725 §3.1: an RSA key for RS256 takes no PSS signature, and the reverse",
          "[JBCP-02][ATK-JW-03]") {
    const auto key = verification_key::from_pem(public_pem, signature_algorithm::rs256);
    REQUIRE(key);
    CHECK(key->verify("text", from_hex(pkcs1_v1_5)));
    CHECK_FALSE(key->verify("text", from_hex(pss_with_salt_of_32)));
    CHECK(verification_key::rs256(key->n(), key->e())->verify("text", from_hex(pkcs1_v1_5)));
}

TEST_CASE("a public key in PEM is one for its own kind of algorithm, and whole", "[JBCP-02]") {
    for (const auto other :
         {signature_algorithm::es256, signature_algorithm::es384, signature_algorithm::eddsa})
        CHECK_FALSE(verification_key::from_pem(public_pem, other));
    const std::string whole{public_pem};
    for (std::size_t size = 0; size + 1 < whole.size(); ++size)
        CHECK_FALSE(verification_key::from_pem(whole.substr(0, size), signature_algorithm::rs256));
}

TEST_CASE("CVE-2017-15361: a modulus of the kind that can be factored makes no key",
          "[JOSE-20][ATK-JW-07]") {
    const auto exponent = from_hex("010001");
    auto n = from_hex(of_the_factorable_kind);
    CHECK_FALSE(verification_key::rs256(n, exponent));
    CHECK_FALSE(verification_key::ps256(n, exponent));
    n.back() = static_cast<char>(n.back() ^ 2);
    CHECK(verification_key::rs256(n, exponent));
}
