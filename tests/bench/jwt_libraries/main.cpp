// Validation of one access token by this library and by those that were found beside it: signature,
// `alg`, `iss`, `aud`, `exp`, scope. Each is measured against the bare signature check of the same
// octets, in turns.

#include <cstdio>
#include <cstdlib>
#include <string>
#include <vector>

#include <openssl/evp.h>
#include <openssl/pem.h>

#include "../bare_verification.hpp"
#include "../bench.hpp"
#include "../deployment.hpp"
#include "mcp_oauth/rfc/7515_jws.hpp"
#include "mcp_oauth/rfc/9068_jwt_access_token.hpp"
#include "validator.hpp"

namespace {

using namespace mcp_oauth;

constexpr const char* issuer = "https://as.example";
constexpr const char* audience = "https://as.example/mcp";

class this_library final : public bench::validator {
public:
    explicit this_library(const verification_key& key) : keys_(key_set::of({key})) {}
    bool accepts(const std::string& token) const override {
        const access_token_expectations expected{issuer, resource_, system_clock{}.now()};
        const auto verified = verify_access_token(token, keys_, expected);
        return verified && verified->claims().scope.contains("mcp");
    }

private:
    resource_identifier resource_ = *resource_identifier::parse(audience);
    key_set keys_;
};

std::string public_pem(const signing_key& key) {
    const auto pem = key.to_pem();
    BIO* in = BIO_new_mem_buf(pem.reveal().data(), static_cast<int>(pem.reveal().size()));
    EVP_PKEY* parsed = PEM_read_bio_PrivateKey(in, nullptr, nullptr, nullptr);
    BIO* out = BIO_new(BIO_s_mem());
    PEM_write_bio_PUBKEY(out, parsed);
    char* text = nullptr;
    const auto size = BIO_get_mem_data(out, &text);
    std::string written(text, static_cast<std::size_t>(size));
    BIO_free(out);
    EVP_PKEY_free(parsed);
    BIO_free(in);
    return written;
}

std::string public_jwk(const signing_key& key) {
    const auto set = key_set::of({key.public_key()}).text();
    return set.substr(set.find('[') + 1, set.rfind(']') - set.find('[') - 1);
}

// The same claims under a header whose `typ` is `JWT`, for a library that takes no other.
std::string typed_jwt(const signing_key& key, const std::string& token) {
    const auto parts = *compact_jws::split(token);
    const auto kid = key_set::of({key.public_key()}).keys().front().kid;
    const auto input =
        encoded_jose_header("JWT", key.algorithm(), kid) + '.' + std::string{parts.payload};
    return finish_jws(input, *key.sign(input));
}

struct entrant {
    const char* library;
    std::unique_ptr<bench::validator> by;
};

std::vector<entrant> entrants(const signing_key& key) {
    const bench::validation_terms terms{std::string{name(key.algorithm())},
                                        public_pem(key),
                                        public_jwk(key),
                                        issuer,
                                        audience,
                                        "mcp"};
    std::vector<entrant> all;
    all.push_back({"mcp-oauth", std::make_unique<this_library>(key.public_key())});
#ifdef BENCH_CJOSE
    all.push_back({"cjose " BENCH_CJOSE, bench::make_cjose_validator(terms)});
#endif
#ifdef BENCH_LIBJWT
    all.push_back({"libjwt " BENCH_LIBJWT, bench::make_libjwt_validator(terms)});
#endif
#ifdef BENCH_CPP_JWT
    all.push_back({"cpp-jwt " BENCH_CPP_JWT, bench::make_cpp_jwt_validator(terms)});
#endif
    return all;
}

void measure(const entrant& each, const signing_key& key, const std::string& at_jwt) {
    const std::string alg{name(key.algorithm())};
    if (!each.by) {
        std::printf("%-16s %-6s not offered\n", each.library, alg.c_str());
        return;
    }
    const bool takes_at_jwt = each.by->accepts(at_jwt);
    const auto token = takes_at_jwt ? at_jwt : typed_jwt(key, at_jwt);
    // Whoever compares has to be sure that each of them does verify.
    auto forged = token;
    auto& inside_signature = forged[forged.rfind('.') + 20];
    inside_signature = inside_signature == 'A' ? 'B' : 'A';
    if (!each.by->accepts(token) || each.by->accepts(forged)) {
        std::printf("%-16s %-6s not offered\n", each.library, alg.c_str());
        return;
    }
    const bench::bare_verification bare{key, token};
    const auto [validated, signature] = bench::compare<bench::cpu_clock>(
        [&] {
            if (!each.by->accepts(token)) std::abort();
        },
        [&] { bare(); });
    std::printf("%-16s %-6s %-7s %9.2f us %9.2f us   ratio %.3f   difference %+8.2f us\n",
                each.library, alg.c_str(), takes_at_jwt ? "at+jwt" : "JWT", validated.microseconds,
                signature.microseconds, signature.microseconds / validated.microseconds,
                validated.microseconds - signature.microseconds);
}

} // namespace

int main() {
    std::printf("%-16s %-6s %-7s %12s %12s\n", "library", "alg", "typ", "validation", "bare check");
    using algorithm = signature_algorithm;
    for (const auto each : {algorithm::es256, algorithm::eddsa, algorithm::rs256}) {
        const bench::deployment d{policy::strict(), each};
        const auto token = bench::deployment::member(d.redeem(d.code()), "access_token");
        for (const auto& one : entrants(d.key)) measure(one, d.key, token);
    }
}
