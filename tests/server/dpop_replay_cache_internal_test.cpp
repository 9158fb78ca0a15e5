#include "server/dpop_replay_cache.hpp"

#include <thread>

#include "dpop.hpp"

using namespace given;
using namespace std::chrono_literals;

namespace {

constexpr std::int64_t noon = 1'700'000'000;

dpop_proof proof_of(const std::string& jti, std::int64_t iat = noon) {
    const auto target = *dpop_target::parse(resource);
    http_request request;
    request.method = "POST";
    request.headers = {{"DPoP", proofs::proof(client_key(), {"POST", resource, iat, jti, {}})}};
    return verify_dpop_proof(request, {"POST", target, from_unix_seconds(iat)}).value();
}

} // namespace

TEST_CASE("A proof is remembered for as long as it is good", "[dpop][DPOP-10][ATK-DP-01]") {
    dpop_replay_cache cache{1000};
    const auto one = proof_of("one");
    CHECK(cache.insert(one, from_unix_seconds(noon)));
    CHECK_FALSE(cache.insert(one, from_unix_seconds(noon)));
    CHECK_FALSE(cache.insert(one, one.expires_at() - 1ms));
    CHECK(cache.insert(proof_of("two"), from_unix_seconds(noon)));
    // Its name again in a later proof.
    CHECK(cache.insert(proof_of("one", noon + 300), one.expires_at()));
    CHECK_FALSE(cache.insert(proof_of("one", noon + 300), one.expires_at()));
}

TEST_CASE("Memory is bounded, whatever is sent, and what is due goes first",
          "[dpop][DPOP-10][ATK-DP-10]") {
    dpop_replay_cache cache{64};
    for (int i = 0; i < 500; ++i)
        CHECK(cache.insert(proof_of("a" + std::to_string(i)), from_unix_seconds(noon)));
    CHECK(cache.size() <= 64);
    CHECK_FALSE(cache.insert(proof_of("a499"), from_unix_seconds(noon)));
    for (int i = 0; i < 100; ++i)
        CHECK(cache.insert(proof_of("b" + std::to_string(i), noon + 300),
                           from_unix_seconds(noon + 300)));
    CHECK(cache.size() <= 64);
}

TEST_CASE("Of many threads with one proof exactly one is first", "[dpop][DPOP-10][threads]") {
    dpop_replay_cache cache{1000};
    for (int round = 0; round < 20; ++round) {
        const auto proof = proof_of("r" + std::to_string(round));
        std::atomic<int> first{0};
        std::vector<std::thread> threads;
        for (int i = 0; i < 4; ++i)
            threads.emplace_back([&] {
                if (cache.insert(proof, from_unix_seconds(noon))) ++first;
            });
        for (auto& each : threads) each.join();
        CHECK(first == 1);
    }
}
