#include <cstdio>
#include <string>
#include <thread>
#include <vector>

#include "bench.hpp"
#include "deployment.hpp"
#include "own_cryptography.hpp"

namespace bench {
namespace {

using namespace mcp_oauth;

void refresh_against_its_cryptography(const deployment& d) {
    std::string token = deployment::member(d.redeem(d.code()), "refresh_token");
    const auto [refresh, bare] =
        compare([&] { token = deployment::member(d.refresh(token), "refresh_token"); },
                own_cryptography{d.key});
    report("refresh, strict, memory store", refresh, "two HMACs and one ES256 signature", bare);
}

/// The gate against replays costs the same however long a grant has lived.
void rotation_1_against_10000(const deployment& d) {
    std::string old_token = deployment::member(d.redeem(d.code()), "refresh_token");
    for (int i = 0; i < 10'000; ++i)
        old_token = deployment::member(d.refresh(old_token), "refresh_token");
    const std::size_t records = d.store.size();
    std::string young;
    const auto fresh = [&] { young = deployment::member(d.redeem(d.code()), "refresh_token"); };
    fresh();
    int used = 0;
    const auto [aged, first] =
        compare([&] { old_token = deployment::member(d.refresh(old_token), "refresh_token"); },
                [&] {
                    if (++used % 50 == 0) fresh(); // rotations 1 to 50 of ever new grants
                    young = deployment::member(d.refresh(young), "refresh_token");
                },
                100, 31);
    report("rotation 10,000 and on of one grant", aged, "rotations 1 to 50 (every 50th a login)",
           first);
    std::printf("records before the last %d logins: %zu\n", used / 50, records);
}

void redemption_against_its_cryptography(const deployment& d) {
    std::vector<std::string> codes;
    for (int i = 0; i < 33 * 100; ++i) codes.push_back(d.code());
    const auto [redemption, bare] = compare(
        [&] {
            keep(d.redeem(codes.back()));
            codes.pop_back();
        },
        own_cryptography{d.key}, 100, 31);
    report("code redemption, memory store", redemption, "two HMACs and one ES256 signature", bare);
}

void many_grants(const deployment& d) {
    std::string few = deployment::member(d.redeem(d.code()), "refresh_token");
    deployment crowded{policy::strict()};
    for (int i = 0; i < 1'000'000; ++i) {
        record r;
        r.key = "https://as.example#grant/" + std::to_string(i);
        r.client_owner = "https://as.example#client/client_app";
        r.subject_owner = "https://as.example#subject/" + std::to_string(i);
        r.body = std::string(400, ' ');
        if (crowded.store.create(r).outcome != write_outcome::done) std::abort();
    }
    std::string many = deployment::member(crowded.redeem(crowded.code()), "refresh_token");
    const auto [among_many, among_few] =
        compare([&] { many = deployment::member(crowded.refresh(many), "refresh_token"); },
                [&] { few = deployment::member(d.refresh(few), "refresh_token"); });
    report("refresh among 1,000,000 grants", among_many, "among a few thousand", among_few);
}

void two_threads(const deployment& d) {
    const auto work = [&d] {
        std::string token = deployment::member(d.redeem(d.code()), "refresh_token");
        return [&d, token]() mutable {
            token = deployment::member(d.refresh(token), "refresh_token");
        };
    };
    auto alone = work();
    const auto [both, one] = compare(
        [&] {
            std::vector<std::thread> threads;
            for (int t = 0; t < 2; ++t)
                threads.emplace_back([&] {
                    auto mine = work();
                    for (int i = 0; i < 2000; ++i) mine();
                });
            for (auto& each : threads) each.join();
        },
        [&] {
            for (int i = 0; i < 4000; ++i) alone();
        },
        1, 5);
    report("4,000 refreshes on two threads", both, "4,000 refreshes on one", one);
}

} // namespace

void grants() {
    const deployment strict{policy::strict()};
    refresh_against_its_cryptography(strict);
    redemption_against_its_cryptography(strict);
    rotation_1_against_10000(strict);
    many_grants(strict);
    two_threads(strict);
}

} // namespace bench
