// Validating an access token, all its claims included, against the bare signature check of the same
// octets.

#include <cstdio>
#include <cstdlib>
#include <new>
#include <string>
#include <thread>
#include <vector>

#include "bare_verification.hpp"
#include "bench.hpp"
#include "deployment.hpp"
#include "mcp_oauth/rfc/7515_jws.hpp"
#include "mcp_oauth/rfc/9068_jwt_access_token.hpp"

namespace {
// Of this thread, not an atomic one of all: twenty such additions would be a twentieth of what is
// measured beside the signature.
thread_local std::size_t allocations = 0;
} // namespace

// Counts what C++ allocates; OpenSSL has an allocator of its own.
void* operator new(std::size_t size) {
    ++allocations;
    if (void* at = std::malloc(size)) return at;
    throw std::bad_alloc{};
}
void operator delete(void* at) noexcept { std::free(at); }
void operator delete(void* at, std::size_t) noexcept { std::free(at); }

namespace bench {
namespace {

using namespace mcp_oauth;

class validation_of {
public:
    validation_of(const signing_key& key, std::string token)
        : keys_(key_set::of({key.public_key()})), token_(std::move(token)) {}
    void operator()() const {
        const access_token_expectations expected{"https://as.example", resource_,
                                                 system_clock{}.now(), seconds{0}};
        if (!verify_access_token(token_, keys_, expected)) std::abort();
    }

private:
    resource_identifier resource_ = *resource_identifier::parse("https://as.example/mcp");
    key_set keys_;
    std::string token_;
};

// The same token as another issuer would write it: its header has to be parsed.
std::string reworded(const signing_key& key, const std::string& token) {
    const auto parts = *compact_jws::split(token);
    const auto ours = *decode_base64url(parts.header);
    const auto kid = ours.substr(ours.find(R"("kid")"), ours.size() - ours.find(R"("kid")") - 1);
    const auto input = base64url("{" + kid + R"(,"alg":")" + std::string{name(key.algorithm())} +
                                 R"(","typ":"at+jwt"})") +
                       '.' + std::string{parts.payload};
    return finish_jws(input, *key.sign(input));
}

// What one call costs where two threads make it at once, in processor time: what they do to each
// other shows, and what else the machine does hardly.
template <class Work> void two_threads(const std::string& what, const Work& work) {
    constexpr int calls = 1000;
    const auto half = [&work] {
        for (int i = 0; i < calls / 2; ++i) work();
    };
    const auto [both, one] = compare<cpu_clock>(
        [&] {
            std::thread other{half};
            half();
            other.join();
        },
        [&] {
            half();
            half();
        },
        1, 7);
    report("1,000 on two threads, " + what, both, "on one thread", one);
}

template <class Work> double allocations_of(const Work& work) {
    constexpr std::size_t calls = 100;
    const auto before = allocations;
    for (std::size_t i = 0; i < calls; ++i) work();
    return static_cast<double>(allocations - before) / calls;
}

void against_bare(signature_algorithm algorithm) {
    const deployment d{policy::strict(), algorithm};
    const auto token = deployment::member(d.redeem(d.code()), "access_token");
    const std::string alg{name(algorithm)};
    const bare_verification bare{d.key, token};
    const validation_of ours{d.key, token};
    const auto [validated, signature] = compare<cpu_clock>([&] { ours(); }, [&] { bare(); });
    report("validation, " + alg, validated, "EVP_DigestVerify of the same octets", signature);

    const auto other = reworded(d.key, token);
    const bare_verification other_bare{d.key, other};
    const validation_of theirs{d.key, other};
    const auto [parsed, other_signature] =
        compare<cpu_clock>([&] { theirs(); }, [&] { other_bare(); });
    report("validation, " + alg + ", another issuer's", parsed, "EVP_DigestVerify",
           other_signature);
    std::printf("    a token of %zu octets; %.0f allocations, %.0f for another issuer's\n",
                token.size(), allocations_of(ours), allocations_of(theirs));
    two_threads("validations", ours);
    two_threads("bare checks", bare);
}

} // namespace

void validation() {
    using algorithm = signature_algorithm;
    for (const auto each : {algorithm::es256, algorithm::eddsa, algorithm::rs256, algorithm::ps256})
        against_bare(each);
}

} // namespace bench
