#include "adapters/sqlite/writes.hpp"

#include <algorithm>

#include "adapters/sqlite/outcome.hpp"

namespace mcp_oauth {
inline namespace v0 {
namespace sqlite {

namespace {

/// Returns: SQLITE_DONE, or why the statement failed.
int run(const connection& file, pending_write& write) {
    auto change = file.use(write.which);
    write.bind(change);
    const int code = change.step();
    if (code != SQLITE_DONE) {
        write.result = {outcome_of(code)};
        return code;
    }
    const auto rows = file.changes();
    write.result = {rows == 0 ? write_outcome::conflict : write_outcome::done, rows};
    return code;
}

int run(const connection& file, statement which) { return file.use(which).step(); }

bool run_each(const connection& file, const write_batch& writes) {
    return std::all_of(writes.begin(), writes.end(),
                       [&](pending_write* each) { return run(file, *each) == SQLITE_DONE; });
}

/// Returns: whether it came to the commit. Where it did not, nothing was written.
bool carry_out_together(connection& file, const write_batch& writes) {
    const auto earlier = [](const pending_write* a, const pending_write* b) {
        return a->by < b->by;
    };
    file.end_by((*std::min_element(writes.begin(), writes.end(), earlier))->by);
    if (run(file, statement::begin) != SQLITE_DONE) return false;
    const bool complete = run_each(file, writes);
    const int code = complete ? run(file, statement::commit) : SQLITE_OK;
    if (complete && code == SQLITE_DONE) return true;
    // SQLite may have rolled back already and then says so. Either way no transaction is left.
    (void)run(file, statement::rollback);
    // A conflict may have been one with a write that is not there now.
    if (complete)
        for (auto* const each : writes) each->result = {outcome_of(code)};
    return complete;
}

} // namespace

void carry_out(connection& file, const write_batch& writes) {
    if (writes.size() > 1 && carry_out_together(file, writes)) return;
    for (auto* const each : writes) {
        file.end_by(each->by);
        (void)run(file, *each);
    }
}

} // namespace sqlite
} // namespace v0
} // namespace mcp_oauth
