// What `signing_key::from_pem` must refuse. The keys were made for these tests and are used
// nowhere.

#include "mcp_oauth/base/signature.hpp"

#include "support/catch.hpp"

using namespace mcp_oauth;

namespace {

struct refused {
    const char* what;
    const char* pem;
};

// The passphrase of the encrypted one is "x".
constexpr refused not_ours[] = {
    {"a key on P-384", "-----BEGIN PRIVATE KEY-----\n"
                       "MIG2AgEAMBAGByqGSM49AgEGBSuBBAAiBIGeMIGbAgEBBDD8XeSX1f2/z8/HbeO/\n"
                       "YZyj9fNU/YJUUgs/1zPAksKU3ZSggiwA4uyvUdFKc34HFcehZANiAAScMAdD6mN1\n"
                       "3eKWbwV0Bxe+K7Oh58JAcVwSCn5B/5LLE8W4ANDC9kQQug7ZgEO4nS+4SwEHJxab\n"
                       "fIEz95gwhIhDBaqVQ8qMj4gsOmyBP1a8D0qIOjzbnRJpNU+s6Wxj7L4=\n"
                       "-----END PRIVATE KEY-----\n"},
    {"a key on secp256k1, of the same size",
     "-----BEGIN PRIVATE KEY-----\n"
     "MIGEAgEAMBAGByqGSM49AgEGBSuBBAAKBG0wawIBAQQgJg7AWVOF7cFiykgZPngy\n"
     "xpbGl352LOJcLzR7+eJ8sVmhRANCAAR9/gGabptecbX3QVS3iqtcBWmXsZVbL6O3\n"
     "j0oROrJQ1vBOQWsjVN6+wQ1TB/nOTJWEn3h7eVkO8Z26qVtgE7qa\n"
     "-----END PRIVATE KEY-----\n"},
    {"an Ed25519 key", "-----BEGIN PRIVATE KEY-----\n"
                       "MC4CAQAwBQYDK2VwBCIEIAaN+i2v/+iuJtqMWdFTz4hq/v21n8j/1qXzFl7nhgqW\n"
                       "-----END PRIVATE KEY-----\n"},
    {"a pair whose public half is another key's",
     "-----BEGIN PRIVATE KEY-----\n"
     "MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgjpsQnnGQmL+YBIff\n"
     "H1136cspYG6+0iY7X1fCE9+E9LKhRANCAARyN4IASKsJzc+KIm8ImRAbf71Zh0Zb\n"
     "2pPlwq0lFa5oWdHNIyAQtLMNeKYjT3K3tAokiekota2n9zQHSPKgiChV\n"
     "-----END PRIVATE KEY-----\n"},
    {"an encrypted key", "-----BEGIN ENCRYPTED PRIVATE KEY-----\n"
                         "MIHsMFcGCSqGSIb3DQEFDTBKMCkGCSqGSIb3DQEFDDAcBAhmGWsZ62HbSQICCAAw\n"
                         "DAYIKoZIhvcNAgkFADAdBglghkgBZQMEASoEEA0q/kRfke1Vsx1g8apQPMUEgZC7\n"
                         "NxnHrrx2loUTu117beES0Q1ddDPIEtH0hHwSV0V8jTesFZwh7nlt57+CTJMRAAU0\n"
                         "YBPft4ZyDnhVXUP44ctON0KHTX67taLa1jjaCS2FcF+8nalVHN3r8SA+OK/rqCc9\n"
                         "ax6cim/6AheAh55x5p8oPvwxEwEfeh9xMrRxvnwzqxmCY6HHmZlZtL4qzEZE6mY=\n"
                         "-----END ENCRYPTED PRIVATE KEY-----\n"},
    {"a public key", "-----BEGIN PUBLIC KEY-----\n"
                     "MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEf83OJ3D2xF1Bg8vub9tLe1gHMzV7\n"
                     "6e8Tus9uPHvRVEXH8UTNG72bfocs3+257rn0s2ldbqkLJK2KRiMohYjlrQ==\n"
                     "-----END PUBLIC KEY-----\n"},
    {"nothing", ""},
    {"no PEM", "not a key"},
    {"an empty block", "-----BEGIN PRIVATE KEY-----\n-----END PRIVATE KEY-----\n"},
};

} // namespace

TEST_CASE("RFC 8725 §3.1: only a P-256 private key becomes a signing key", "[JOSE-20]") {
    for (const auto& row : not_ours) {
        INFO(row.what);
        CHECK_FALSE(signing_key::from_pem(row.pem));
    }
}

TEST_CASE("a PEM text cut short anywhere is refused") {
    const auto whole = signing_key::generate_es256()->to_pem();
    const auto text = whole.reveal();
    // Without its last newline, the text is still whole.
    for (std::size_t size = 0; size + 1 < text.size(); ++size)
        CHECK_FALSE(signing_key::from_pem(text.substr(0, size)));
}
