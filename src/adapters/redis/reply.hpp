#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string_view>

#include <hiredis.h>

namespace mcp_oauth {
inline namespace v0 {
namespace redis {

/// What the server answered, owned.
class reply {
public:
    explicit reply(redisReply* made) noexcept : made_(made) {}

    [[nodiscard]] bool is_nil() const noexcept { return made_->type == REDIS_REPLY_NIL; }
    [[nodiscard]] std::optional<std::int64_t> integer() const noexcept {
        if (made_->type != REDIS_REPLY_INTEGER) return std::nullopt;
        return made_->integer;
    }
    /// A string or a status.
    [[nodiscard]] std::optional<std::string_view> text() const noexcept { return text_of(*made_); }
    [[nodiscard]] std::optional<std::string_view> error() const noexcept {
        if (made_->type != REDIS_REPLY_ERROR) return std::nullopt;
        return std::string_view{made_->str, made_->len};
    }
    /// The number of an array's elements; 0 of anything else.
    [[nodiscard]] std::size_t size() const noexcept {
        return made_->type == REDIS_REPLY_ARRAY ? made_->elements : 0;
    }
    /// The text of an array's element. Requires: `i` < `size()`.
    [[nodiscard]] std::optional<std::string_view> text_at(std::size_t i) const noexcept {
        return text_of(*made_->element[i]);
    }

private:
    static std::optional<std::string_view> text_of(const redisReply& r) noexcept {
        if (r.type != REDIS_REPLY_STRING && r.type != REDIS_REPLY_STATUS) return std::nullopt;
        return std::string_view{r.str, r.len};
    }
    struct free_it {
        void operator()(redisReply* r) const noexcept { freeReplyObject(r); }
    };
    std::unique_ptr<redisReply, free_it> made_;
};

} // namespace redis
} // namespace v0
} // namespace mcp_oauth
