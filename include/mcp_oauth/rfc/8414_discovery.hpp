#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "mcp_oauth/base/expected.hpp"
#include "mcp_oauth/base/export.hpp"
#include "mcp_oauth/grammar/uri.hpp"

/// RFC 8414 and OpenID Connect Discovery from the other side: where another authorization server's
/// metadata is, and what of it a resource server believes.
namespace mcp_oauth {
inline namespace v0 {

/// The identifier of somebody else's authorization server, as its operator wrote it. Unlike our
/// own (`issuer_identifier`), it may end in a slash.
class foreign_issuer {
public:
    /// Checks: `https`; a host; no query, no fragment, no userinfo (RFC 8414 §2; ASM-01).
    /// Errors: nothing.
    [[nodiscard]] MCP_OAUTH_EXPORT static std::optional<foreign_issuer>
    parse(std::string_view text);

    /// The operator's octets. Compare with `==` and nothing else (RFC 8414 §4; ASM-12).
    [[nodiscard]] const std::string& text() const noexcept { return uri_.text(); }
    /// The same, taken apart: `https`, a host, and perhaps a path.
    [[nodiscard]] const uri& location() const noexcept { return uri_; }

private:
    explicit foreign_issuer(uri parsed) : uri_(std::move(parsed)) {}
    uri uri_;
};

/// Where the issuer's metadata may be, in the order in which they are to be tried.
///
/// With a path: RFC 8414 §3.1 and OpenID's name inserted before it, and OpenID's appended to it
/// (OpenID Connect Discovery §4.1). Without one: the first two. A terminating slash of the path is
/// dropped first.
[[nodiscard]] MCP_OAUTH_EXPORT std::vector<uri> discovery_urls(const foreign_issuer& issuer);

/// Where a key set is: an `https` URL.
class key_set_location {
public:
    /// Checks: `https`; a host; no fragment, no userinfo. The host may be another than the
    ///         issuer's. Does not check: where that host is; the fetcher does.
    /// Errors: nothing.
    [[nodiscard]] MCP_OAUTH_EXPORT static std::optional<key_set_location>
    parse(std::string_view text);

    /// As it was written. `https`, so that nobody on the way can put in keys of their own.
    [[nodiscard]] const uri& url() const noexcept { return uri_; }

private:
    explicit key_set_location(uri parsed) : uri_(std::move(parsed)) {}
    uri uri_;
};

/// Where an issuer is asked about its tokens: an `https` URL that credentials may be sent to.
class introspection_location {
public:
    /// Checks: `https`; a host; no fragment, no userinfo (RFC 7662 §2, §4). The host may be another
    ///         than the issuer's. Does not check: where that host is; the fetcher does.
    /// Errors: nothing.
    [[nodiscard]] MCP_OAUTH_EXPORT static std::optional<introspection_location>
    parse(std::string_view text);

    /// As it was written. `https`: the token and the secret go there.
    [[nodiscard]] const uri& url() const noexcept { return uri_; }

private:
    explicit introspection_location(uri parsed) : uri_(std::move(parsed)) {}
    uri uri_;
};

/// Why a metadata document is not used.
enum class metadata_fault : std::uint8_t {
    malformed,             ///< too large, no JSON object, a member named twice
    wrong_issuer,          ///< `issuer` is absent, or another's
    no_key_set,            ///< `jwks_uri` is absent
    refused_key_set,       ///< `jwks_uri` is no URL that keys may come from
    no_introspection,      ///< `introspection_endpoint` is absent
    refused_introspection, ///< `introspection_endpoint` is no URL that credentials may go to
};

/// The fault as a word for a log.
[[nodiscard]] MCP_OAUTH_EXPORT std::string_view name(metadata_fault fault) noexcept;

/// Octets of a metadata document; a larger one is refused.
inline constexpr std::size_t largest_metadata = 64 * 1024;

/// What a resource server needs of another's metadata document: where its keys are.
///
/// Checks: size, depth, JSON without repeated members; `issuer` is, octet for octet, the one that
///         was asked for: the document of another may not name its keys (RFC 8414 §3.3);
///         `jwks_uri`.
/// Ignores: everything else. Nothing is believed for being listed there.
/// Errors: the first fault.
[[nodiscard]] MCP_OAUTH_EXPORT expected<key_set_location, metadata_fault>
key_set_of_issuer(std::string_view document, const foreign_issuer& issuer);

/// The same of where it is asked about its tokens, `introspection_endpoint` (RFC 8414 §2): the
/// document of another issuer may not lead credentials and tokens away.
[[nodiscard]] MCP_OAUTH_EXPORT expected<introspection_location, metadata_fault>
introspection_of_issuer(std::string_view document, const foreign_issuer& issuer);

} // namespace v0
} // namespace mcp_oauth
