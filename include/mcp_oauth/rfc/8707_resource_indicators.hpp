#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "mcp_oauth/grammar/uri.hpp"
#include "mcp_oauth/rfc/6749_errors.hpp"

/// RFC 8707: which protected resource a token is for.
namespace mcp_oauth {
inline namespace v0 {

/// A protected resource's identifier as the operator wrote it, the one string of `resource` in
/// metadata and `aud` in tokens.
class resource_identifier {
public:
    /// Checks: `https`, or `http` on a loopback host for development; a host; no fragment, no
    ///         userinfo (RFC 9728 §1.2; PRM-01, MCP-PRM-12).
    /// Errors: nothing.
    [[nodiscard]] static std::optional<resource_identifier> parse(std::string_view text) {
        const auto parsed = uri::parse(text);
        if (!parsed || parsed->fragment() || parsed->userinfo() || parsed->host().empty())
            return std::nullopt;
        const bool development = parsed->scheme_is("http") && parsed->host_is_loopback();
        if (!parsed->scheme_is("https") && !development) return std::nullopt;
        return resource_identifier{*parsed};
    }

    /// The operator's octets: what is published and what stands in tokens. `same_as` compares.
    [[nodiscard]] const std::string& text() const noexcept { return uri_.text(); }
    /// The same, taken apart: for the place of its metadata.
    [[nodiscard]] const uri& location() const noexcept { return uri_; }

    /// Whether `other` means this resource. Folded are the case of scheme and host, the default
    /// port and a lone root slash; path, query and percent-encoding are significant (MCP-RES-06 …
    /// 08, RES-09).
    [[nodiscard]] bool same_as(std::string_view other) const {
        if (other == uri_.text()) return true;
        const auto parsed = uri::parse(other);
        return parsed && !parsed->fragment() && canonical_resource_text(*parsed) == canonical_;
    }

private:
    explicit resource_identifier(const uri& parsed)
        : uri_(parsed), canonical_(canonical_resource_text(parsed)) {}
    uri uri_;
    std::string canonical_;
};

/// Resolves the `resource` parameters of a request against the resources that may be asked for.
///
/// Checks: each is an absolute URI without fragment and one of `allowed` (RES-01, RES-03).
/// Errors: `invalid_target`.
/// Returns: the configured spellings, without repeats; empty where none was asked for.
[[nodiscard]] inline expected<std::vector<std::string>, error>
resolve_resources(const std::vector<std::string_view>& requested,
                  const std::vector<resource_identifier>& allowed) {
    std::vector<std::string> resolved;
    for (const auto text : requested) {
        const resource_identifier* found = nullptr;
        for (const auto& each : allowed)
            if (each.same_as(text)) found = &each;
        if (found == nullptr)
            return refuse(error_code::invalid_target, "the requested resource is not served");
        bool known = false;
        for (const auto& each : resolved) known = known || each == found->text();
        if (!known) resolved.push_back(found->text());
    }
    return resolved;
}

} // namespace v0
} // namespace mcp_oauth
