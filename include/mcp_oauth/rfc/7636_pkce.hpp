#pragma once

#include <array>
#include <cstddef>
#include <cstring>
#include <optional>
#include <string_view>

#include "mcp_oauth/base/crypto.hpp"
#include "mcp_oauth/base/octets.hpp"
#include "mcp_oauth/base/secret.hpp"
#include "mcp_oauth/grammar/base64url.hpp"
#include "mcp_oauth/rfc/6749_errors.hpp"

/// RFC 7636: proof key for code exchange, S256 only (OAuth 2.1 §4.1.1, §7.5), and what a server may
/// let pass while it moves away from OAuth 2.0.
namespace mcp_oauth {
inline namespace v0 {

class leniency; // of server/: what a migration rule decides about one request

/// Leave to accept a `plain` challenge. Only the migration rule `pkce_plain` makes one.
class plain_pkce_waiver {
    friend class leniency;
    plain_pkce_waiver() noexcept {} // not `= default`, see `pkce_proof`
};
/// Leave to go without PKCE. Only the migration rule `pkce_missing` makes one.
class missing_pkce_waiver {
    friend class leniency;
    missing_pkce_waiver() noexcept {}
};

/// A client's challenge, in the only form this library accepts (RFC 7636 §4.2, S256).
///
/// Invariant: 43 base64url characters whose last two bits are zero. That is the one canonical
/// spelling of some 32 octets (RFC 4648 §3.5), so equal digests always compare equal. There is no
/// type for a `plain` challenge: code that holds a `code_challenge` cannot downgrade.
class code_challenge {
public:
    /// Characters: 32 octets in base64url.
    static constexpr std::size_t length = 43;

    /// Errors: `invalid_request` where `text` is no such string (PKCE-02).
    [[nodiscard]] static expected<code_challenge, error> parse(std::string_view text) noexcept {
        if (text.size() != length)
            return refuse(error_code::invalid_request, "code_challenge must be 43 characters");
        for (const char c : text)
            if (!is_base64url(c))
                return refuse(error_code::invalid_request, "code_challenge is not base64url");
        if (!canonical_tail(text.back()))
            return refuse(error_code::invalid_request, "code_challenge is not canonical base64url");
        return code_challenge{text};
    }

    /// The challenge in an authorization request (RFC 7636 §4.3).
    ///
    ///   "If the client does not send the code_challenge in the request […] the authorization
    ///    server MUST return the authorization error response with the error value set to
    ///    invalid_request."
    ///
    /// Checks: a challenge is there, its method is `S256` to the letter. A missing method means
    ///         `plain` and is refused too (PKCE-05, PKCE-08, MCP-AZR-02, MCP-AZR-03).
    /// Errors: `invalid_request`.
    [[nodiscard]] static expected<code_challenge, error>
    from_request(std::optional<std::string_view> challenge,
                 std::optional<std::string_view> method) noexcept {
        if (!challenge) return refuse(error_code::invalid_request, "code_challenge is required");
        if (!method)
            return refuse(error_code::invalid_request, "code_challenge_method must be S256");
        if (*method != "S256")
            return refuse(error_code::invalid_request, "code_challenge_method is not supported");
        return parse(*challenge);
    }

    /// A `plain` challenge, turned into the S256 challenge of the same verifier: what is equal has
    /// equal digests, so the verifier is checked like any other, and lies in no record.
    ///
    /// Checks: the grammar of a verifier (RFC 7636 §4.2; PKCE-02).
    /// Errors: `invalid_request`.
    [[nodiscard]] static expected<code_challenge, error> from_plain(std::string_view challenge,
                                                                    const plain_pkce_waiver&);

    /// The S256 challenge, as it came or as `from_plain` made it.
    [[nodiscard]] std::string_view view() const noexcept { return {chars_.data(), length}; }
    friend bool operator==(const code_challenge& a, const code_challenge& b) noexcept {
        return a.view() == b.view();
    }

private:
    explicit code_challenge(std::string_view text) noexcept {
        std::memcpy(chars_.data(), text.data(), length);
    }
    static constexpr bool canonical_tail(char c) noexcept {
        return std::string_view{"AEIMQUYcgkosw048"}.find(c) != std::string_view::npos;
    }
    std::array<char, length> chars_{};
};

/// A verifier in its grammar: 43*128( ALPHA / DIGIT / "-" / "." / "_" / "~" ) (RFC 7636 §4.1).
class code_verifier {
public:
    /// Errors: `invalid_request` where `text` is no such string (PKCE-01).
    [[nodiscard]] static expected<code_verifier, error> parse(std::string_view text) {
        if (text.size() < 43 || text.size() > 128)
            return refuse(error_code::invalid_request,
                          "code_verifier must be 43 to 128 characters");
        for (const char c : text)
            if (!is_base64url(c) && c != '.' && c != '~')
                return refuse(error_code::invalid_request,
                              "code_verifier holds a character that is not unreserved");
        return code_verifier{text};
    }

    /// The verifier, while this lives. It is a secret until the code is spent.
    [[nodiscard]] std::string_view reveal() const noexcept { return text_.reveal(); }

private:
    explicit code_verifier(std::string_view text) : text_(text) {}
    secret text_;
};

inline expected<code_challenge, error> code_challenge::from_plain(std::string_view challenge,
                                                                  const plain_pkce_waiver&) {
    if (!code_verifier::parse(challenge))
        return refuse(error_code::invalid_request, "code_challenge is malformed");
    return code_challenge{base64url(as_view(sha256(challenge)))};
}

/// Proof that `verify_pkce` ran and agreed, or that a migration rule waived it. Nothing else makes
/// one, and tokens are not issued without it.
class pkce_proof {
public:
    /// For a code that was issued without a challenge.
    /// Does not check: that no verifier came with it, which has to be refused (BCP-04).
    [[nodiscard]] static pkce_proof waived_by_migration(const missing_pkce_waiver&) noexcept {
        return {};
    }

private:
    friend expected<pkce_proof, error> verify_pkce(const code_verifier&, const code_challenge&);
    pkce_proof() noexcept {
    } // user-provided: with `= default` anybody may write `pkce_proof{}` in C++17
};

/// Decides whether `verifier` is the one that `challenge` was made from (RFC 7636 §4.6).
///
///   "If the values are not equal, an error response indicating "invalid_grant" as described in
///    Section 5.2 of [RFC6749] MUST be returned."
///
/// Checks:         BASE64URL(SHA256(ASCII(verifier))) == challenge, in constant time (PKCE-03).
/// Does not check: that the code is unused, unexpired or this client's. `grant/transition.hpp`
///                 does.
/// Errors:         `invalid_grant` (PKCE-06). Nothing else, ever.
[[nodiscard]] inline expected<pkce_proof, error> verify_pkce(const code_verifier& verifier,
                                                             const code_challenge& challenge) {
    const auto computed = base64url(as_view(sha256(verifier.reveal())));
    if (!equal_in_constant_time(computed, challenge.view()))
        return refuse(error_code::invalid_grant, "code_verifier does not match");
    return pkce_proof{};
}

} // namespace v0
} // namespace mcp_oauth
