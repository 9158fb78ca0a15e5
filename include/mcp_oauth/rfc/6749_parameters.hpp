#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "mcp_oauth/base/expected.hpp"
#include "mcp_oauth/grammar/form_urlencoded.hpp"
#include "mcp_oauth/rfc/6749_errors.hpp"

/// RFC 6749 §3.1 and §3.2: how request parameters are read.
namespace mcp_oauth {
inline namespace v0 {

/// The parameters of one request.
///
///   "Parameters sent without a value MUST be treated as if they were omitted from the request. The
///    authorization server MUST ignore unrecognized request parameters. Request and response
///    parameters MUST NOT be included more than once."
class parameters {
public:
    /// Checks: encoding and limits. Repeats are kept for `repeated` to tell, since whether they may
    ///         be reported by redirect depends on which one it is (OA21-AUTHZ-06).
    /// Errors: `invalid_request`.
    [[nodiscard]] static expected<parameters, error> parse(std::string_view encoded,
                                                           const form_limits& limits) {
        auto parsed = form::parse(encoded, limits);
        if (!parsed) return refuse(error_code::invalid_request, describe(parsed.error()));
        return parameters{std::move(*parsed)};
    }

    /// The value; nothing where it is absent, empty or repeated.
    [[nodiscard]] std::optional<std::string_view> find(std::string_view name) const noexcept {
        std::optional<std::string_view> found;
        for (const auto& [key, value] : form_.parameters()) {
            if (key != name) continue;
            if (found) return std::nullopt;
            found = value;
        }
        if (found && found->empty()) return std::nullopt;
        return found;
    }
    /// Every value that is not empty, in order: for `resource` (RFC 8707 §2).
    [[nodiscard]] std::vector<std::string_view> find_all(std::string_view name) const {
        std::vector<std::string_view> found;
        for (const auto& [key, value] : form_.parameters())
            if (key == name && !value.empty()) found.emplace_back(value);
        return found;
    }
    /// Whether the name comes more than once, empty values included.
    [[nodiscard]] bool repeated(std::string_view name) const noexcept {
        int seen = 0;
        for (const auto& parameter : form_.parameters()) seen += parameter.first == name ? 1 : 0;
        return seen > 1;
    }
    /// Whether any parameter but `resource` is repeated, known or not (OA21-AUTHZ-05, OA21-TOK-04).
    [[nodiscard]] bool any_repeated() const noexcept {
        for (const auto& parameter : form_.parameters())
            if (parameter.first != "resource" && repeated(parameter.first)) return true;
        return false;
    }

private:
    explicit parameters(form parsed) : form_(std::move(parsed)) {}
    [[nodiscard]] static constexpr public_text describe(form_fault fault) noexcept {
        switch (fault) {
        case form_fault::bad_escape: return "a parameter holds a malformed percent escape";
        case form_fault::not_utf8: return "a parameter is not UTF-8";
        case form_fault::too_many: return "the request has too many parameters";
        case form_fault::value_too_long: return "a parameter is too long";
        }
        return "the parameters are malformed";
    }
    form form_;
};

} // namespace v0
} // namespace mcp_oauth
