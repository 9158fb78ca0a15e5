#pragma once

#include <cstdlib>
#include <new>
#include <optional>
#include <type_traits>
#include <utility>

namespace mcp_oauth {
inline namespace v0 {

/// An error on its way into an `expected`.
template <class E> class unexpected {
public:
    /// Explicit: a value becomes an error only where somebody says so.
    constexpr explicit unexpected(E error) : error_(std::move(error)) {}

    /// What was put in; a temporary gives it away.
    /// @{
    [[nodiscard]] constexpr const E& error() const& noexcept { return error_; }
    [[nodiscard]] constexpr E&& error() && noexcept { return std::move(error_); }
    /// @}

private:
    E error_;
};

/// `unexpected{error}` deduces the type of the error.
template <class E> unexpected(E) -> unexpected<E>;

/// A value, or the reason why there is none.
///
/// Shaped after C++23's `std::expected`, and deliberately never an alias of it: half of this
/// library is compiled, and a type that changes with the includer's language version is a link
/// error.
///
/// Reading the wrong alternative is the programmer's fault and ends the process (`std::abort`); it
/// is never undefined behaviour.
template <class T, class E> class [[nodiscard]] expected {
public:
    using value_type = T; ///< as in `std::expected`
    using error_type = E; ///< likewise

    /// Success.
    // NOLINTNEXTLINE(google-explicit-constructor): `return value;` is the point of the type.
    expected(T value) : has_value_(true) { new (&storage_.value) T(std::move(value)); }
    /// Failure, where the error converts to `E` by itself.
    template <class G, class = std::enable_if_t<std::is_convertible_v<G, E>>>
    // NOLINTNEXTLINE(google-explicit-constructor): so is `return unexpected{error};`.
    expected(unexpected<G> error) : has_value_(false) {
        new (&storage_.error) E(std::move(error).error());
    }

    /// Copies the alternative that is there.
    expected(const expected& other) : has_value_(other.has_value_) { copy_from(other); }
    /// Takes over the alternative that is there; in `other` it stays, moved from.
    expected(expected&& other) noexcept(nothrow_move) : has_value_(other.has_value_) {
        move_from(std::move(other));
    }
    /// Copies first: a copy that throws changes nothing here.
    expected& operator=(const expected& other) {
        if (this != &other) *this = expected(other);
        return *this;
    }
    /// As the move constructor. Does not compile where a move may throw: between what is destroyed
    /// here and what comes in its place there is no way back.
    expected& operator=(expected&& other) noexcept {
        static_assert(nothrow_move, "assigned is only what moves without throwing");
        if (this == &other) return *this;
        destroy();
        has_value_ = other.has_value_;
        move_from(std::move(other));
        return *this;
    }
    ~expected() { destroy(); }

    /// Whether the value may be read; where not, the error may.
    [[nodiscard]] bool has_value() const noexcept { return has_value_; }
    /// As `has_value`. Of an `expected<bool, E>` it says that there is an answer, not which.
    explicit operator bool() const noexcept { return has_value_; }

    /// The value; a temporary gives it away. Requires: `has_value()`.
    /// @{
    [[nodiscard]] T& value() & noexcept { return require_value(), storage_.value; }
    [[nodiscard]] const T& value() const& noexcept { return require_value(), storage_.value; }
    [[nodiscard]] T&& value() && noexcept { return require_value(), std::move(storage_.value); }
    /// @}
    /// The error; a temporary gives it away. Requires: `!has_value()`.
    /// @{
    [[nodiscard]] E& error() & noexcept { return require_error(), storage_.error; }
    [[nodiscard]] const E& error() const& noexcept { return require_error(), storage_.error; }
    [[nodiscard]] E&& error() && noexcept { return require_error(), std::move(storage_.error); }
    /// @}

    /// As `value()`, with the same check.
    /// @{
    [[nodiscard]] T& operator*() & noexcept { return value(); }
    [[nodiscard]] const T& operator*() const& noexcept { return value(); }
    [[nodiscard]] T&& operator*() && noexcept { return std::move(*this).value(); }
    [[nodiscard]] T* operator->() noexcept { return &value(); }
    [[nodiscard]] const T* operator->() const noexcept { return &value(); }
    /// @}

    /// The value, or `fallback` where there is none.
    template <class U> [[nodiscard]] T value_or(U&& fallback) const& {
        return has_value_ ? storage_.value : static_cast<T>(std::forward<U>(fallback));
    }

    /// `next(value)` where there is a value, this error otherwise. `next` returns an `expected`
    /// too.
    template <class Next> [[nodiscard]] auto and_then(Next&& next) && {
        using result = std::invoke_result_t<Next, T&&>;
        if (has_value_) return std::forward<Next>(next)(std::move(storage_.value));
        return result(unexpected<E>(std::move(storage_.error)));
    }

private:
    static constexpr bool nothrow_move =
        std::is_nothrow_move_constructible_v<T> && std::is_nothrow_move_constructible_v<E>;

    union storage {
        storage() noexcept {}
        ~storage() {}
        T value;
        E error;
    };

    void require_value() const noexcept {
        if (!has_value_) std::abort();
    }
    void require_error() const noexcept {
        if (has_value_) std::abort();
    }
    void copy_from(const expected& other) {
        if (has_value_)
            new (&storage_.value) T(other.storage_.value);
        else
            new (&storage_.error) E(other.storage_.error);
    }
    void move_from(expected&& other) {
        if (has_value_)
            new (&storage_.value) T(std::move(other.storage_.value));
        else
            new (&storage_.error) E(std::move(other.storage_.error));
    }
    void destroy() noexcept {
        if (has_value_)
            storage_.value.~T();
        else
            storage_.error.~E();
    }

    storage storage_;
    bool has_value_;
};

/// Success without a value, or the reason for failure.
template <class E> class [[nodiscard]] expected<void, E> {
public:
    using value_type = void; ///< as in `std::expected`
    using error_type = E;    ///< likewise

    /// Success.
    expected() noexcept = default;
    /// Failure, where the error converts to `E` by itself.
    template <class G, class = std::enable_if_t<std::is_convertible_v<G, E>>>
    // NOLINTNEXTLINE(google-explicit-constructor): `return unexpected{error};`.
    expected(unexpected<G> error) : failure_(std::in_place, std::move(error).error()) {}

    /// Whether it is a success. There is no value to read then, and no error either.
    [[nodiscard]] bool has_value() const noexcept { return !failure_; }
    /// As `has_value`.
    explicit operator bool() const noexcept { return !failure_; }
    /// The error. Requires: `!has_value()`.
    [[nodiscard]] const E& error() const& noexcept {
        if (!failure_) std::abort();
        return *failure_;
    }

private:
    std::optional<E> failure_;
};

} // namespace v0
} // namespace mcp_oauth
