#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "mcp_oauth/base/octets.hpp"
#include "mcp_oauth/base/secret.hpp"
#include "mcp_oauth/grammar/http_authorization.hpp"
#include "mcp_oauth/grammar/http_message.hpp"
#include "mcp_oauth/rfc/6749_client.hpp"
#include "mcp_oauth/rfc/6749_errors.hpp"
#include "mcp_oauth/rfc/6749_parameters.hpp"

/// RFC 6749 §2.3 and OAuth 2.1 §2.4: who is asking.
namespace mcp_oauth {
inline namespace v0 {

/// What a request says about its client, before anybody looked whether it is true.
struct presented_credentials {
    std::string client_id; ///< decoded, and never empty after `parse`
    client_authentication_method method = client_authentication_method::none; ///< how it came
    secret client_secret; ///< decoded; empty under `none`

    /// Checks: at most one mechanism is used (OA21-CLI-08; RFC 6749 §2.3); Basic is base64 with a
    ///         colon, and both halves are form-decoded (OA21-CLI-06); a body `client_id` beside it
    ///         is the same one. Secrets in the query are not read at all (OA21-CLI-07).
    /// Does not check: that the client exists or the secret is right.
    /// Errors: `invalid_request` for two mechanisms, or none, or a `client_id` in the body that
    ///         differs from the header's; `invalid_client` for a header that cannot be read or is
    ///         of another scheme, and for a client assertion, which is not served.
    [[nodiscard]] static expected<presented_credentials, error> parse(const http_request& request,
                                                                      const parameters& body) {
        const bool in_body = body.find("client_secret").has_value();
        if (body.find("client_assertion") || body.find("client_assertion_type"))
            return refuse(error_code::invalid_client, "client assertions are not supported");
        if (request.count("authorization") == 0) return from_body(body, in_body);
        if (request.count("authorization") > 1 || in_body)
            return refuse(error_code::invalid_request,
                          "more than one client authentication mechanism is used");
        return from_header(*request.header("authorization"), body);
    }

private:
    [[nodiscard]] static expected<presented_credentials, error> from_body(const parameters& body,
                                                                          bool with_secret) {
        const auto id = body.find("client_id");
        if (!id) return refuse(error_code::invalid_request, "client_id is required");
        presented_credentials found;
        found.client_id = *id;
        if (with_secret) {
            found.method = client_authentication_method::client_secret_post;
            found.client_secret = secret{*body.find("client_secret")};
        }
        return found;
    }
    [[nodiscard]] static expected<presented_credentials, error>
    from_header(std::string_view header, const parameters& body) {
        const auto credentials = parse_credentials(header);
        if (!credentials || !equal_ignoring_case(credentials->scheme, "Basic"))
            return refuse(error_code::invalid_client, "the Authorization scheme is not supported");
        const auto basic = decode_basic(credentials->token);
        if (!basic)
            return refuse(error_code::invalid_client, "the Basic credentials are malformed");
        auto id = form_decode(basic->user_id);
        auto password = form_decode(basic->password);
        if (!id || !password || id->empty())
            return refuse(error_code::invalid_client, "the Basic credentials are malformed");
        if (const auto named = body.find("client_id"); named && *named != *id)
            return refuse(error_code::invalid_request,
                          "client_id differs from the authenticated client");
        presented_credentials found;
        found.client_id = std::move(*id);
        found.method = client_authentication_method::client_secret_basic;
        found.client_secret = secret{*password};
        return found;
    }
};

/// A client whose identity was established as its registration demands. Only `authenticate_client`
/// makes one.
class authenticated_client {
public:
    /// As it was judged: enabled, and by its registered method. For a public client that proves
    /// only that the name exists (OA21-CLI-02).
    [[nodiscard]] const client& record() const noexcept { return client_; }

private:
    friend expected<authenticated_client, error>
    authenticate_client(client known, const presented_credentials& presented, instant now);
    explicit authenticated_client(client known) : client_(std::move(known)) {}
    client client_;
};

/// Decides whether `presented` is really `known` (OAuth 2.1 §2.4, §3.2.2).
///
///   "The authorization server MUST […] require client authentication for confidential clients […]
///    and authenticate the client if client authentication is included."
///
/// Requires: `known.client_id == presented.client_id`.
/// Checks:   the client is enabled; the method is the registered one and no other (MCP-TOK-11,
///           OA21-TOK-06, OA21-TOK-07, ATK-TK-11); one unexpired digest equals the secret's,
///           compared in constant time.
/// Does not check: how often somebody guessed. The endpoint asks the `attempt_limiter`.
/// Errors:   `invalid_client`, in the same words whatever was wrong.
[[nodiscard]] inline expected<authenticated_client, error>
authenticate_client(client known, const presented_credentials& presented, instant now) {
    constexpr public_text failed = "client authentication failed";
    if (known.disabled || known.method != presented.method)
        return refuse(error_code::invalid_client, failed);
    if (known.method == client_authentication_method::none)
        return authenticated_client{std::move(known)};
    const auto digest = sha256(presented.client_secret.reveal());
    bool matches = false;
    for (const auto& secret : known.secrets) {
        const bool same = equal_in_constant_time(as_view(digest), as_view(secret.octets));
        const bool alive = !secret.expires_at || now < *secret.expires_at;
        matches = matches || (same && alive);
    }
    if (!matches) return refuse(error_code::invalid_client, failed);
    return authenticated_client{std::move(known)};
}

} // namespace v0
} // namespace mcp_oauth
