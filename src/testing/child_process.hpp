#pragma once

#include <functional>
#include <string>

#include "testing/sockets.hpp"

namespace mcp_oauth {
inline namespace v0 {
namespace testing {
namespace contract {

/// A forked process that does its work when it is told to.
///
/// Requires: no thread of the kit runs, and no store is open, at the construction.
class child_process {
public:
    /// Where there is no fork, says so by `not_checkable`. `work` runs in the child once for each
    /// `let_go`; what it returns is what `wait` gives. The child ends with the first failure.
    explicit child_process(const std::function<std::string()>& work);
    ~child_process(); // ends the child, at once if need be
    child_process(const child_process&) = delete;
    child_process& operator=(const child_process&) = delete;

    void let_go();
    /// The child's answer to the oldest `let_go`. Its failure is this function's; so is its silence
    /// for a minute.
    [[nodiscard]] std::string wait();

private:
#ifdef MCP_OAUTH_TESTING_HAS_POSIX
    int id_ = -1;
    descriptor channel_;
#endif
};

} // namespace contract
} // namespace testing
} // namespace v0
} // namespace mcp_oauth
