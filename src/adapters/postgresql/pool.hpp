#pragma once

#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <mutex>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "adapters/postgresql/connection.hpp"
#include "mcp_oauth/base/expected.hpp"

namespace mcp_oauth {
inline namespace v0 {
namespace postgresql {

/// Up to so many connections, the one used last handed out first, so that what a quiet hour does
/// not need stays idle. One that broke is dropped, and made anew when it is needed.
///
/// While connecting fails, callers are refused at once, but for one at a time that tries again
/// after a pause: a database that is down must not cost every request the whole limit.
///
/// Threads: any number. No lock is held while a connection is made.
class pool {
public:
    /// Makes a connection that is ready for statements.
    class maker {
    public:
        virtual ~maker() = default;
        [[nodiscard]] virtual expected<connection, std::string> make(deadline end) = 0;
    };

    pool(maker& by, std::size_t most) : maker_(by), most_(most) {}

    /// A connection on loan. It goes back when this ends, unless it was said to be broken.
    class lease {
    public:
        lease(pool& owner, connection held) noexcept : owner_(&owner), held_(std::move(held)) {}
        lease(lease&& other) noexcept
            : owner_(std::exchange(other.owner_, nullptr)), held_(std::move(other.held_)) {}
        lease& operator=(lease&&) = delete;
        ~lease() {
            if (owner_ != nullptr) owner_->give_back(std::move(held_), broken_);
        }
        connection* operator->() noexcept { return &held_; }
        void is_broken() noexcept { broken_ = true; }

    private:
        pool* owner_;
        connection held_;
        bool broken_ = false;
    };

    /// Puts in a connection that was made elsewhere. Requires: nothing was taken yet.
    void adopt(connection made) { idle_.push_back(std::move(made)); }

    /// Errors: nothing where none is to be had before `end`.
    [[nodiscard]] std::optional<lease> take(deadline end);

private:
    static constexpr steady_clock::duration first_pause = std::chrono::milliseconds{100};
    static constexpr steady_clock::duration longest_pause = std::chrono::seconds{1};

    /// Who asks for a connection that has to be made.
    enum class caller : std::uint8_t {
        any,    ///< connecting worked last time
        prober, ///< it did not, and this one tries whether it does again
        refused ///< it did not
    };

    [[nodiscard]] std::optional<connection> take_idle();
    [[nodiscard]] std::optional<connection> connect(deadline end);
    [[nodiscard]] caller admit();
    void note(caller who, bool connected);
    void give_back(connection held, bool broken);
    void free_place();

    maker& maker_;
    const std::size_t most_;

    std::mutex lock_;
    std::condition_variable returned_;
    std::vector<connection> idle_;
    std::size_t taken_ = 0;          ///< on loan, or being made
    steady_clock::duration pause_{}; ///< zero while connecting works
    deadline next_attempt_{};
    bool probing_ = false; ///< there is a prober
};

} // namespace postgresql
} // namespace v0
} // namespace mcp_oauth
