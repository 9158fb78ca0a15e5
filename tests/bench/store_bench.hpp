#pragma once

#include <atomic>
#include <chrono>
#include <cstdio>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "bench.hpp"
#include "deployment.hpp"
#include "own_cryptography.hpp"

/// What the benchmarks of stores have in common.
namespace bench {

using namespace mcp_oauth;

/// One grant that is refreshed again and again.
class refreshing {
public:
    explicit refreshing(const deployment& d)
        : d_(d), token_(deployment::member(d.redeem(d.code()), "refresh_token")) {}
    void operator()() { token_ = deployment::member(d_.refresh(token_), "refresh_token"); }

private:
    const deployment& d_;
    std::string token_;
};

/// Bare statements, with the cryptography of a refresh beside them.
template <class Statements> class with_cryptography {
public:
    with_cryptography(std::unique_ptr<Statements> statements, const deployment& d)
        : statements_(std::move(statements)), cryptography_{d.key} {}
    void operator()() {
        (*statements_)();
        cryptography_();
    }

private:
    std::unique_ptr<Statements> statements_;
    own_cryptography cryptography_;
};

inline std::size_t next_number() {
    static std::size_t number = 0;
    return number++;
}

/// `count` workers, each made by `make` out of a number that no other has.
template <class Make> auto crew(std::size_t count, Make make) {
    std::vector<decltype(make(std::size_t{}))> workers;
    for (std::size_t i = 0; i < count; ++i) workers.push_back(make(next_number()));
    return workers;
}

/// How many a second all workers together do, each on a thread of its own.
template <class Worker>
double rate_of(std::vector<std::unique_ptr<Worker>>& workers, std::chrono::milliseconds time) {
    std::atomic<bool> stop{false};
    std::atomic<long> done{0};
    std::vector<std::thread> threads;
    const auto begin = std::chrono::steady_clock::now();
    for (auto& worker : workers)
        threads.emplace_back([&stop, &done, &worker] {
            long mine = 0;
            for (; !stop; ++mine) (*worker)();
            done += mine;
        });
    std::this_thread::sleep_for(time);
    stop = true;
    for (auto& each : threads) each.join();
    const std::chrono::duration<double> took = std::chrono::steady_clock::now() - begin;
    return static_cast<double>(done) / took.count();
}

/// Rounds of the one and of the other by turns; prints the median of each and of their ratio.
template <class Measured, class Reference>
void compare_rates(const std::string& what, std::vector<std::unique_ptr<Measured>> measured,
                   const std::string& against, std::vector<std::unique_ptr<Reference>> reference) {
    constexpr std::chrono::milliseconds round_time{400};
    std::vector<double> rates;
    std::vector<double> bare;
    std::vector<double> ratios;
    for (int round = 0; round < 11; ++round) {
        rates.push_back(rate_of(measured, round_time));
        bare.push_back(rate_of(reference, round_time));
        ratios.push_back(rates.back() / bare.back());
    }
    std::printf("%zu thread(s)  %-18s %8.0f/s   %-36s %8.0f/s   ratio %.3f\n", measured.size(),
                what.c_str(), median(rates), against.c_str(), median(bare), median(ratios));
    std::fflush(stdout);
}

/// A store against its bare statements, over as many connections as threads: its own calls, and
/// refreshes with either kind of access token. A signature costs more than everything else that is
/// no statement, so refreshes that sign are measured against bare statements that sign too.
///
/// `call` and `statement` make a worker out of a number; a grant is in the store when they are
/// asked.
template <class Call, class Statement>
void compare_with_bare(record_store& store, std::size_t threads, const std::string& bare, Call call,
                       Statement statement) {
    const deployment d{policy::strict(), store};
    const refreshing one_grant{d};
    const auto signing = [&](std::size_t n) {
        using statements = typename decltype(statement(n))::element_type;
        return std::make_unique<with_cryptography<statements>>(statement(n), d);
    };
    const auto refreshes = [&](const deployment& by) {
        return crew(threads, [&](std::size_t) { return std::make_unique<refreshing>(by); });
    };
    compare_rates("load and replace", crew(threads, call), bare, crew(threads, statement));
    compare_rates("refreshes, ES256", refreshes(d), bare, crew(threads, statement));
    compare_rates("refreshes, ES256", refreshes(d), bare + ", cryptography",
                  crew(threads, signing));
    auto rules = policy::strict();
    rules.access_token.format = access_token_format::opaque;
    const deployment sealing{std::move(rules), store};
    compare_rates("refreshes, opaque", refreshes(sealing), bare, crew(threads, statement));
}

/// A grant that was rotated ten thousand times beside one that was rotated fifty times at most.
/// `sizes(when)` says how large the store is.
template <class Sizes>
void compare_rotations(const deployment& d, Sizes sizes, int calls, int rounds) {
    refreshing aged{d};
    sizes("one grant, new:");
    for (int i = 0; i < 10'000; ++i) aged();
    sizes("one grant, 10,000 rotations:");
    auto young = std::make_unique<refreshing>(d);
    int used = 0;
    const auto [old_one, new_one] = compare([&] { aged(); },
                                            [&] {
                                                if (++used % 50 == 0)
                                                    young = std::make_unique<refreshing>(d);
                                                (*young)();
                                            },
                                            calls, rounds);
    report("rotation 10,000 and on of one grant", old_one, "rotations 1 to 50 (every 50th a login)",
           new_one);
}

} // namespace bench
