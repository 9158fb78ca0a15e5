#include "testing/child_process.hpp"

#include "testing/contract_run.hpp"

#ifdef MCP_OAUTH_TESTING_HAS_POSIX
#include <cerrno>
#include <csignal>
#include <cstdint>
#include <cstring>
#include <poll.h>
#include <sys/types.h>
#include <sys/wait.h>
#include <unistd.h>
#endif

namespace mcp_oauth {
inline namespace v0 {
namespace testing {
namespace contract {

#ifdef MCP_OAUTH_TESTING_HAS_POSIX

namespace {

constexpr int a_minute_ms = 60'000;
constexpr char went_well = '+';
constexpr char went_wrong = '-';

bool write_all(int to, const void* octets, std::size_t count) noexcept {
    const auto* at = static_cast<const char*>(octets);
    while (count > 0) {
        const auto written = send_quietly(to, at, count);
        if (written < 0 && errno == EINTR) continue;
        if (written <= 0) return false;
        at += written;
        count -= static_cast<std::size_t>(written);
    }
    return true;
}

bool read_all(int from, void* octets, std::size_t count) noexcept {
    auto* at = static_cast<char*>(octets);
    while (count > 0) {
        const auto got = ::read(from, at, count);
        if (got < 0 && errno == EINTR) continue;
        if (got <= 0) return false;
        at += got;
        count -= static_cast<std::size_t>(got);
    }
    return true;
}

bool send_answer(int to, char how, const std::string& text) noexcept {
    const auto size = static_cast<std::uint32_t>(text.size());
    return write_all(to, &how, 1) && write_all(to, &size, sizeof size) &&
           write_all(to, text.data(), size);
}

// Nothing of the parent's is destroyed here: its connections are its own.
[[noreturn]] void be_the_child(int channel, const std::function<std::string()>& work) noexcept {
    char go = 0;
    while (read_all(channel, &go, 1)) {
        std::string text;
        char how = went_wrong;
        try {
            text = work();
            how = went_well;
        } catch (const failure& seen) {
            text = seen.detail;
        } catch (const std::exception& thrown) {
            text = std::string{"an exception was thrown: "} + thrown.what();
        } catch (...) {
            text = "something was thrown that is no std::exception";
        }
        if (!send_answer(channel, how, text) || how == went_wrong) break;
    }
    ::_exit(0);
}

} // namespace

child_process::child_process(const std::function<std::string()>& work) {
    auto ends = connected_pair();
    if (!ends.first) cannot_check(std::string{"no socket pair: "} + std::strerror(errno));
    id_ = static_cast<int>(::fork());
    if (id_ < 0) cannot_check(std::string{"no process could be forked: "} + std::strerror(errno));
    if (id_ == 0) {
        ::close(ends.first.number()); // so that the child ends with its parent
        be_the_child(ends.second.number(), work);
    }
    channel_ = std::move(ends.first);
    ::close(ends.second.release()); // and is not shut down, which the child would feel
}

child_process::~child_process() {
    ::kill(id_, SIGKILL);
    while (::waitpid(id_, nullptr, 0) < 0 && errno == EINTR) {
    }
}

void child_process::let_go() {
    if (!write_all(channel_.number(), ".", 1)) fail("another process ended too early");
}

std::string child_process::wait() {
    const int channel = channel_.number();
    pollfd readable{channel, POLLIN, 0};
    if (::poll(&readable, 1, a_minute_ms) <= 0)
        fail("another process did not get its work done in a minute");
    char how = 0;
    std::uint32_t size = 0;
    if (!read_all(channel, &how, 1) || !read_all(channel, &size, sizeof size))
        fail("another process ended without an answer");
    std::string text(size, '\0');
    if (!read_all(channel, text.data(), size)) fail("another process ended in its answer");
    if (how != went_well) fail("in another process: " + text);
    return text;
}

#else

child_process::child_process(const std::function<std::string()>&) {
    cannot_check("this system has no fork");
}
child_process::~child_process() = default;
void child_process::let_go() {}
std::string child_process::wait() { return {}; }

#endif

} // namespace contract
} // namespace testing
} // namespace v0
} // namespace mcp_oauth
