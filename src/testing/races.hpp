#pragma once

#include <cstddef>
#include <string_view>

#include "testing/contract_run.hpp"

namespace mcp_oauth {
inline namespace v0 {
namespace testing {
namespace contract {

/// What somebody knows who counted up a record's number.
struct added {
    std::size_t done = 0;
    std::size_t unknown = 0; ///< each may have counted or not
};

/// Adds one to the number in the record under `key`, `times` over, beside others who do the same:
/// loads it, and replaces it at the version that it had, until that is done.
added add_up(record_store& store, std::string_view key, std::size_t times);

/// That the number is the sum of what was `done`, give or take what is `unknown`.
void require_sum(record_store& store, std::string_view key, const added& all);

} // namespace contract
} // namespace testing
} // namespace v0
} // namespace mcp_oauth
