#pragma once

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <string>
#include <utility>
#include <vector>

#include <time.h>

/// Two things measured against each other in one run: rounds of the one and of the other take
/// turns, so that whatever else the machine does hits both, and the median of each is compared.
namespace bench {

/// Keeps the optimizer from dropping what nobody reads.
template <class T> void keep(const T& value) { asm volatile("" : : "r,m"(value) : "memory"); }

struct timing {
    double microseconds = 0; ///< of one call, the median over the rounds
};

/// The processor time of this process, all threads together: for work that never waits, on a
/// machine that has other work too.
struct cpu_clock {
    static std::chrono::nanoseconds now() noexcept {
        timespec at{};
        ::clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &at);
        return std::chrono::seconds{at.tv_sec} + std::chrono::nanoseconds{at.tv_nsec};
    }
};

template <class Clock, class Work> double round_of(Work& work, int calls) {
    const auto begin = Clock::now();
    for (int i = 0; i < calls; ++i) work();
    const std::chrono::duration<double, std::micro> took = Clock::now() - begin;
    return took.count() / calls;
}

inline double median(std::vector<double> values) {
    std::nth_element(values.begin(),
                     values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2), values.end());
    return values[values.size() / 2];
}

/// `first` and `second` by turns. Returns: the median of each, in microseconds per call.
template <class Clock = std::chrono::steady_clock, class First, class Second>
std::pair<timing, timing> compare(First first, Second second, int calls = 200, int rounds = 31) {
    std::vector<double> a;
    std::vector<double> b;
    round_of<Clock>(first, calls);
    round_of<Clock>(second, calls);
    for (int i = 0; i < rounds; ++i) {
        a.push_back(round_of<Clock>(first, calls));
        b.push_back(round_of<Clock>(second, calls));
    }
    return {timing{median(std::move(a))}, timing{median(std::move(b))}};
}

/// One line: what, its time, what it is compared with, that one's time, and `reference / measured`.
inline void report(const std::string& what, timing measured, const std::string& against,
                   timing reference) {
    std::printf("%-44s %9.2f us   %-40s %9.2f us   ratio %.3f   difference %+.2f us\n",
                what.c_str(), measured.microseconds, against.c_str(), reference.microseconds,
                reference.microseconds / measured.microseconds,
                measured.microseconds - reference.microseconds);
}

void grants();
void gate();
void validation();

} // namespace bench
