#pragma once

#include <cstdint>
#include <exception>
#include <functional>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <nlohmann/json.hpp>

namespace mcp_server {

/// What is wrong with the configuration, and where: the place is a JSON pointer (RFC 6901), which
/// is empty for the text as a whole.
class config_fault : public std::exception {
public:
    config_fault(std::string pointer, const std::string& problem)
        : pointer_(std::move(pointer)),
          line_(pointer_.empty() ? problem : pointer_ + ": " + problem) {}
    [[nodiscard]] const std::string& pointer() const noexcept { return pointer_; }
    [[nodiscard]] const char* what() const noexcept override { return line_.c_str(); }

private:
    std::string pointer_;
    std::string line_;
};

/// One object of the configuration, read member by member. What is absent has its default; what has
/// another type, or is out of range, or was not asked for by the time of `done`, is a
/// `config_fault`.
class object_reader {
public:
    using json = nlohmann::json;
    struct range {
        std::int64_t least = 0;
        std::int64_t most = 0;
    };

    object_reader(const json& value, std::string pointer);

    [[nodiscard]] bool flag(const char* name, bool otherwise);
    [[nodiscard]] std::int64_t whole(const char* name, range allowed, std::int64_t otherwise);
    /// Nothing where it is absent or null.
    [[nodiscard]] std::optional<std::int64_t> whole_or_null(const char* name, range allowed);
    /// Nothing where it is absent. An empty string is a fault, here and below.
    [[nodiscard]] std::optional<std::string> text(const char* name);
    [[nodiscard]] std::string required_text(const char* name);
    [[nodiscard]] std::optional<std::string> text_or_null(const char* name);
    [[nodiscard]] std::optional<std::vector<std::string>> texts(const char* name);
    /// The place of the member's value among `names`; `otherwise` where it is absent.
    [[nodiscard]] std::size_t
    choice(const char* name, std::initializer_list<std::string_view> names, std::size_t otherwise);
    [[nodiscard]] std::optional<object_reader> object(const char* name);
    /// Calls `visit` for each element of an array of objects. Returns: whether the member is there.
    bool each_object(const char* name, const std::function<void(object_reader)>& visit);

    /// Errors: a member that nobody asked for.
    void done() const;

    [[nodiscard]] bool has(const char* name) const { return value_->contains(name); }
    /// Whether the member is there and null. It then counts as asked for.
    [[nodiscard]] bool is_null(const char* name);
    [[nodiscard]] const std::string& pointer() const noexcept { return pointer_; }
    [[nodiscard]] std::string at(std::string_view name) const;
    [[nodiscard]] std::string at(std::string_view name, std::size_t index) const;

private:
    const json* find(const char* name);

    const json* value_;
    std::string pointer_;
    std::vector<std::string> known_;
};

} // namespace mcp_server
