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

/// What the benchmarks of stores have in common.
namespace bench {

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
    constexpr std::chrono::milliseconds round_time{700};
    std::vector<double> rates;
    std::vector<double> bare;
    std::vector<double> ratios;
    for (int round = 0; round < 11; ++round) {
        rates.push_back(rate_of(measured, round_time));
        bare.push_back(rate_of(reference, round_time));
        ratios.push_back(rates.back() / bare.back());
    }
    std::printf("%zu thread(s)  %-26s %8.0f/s   %-44s %8.0f/s   ratio %.3f\n", measured.size(),
                what.c_str(), median(rates), against.c_str(), median(bare), median(ratios));
    std::fflush(stdout);
}

} // namespace bench
