// Runs the library's operations on an event loop by C++20 coroutines. `drive` is the whole driver;
// what stands before it, a host's coroutine library has already.
#include <cstdio>

#if __cplusplus >= 202002L && defined(__cpp_impl_coroutine)
#include <coroutine>
#include <exception>
#include <optional>
#include <utility>

#include "event_loop.hpp"
#include "refresh_scenario.hpp"

namespace {

/// The least that can be awaited: it starts at once, and goes on with whoever awaits it.
template <class Result> class task {
public:
    struct promise_type {
        std::optional<Result> result;
        std::coroutine_handle<> awaiting = std::noop_coroutine();

        struct resume_awaiting {
            [[nodiscard]] bool await_ready() const noexcept { return false; }
            [[nodiscard]] std::coroutine_handle<>
            await_suspend(std::coroutine_handle<promise_type> self) const noexcept {
                return self.promise().awaiting;
            }
            void await_resume() const noexcept {}
        };
        task get_return_object() {
            return task{std::coroutine_handle<promise_type>::from_promise(*this)};
        }
        [[nodiscard]] std::suspend_never initial_suspend() const noexcept { return {}; }
        [[nodiscard]] resume_awaiting final_suspend() const noexcept { return {}; }
        void return_value(Result value) { result.emplace(std::move(value)); }
        [[noreturn]] void unhandled_exception() const noexcept { std::terminate(); }
    };

    explicit task(std::coroutine_handle<promise_type> self) noexcept : self_(self) {}
    task(task&& other) noexcept : self_(std::exchange(other.self_, nullptr)) {}
    task(const task&) = delete;
    ~task() {
        if (self_) self_.destroy();
    }
    [[nodiscard]] bool await_ready() const noexcept { return self_.done(); }
    void await_suspend(std::coroutine_handle<> awaiting) { self_.promise().awaiting = awaiting; }
    Result await_resume() { return std::move(*self_.promise().result); }

private:
    std::coroutine_handle<promise_type> self_;
};

/// `co_await answer{ports, step}`: the step's answer, on a later turn of the loop.
struct answer {
    toy::async_ports& ports;
    const mcp_oauth::step& next;
    std::optional<mcp_oauth::step_answer> given{};

    [[nodiscard]] bool await_ready() const noexcept { return false; }
    void await_suspend(std::coroutine_handle<> waiting) {
        ports.carry_out(next, [this, waiting](mcp_oauth::step_answer arrived) {
            given.emplace(std::move(arrived));
            waiting.resume();
        });
    }
    mcp_oauth::step_answer await_resume() { return std::move(*given); }
};

// [drive]
/// Asks `op` for its steps, one after the other. Never waits: between two steps the loop is free
/// for everybody else.
template <class Result>
task<Result> drive(toy::async_ports& ports, mcp_oauth::operation<Result> op) {
    while (!op.finished()) op.resume(co_await answer{ports, op.next()});
    co_return std::move(op).result();
}
// [drive]

/// A client's connection, as a host would write it: two refreshes, each with the token of the last.
task<int> refresh_twice(toy::async_ports& ports, const toy::scenario& scenario) {
    auto token = scenario.refresh_token_of_alice();
    for (int times = 0; times < 2; ++times) {
        const auto response =
            co_await drive(ports, scenario.issuer().begin(scenario.refresh_request(token)));
        std::printf("refreshed: %d\n", response.status);
        if (response.status != 200) co_return 1;
        const auto next = scenario.refresh_token_of(response);
        if (next == token) co_return 1;
        token = next;
    }
    co_return 0;
}

} // namespace

int main() {
    toy::scenario scenario;
    toy::event_loop loop;
    toy::async_ports ports{loop, scenario.ports()};
    auto connection = refresh_twice(ports, scenario);
    loop.run();
    return connection.await_ready() ? connection.await_resume() : 1;
}

#else

int main() {
    std::puts("This compiler has no C++20 coroutines.");
    return 77; // ctest: skipped
}

#endif
