// Runs the library's operations on an event loop by callbacks. `drive` is the whole driver.
#include <cstdio>
#include <functional>
#include <memory>
#include <utility>

#include "event_loop.hpp"
#include "refresh_scenario.hpp"

namespace {

// [drive]
/// Asks `op` for its steps, one after the other, and hands its result to `done`. Never waits:
/// between two steps the loop is free for everybody else.
template <class Result>
void drive(toy::async_ports& ports, std::shared_ptr<mcp_oauth::operation<Result>> op,
           std::function<void(Result)> done) {
    if (op->finished()) return done(std::move(*op).result());
    ports.carry_out(op->next(), [&ports, op, done](mcp_oauth::step_answer given) {
        op->resume(std::move(given));
        drive(ports, op, done);
    });
}
// [drive]

} // namespace

int main() {
    using response = mcp_oauth::http_response;
    toy::scenario scenario;
    toy::event_loop loop;
    toy::async_ports ports{loop, scenario.ports()};
    const auto first = scenario.refresh_token_of_alice();
    int refreshed = 0;

    std::function<void(response)> done = [&](const response& answer) {
        std::printf("refreshed: %d\n", answer.status);
        if (answer.status == 200 && scenario.refresh_token_of(answer) != first) ++refreshed;
    };
    // Two at once with one token, as clients do. Their steps take turns, and both get the one new
    // token.
    for (int i = 0; i < 2; ++i)
        drive(ports,
              std::make_shared<mcp_oauth::operation<response>>(
                  scenario.issuer().begin(scenario.refresh_request(first))),
              done);
    loop.run();
    return refreshed == 2 ? 0 : 1;
}
