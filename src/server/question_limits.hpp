#pragma once

#include <atomic>
#include <cstddef>
#include <string>
#include <string_view>
#include <utility>

#include "mcp_oauth/base/clock.hpp"
#include "mcp_oauth/base/expected.hpp"
#include "mcp_oauth/ports/attempt_limiter.hpp"
#include "mcp_oauth/server/introspected_issuer.hpp"

namespace mcp_oauth {
inline namespace v0 {

/// How often an issuer may be asked, and by whom. Only what leads to no good token counts, so that
/// nobody's good token is refused for being one of many.
///
/// Threads: any thread may call anything.
class question_limits {
public:
    /// `by_source` must outlive this; null: one in memory.
    question_limits(const introspection_limits& limits, attempt_limiter* by_source);

    /// How a question ended.
    enum class ending {
        good_token,
        refused_token, ///< by the issuer, or for what the issuer says of it
        no_answer,     ///< not the fault of who brought the token
    };

    /// Leave to ask once. Without an ending it had no answer.
    class permit {
    public:
        permit(permit&& other) noexcept
            : owner_(std::exchange(other.owner_, nullptr)),
              source_(std::move(other.source_)),
              began_(other.began_) {}
        permit& operator=(permit&&) = delete;
        ~permit() { end(ending::no_answer); }
        void end(ending how) noexcept {
            if (auto* owner = std::exchange(owner_, nullptr)) owner->settle(how, source_, began_);
        }

    private:
        friend class question_limits;
        permit(question_limits& owner, std::string_view source, instant began)
            : owner_(&owner), source_(source), began_(began) {}
        question_limits* owner_;
        std::string source_;
        instant began_;
    };

    /// Errors: which limit is reached, as the reason of an event.
    [[nodiscard]] expected<permit, std::string_view> begin(std::string_view source, instant now);

private:
    void settle(ending how, std::string_view source, instant began) noexcept;

    std::size_t most_at_once_;
    std::atomic<std::size_t> under_way_{0};
    memory_attempt_limiter total_;
    memory_attempt_limiter usual_;
    attempt_limiter& by_source_;
};

} // namespace v0
} // namespace mcp_oauth
