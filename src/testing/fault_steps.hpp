#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>

#include "testing/contract_run.hpp"
#include "testing/races.hpp"

namespace mcp_oauth {
inline namespace v0 {
namespace testing {
namespace contract {

/// `fault`, where the host gave it and a way to end it; otherwise the clause is not checked.
template <class Fault>
const Fault& needed(const contract_run& run, const Fault& fault, const char* name) {
    if (!run.subject().faults.open) cannot_check("no store was given that faults meet");
    if (!fault) cannot_check(std::string{"there is no means to "} + name);
    if (!run.subject().faults.heal) cannot_check("there is no means to heal");
    return fault;
}

class healed_at_the_end {
public:
    explicit healed_at_the_end(const contract_run& run) noexcept : run_(run) {}
    ~healed_at_the_end() { run_.subject().faults.heal(); }
    healed_at_the_end(const healed_at_the_end&) = delete;
    healed_at_the_end& operator=(const healed_at_the_end&) = delete;

private:
    const contract_run& run_;
};

/// A store that faults meet, which has answered already: it is connected.
std::shared_ptr<record_store> open_warm(contract_run& run);

enum class write_call : std::uint8_t { create, replace, erase };

/// One write that meets a fault: what was there, what is to be there, and what was answered.
struct attempt {
    write_call call = write_call::create;
    std::optional<record> before;
    std::optional<record> after;
    write_outcome outcome = write_outcome::unavailable;
};

attempt prepare(contract_run& run, record_store& witness, write_call call, std::size_t nth);
/// Fails where it takes longer than `operation_limit`.
void carry_out(const contract_run& run, record_store& store, attempt& a);
/// That the database is in a state that the answer allows.
void judge(const contract_run& run, record_store& witness, const attempt& a);

/// That a load and a list, in time, tell of `there` or that they are unavailable.
void read_truly(const contract_run& run, record_store& store, const record& there);

/// That, within `operation_limit`, the store writes and reads again. `fault` names the one before.
void require_recovery(contract_run& run, record_store& store, const char* fault);

/// As `add_up` does, once; but a failure is no surprise.
void add_one_if_possible(record_store& store, std::string_view key, added& mine);

} // namespace contract
} // namespace testing
} // namespace v0
} // namespace mcp_oauth
