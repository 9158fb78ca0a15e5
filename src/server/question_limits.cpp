#include "server/question_limits.hpp"

#include <optional>

namespace mcp_oauth {
inline namespace v0 {
namespace {

constexpr std::string_view everybody; // the only key of the total

memory_attempt_limiter::rates only(attempt_rate rate) {
    memory_attempt_limiter::rates rates;
    rates.refused_token = rate;
    rates.keys = 1;
    return rates;
}

// A host's limiter that throws cannot tell, and so says "go on".
template <class Question> std::optional<seconds> guarded(Question question) noexcept {
#if defined(__cpp_exceptions)
    try {
        return question();
    } catch (...) {
        return std::nullopt;
    }
#else
    return question();
#endif
}

} // namespace

question_limits::question_limits(const introspection_limits& limits, attempt_limiter* by_source)
    : most_at_once_(limits.at_once),
      total_(only(limits.fruitless)),
      by_source_(by_source != nullptr ? *by_source : usual_) {}

expected<question_limits::permit, std::string_view> question_limits::begin(std::string_view source,
                                                                           instant now) {
    if (total_.peek(attempt::refused_token, everybody, now))
        return unexpected<std::string_view>{"introspection_rate"};
    if (guarded([&] { return by_source_.peek(attempt::refused_token, source, now); }))
        return unexpected<std::string_view>{"introspection_rate_of_source"};
    if (under_way_.fetch_add(1) >= most_at_once_) {
        under_way_.fetch_sub(1);
        return unexpected<std::string_view>{"introspection_at_once"};
    }
    return permit{*this, source, now};
}

void question_limits::settle(ending how, std::string_view source, instant began) noexcept {
    under_way_.fetch_sub(1);
    if (how == ending::good_token) return;
    (void)guarded([&] { return total_.admit(attempt::refused_token, everybody, began); });
    if (how == ending::refused_token)
        (void)guarded([&] { return by_source_.admit(attempt::refused_token, source, began); });
}

} // namespace v0
} // namespace mcp_oauth
