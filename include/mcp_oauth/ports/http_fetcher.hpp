#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "mcp_oauth/base/clock.hpp"
#include "mcp_oauth/base/expected.hpp"
#include "mcp_oauth/base/export.hpp"
#include "mcp_oauth/base/secret.hpp"
#include "mcp_oauth/grammar/http_message.hpp"
#include "mcp_oauth/grammar/uri.hpp"

namespace mcp_oauth {
inline namespace v0 {

/// Why nothing was fetched. Closed: a switch over it is checked by the compiler.
///
/// The first three are the URL's fault, and trying again changes nothing. The others may pass, and
/// say nothing about the client whose document it is: 503, never `invalid_client` (MCP-ERR-07).
enum class fetch_error : std::uint8_t {
    refused_url,     ///< no URL that may be fetched, see `fetch_target`
    refused_address, ///< the host has an address that may not be connected to
    too_large,       ///< body or header fields above the limit; nothing is cut to fit
    unresolved,      ///< the host has no address, or nobody can tell
    connection,      ///< nobody answers, or the connection broke before the end
    tls,             ///< no certificate that is trusted, valid now and for this host; no TLS 1.2
    timeout,         ///< not finished in time
    protocol,        ///< the answer is no HTTP, or is in a coding that was not asked for
    unavailable,     ///< the fetcher itself cannot: no memory, no thread, too much under way
};

/// The error as a word for a log.
[[nodiscard]] MCP_OAUTH_EXPORT std::string_view name(fetch_error error) noexcept;

/// A form to send, and the proof of who sends it. Shared by the steps and threads that it passes
/// through, so that its secrets are in one place and wiped there.
struct form_post {
    /// `application/x-www-form-urlencoded`, encoded.
    secret body;
    /// The value of `Authorization`; printable ASCII. Empty: there is none.
    secret authorization;
};

/// One document to get, or one form to send for an answer.
struct fetch_request {
    uri url; ///< as it was named, unchecked: `fetch_target::of` judges it
    /// The value of `Accept`; printable ASCII, never from a request.
    std::string accept = "application/json";
    /// The largest body in octets.
    std::size_t largest_body = 16 * 1024;
    /// From the call to the last octet, the name's resolution included.
    milliseconds time_limit{5000};
    /// Null: a GET, of a URL that a stranger may have named. With a form it is a POST, of a URL
    /// that the operator named or an issuer whom the operator named, and never a stranger.
    std::shared_ptr<const form_post> form{};
};

/// Gets a document from a URL that a stranger named: a client's metadata, a key set. It must not
/// become the stranger's way into the network that the server stands in (CIMD-01 … 07, JBCP-07,
/// MCP-CIMD-15 … 21, MCP-SEC-07).
///
/// And sends a form to the authorization server that tells about tokens (RFC 7662), under the same
/// guard: what the form holds must not get anywhere else.
///
/// A host that brings its own owes all of this:
///
/// - `fetch_target::of` decides whether the URL is fetched, and its `url()` is what is sent.
/// - The name is resolved once. `fetch_target::admits` is asked about the whole answer, and the
///   connection goes to an address of that answer: resolving again for connecting is the hole that
///   DNS rebinding uses. SNI, `Host` and the certificate's check keep to the name.
/// - One GET, over TLS 1.2 or later, the certificate verified. Nothing but the fields of HTTP
///   itself, `Accept` and a `User-Agent`: no cookies, credentials or client certificate, and no
///   proxy taken from the environment.
/// - With a form one POST instead, with exactly that body and its `Content-Type`, and with
///   `Authorization` where the form has one. Nothing of it is sent before the certificate was
///   verified, sent twice, logged, or kept.
/// - No redirect is followed: a 3xx is an answer like another.
/// - The caps hold while octets arrive, for a declared length and without one. No content coding
///   is asked for and none undone: a small answer must not grow. A body that was cut short is
///   `connection`, and is never taken for a whole one.
/// - `time_limit` bounds everything, resolving and a dripping body included.
///
/// Durability: nothing is kept, cached or reused between calls.
/// Errors:     `fetch_error`. A status other than 200 is none: the caller judges it.
/// Threads:    called concurrently. Must not call back into the library.
class MCP_OAUTH_EXPORT http_fetcher {
public:
    virtual ~http_fetcher();

    /// Returns: status and header fields of the final response, in order, repeats included; the
    ///          body where the status is 200, whole. The body of any other is not waited for.
    [[nodiscard]] virtual expected<http_response, fetch_error>
    fetch(const fetch_request& request) = 0;
};

} // namespace v0
} // namespace mcp_oauth
