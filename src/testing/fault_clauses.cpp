// What must hold while the way to the database is broken: an answer never claims more than is
// known, it comes in time, and afterwards the store is well again by itself.
//
// What really happened is seen through a connection that no fault meets.

#include <array>
#include <thread>

#include "testing/fault_steps.hpp"
#include "testing/races.hpp"

namespace mcp_oauth {
inline namespace v0 {
namespace testing {
namespace contract {

namespace {

// A statement may be several requests, so each of the first few is hit in turn.
constexpr std::size_t most_requests = 4;

// Each write of its own, once for each request that may be hit.
void writes_are_judged(contract_run& run, const std::function<void(std::size_t)>& hit) {
    const auto witness = run.open();
    std::vector<attempt> refused;
    for (const auto call : {write_call::create, write_call::replace, write_call::erase}) {
        for (std::size_t nth = 1; nth <= most_requests; ++nth) {
            auto a = prepare(run, *witness, call, nth);
            const auto store = open_warm(run);
            {
                const healed_at_the_end healed(run);
                hit(nth);
                carry_out(run, *store, a);
            }
            judge(run, *witness, a);
            if (a.outcome == write_outcome::unavailable) refused.push_back(a);
        }
    }
    for (const auto& each : refused) judge(run, *witness, each); // nothing came late
}

void reads_are_judged(contract_run& run, const std::function<void(std::size_t)>& hit) {
    const auto r = run.fresh("read");
    create(*run.open(), r);
    for (std::size_t nth = 1; nth <= most_requests; ++nth) {
        const auto store = open_warm(run);
        const healed_at_the_end healed(run);
        hit(nth);
        read_truly(run, *store, r);
    }
}

void lost_request(contract_run& run) {
    const auto& hit = needed(run, run.subject().faults.lose_request, "lose_request");
    writes_are_judged(run, hit);
    reads_are_judged(run, hit);
}

void lost_answer(contract_run& run) {
    const auto& hit = needed(run, run.subject().faults.lose_answer, "lose_answer");
    writes_are_judged(run, hit);
    reads_are_judged(run, hit);
}

void refused(contract_run& run) {
    const auto& refuse = needed(run, run.subject().faults.refuse, "refuse");
    const auto hit = [&](std::size_t) { refuse(); };
    writes_are_judged(run, hit);
    reads_are_judged(run, hit);
}

// All at once, through one object: whoever queues behind a call that hangs has no more time than
// that call.
void stalled(contract_run& run) {
    const auto& stall = needed(run, run.subject().faults.stall, "stall");
    const auto witness = run.open();
    const auto r = run.fresh("read");
    create(*witness, r);
    std::array<attempt, 3> writes{prepare(run, *witness, write_call::create, 1),
                                  prepare(run, *witness, write_call::replace, 1),
                                  prepare(run, *witness, write_call::erase, 1)};
    const auto store = open_warm(run);
    {
        const healed_at_the_end healed(run);
        stall();
        in_threads(writes.size() + 1, [&](std::size_t i) {
            if (i < writes.size())
                carry_out(run, *store, writes[i]);
            else
                read_truly(run, *store, r);
        });
    }
    require_recovery(run, *store, "stall");
    for (const auto& each : writes) judge(run, *witness, each);
}

struct named_fault {
    const char* name;
    std::function<void()> come_about;
};

std::vector<named_fault> faults_that_break(const store_faults& given) {
    std::vector<named_fault> all;
    if (given.refuse) all.push_back({"refuse", given.refuse});
    if (given.lose_request) all.push_back({"lose_request", [&] { given.lose_request(1); }});
    if (given.lose_answer) all.push_back({"lose_answer", [&] { given.lose_answer(1); }});
    return all;
}

void recovers(contract_run& run) {
    const auto faults = faults_that_break(run.subject().faults);
    if (faults.empty()) cannot_check("there is no means to break a connection");
    needed(run, run.subject().faults.heal, "heal");
    const auto store = open_warm(run);
    for (const auto& fault : faults) {
        {
            const healed_at_the_end healed(run);
            fault.come_about();
            for (int i = 0; i < 3; ++i) (void)store->load(run.key("met by the fault"));
        }
        require_recovery(run, *store, fault.name);
    }
}

// Breaks connections one after the other, by a request here and an answer there.
void break_some(const store_faults& faults) {
    for (std::size_t n = 0; n < 10; ++n) {
        (n % 2 == 0 ? faults.lose_request : faults.lose_answer)(1 + n % 5);
        std::this_thread::sleep_for(milliseconds{5});
        faults.heal();
    }
}

// Writers that load and replace, as in races.increments, while connections break beneath them.
void increments(contract_run& run) {
    const auto& faults = run.subject().faults;
    needed(run, faults.lose_request, "lose_request");
    needed(run, faults.lose_answer, "lose_answer");
    const auto witness = run.open();
    const auto store = open_warm(run);
    race(run, [&](std::size_t n) {
        const auto counter = run.fresh(std::to_string(n));
        create(*witness, counter);
        std::array<added, thread_count / 2> parts;
        countdown breaking{1};
        in_threads(parts.size() + 1, [&](std::size_t i) {
            if (i == parts.size()) {
                const auto counted = breaking.one_less_at_the_end();
                const healed_at_the_end healed(run);
                return break_some(faults);
            }
            while (!breaking.over()) add_one_if_possible(*store, counter.key, parts[i]);
        });
        added all;
        for (const auto& part : parts) {
            all.done += part.done;
            all.unknown += part.unknown;
        }
        require_sum(*witness, counter.key, all);
    });
    require_recovery(run, *store, "broken connections");
}

} // namespace

clause_group clauses_of_faults() {
    return {
        {{"faults.lost_request",
          "A request that is lost on its way is answered with no more than is known, in time."},
         lost_request},
        {{"faults.lost_answer", "A write whose answer is lost is unknown, or known to be done; "
                                "afterwards it is there as a whole, or not at all."},
         lost_answer},
        {{"faults.refused",
          "Without a database, a call ends in time; unavailable means certainly not written."},
         refused},
        {{"faults.stalled",
          "Where the database is silent, every call ends within operation_limit."},
         stalled},
        {{"faults.recovers", "After a fault, the store is well again by itself."}, recovers},
        {{"faults.increments",
          "While connections break, no write that was done is lost, and none is done twice."},
         increments},
    };
}

} // namespace contract
} // namespace testing
} // namespace v0
} // namespace mcp_oauth
