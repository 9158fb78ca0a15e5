#pragma once

#include <map>
#include <optional>
#include <string>

/// What the upstream said of a user, once everything about it was checked.
struct upstream_user {
    std::string issuer;        ///< of the ID token
    std::string subject;       ///< its `sub`: never the e-mail address, which changes its owner
    std::string refresh_token; ///< theirs, for this host; rotates with each use
};

/// What a host sends the browser away with. Each is fresh for each login.
struct upstream_request {
    std::string state, nonce, code_challenge;
};

enum class standing { good, gone, unknown };

/// The identity provider, as a host talks to it: Google, GitHub, a company's own.
class upstream {
public:
    virtual ~upstream() = default;

    /// Where to send the browser, with the host's one client ID and its one callback.
    [[nodiscard]] virtual std::string login_url(const upstream_request& asked) const = 0;

    /// Redeems the code with the client secret and the PKCE verifier.
    /// Checks: of the ID token the signature, `iss`, `aud`, `nonce` and times.
    /// Errors: nothing where any of that fails.
    [[nodiscard]] virtual std::optional<upstream_user>
    redeem(const std::string& code, const std::string& verifier, const std::string& nonce) = 0;

    /// Whether the account is still welcome there, as far as the host knows: it refreshes with the
    /// upstream now and then, in the background.
    [[nodiscard]] virtual standing standing_of(const std::string& subject) = 0;
};

/// A provider in this process, for the walk: the user called `user` is always signed in there.
class simulated_upstream final : public upstream {
public:
    [[nodiscard]] std::string login_url(const upstream_request& asked) const override;
    [[nodiscard]] std::optional<upstream_user>
    redeem(const std::string& code, const std::string& verifier, const std::string& nonce) override;
    [[nodiscard]] standing standing_of(const std::string& subject) override;

    /// The user's browser follows `url`. Returns: the query it comes back to the callback with.
    [[nodiscard]] std::string visit(const std::string& url, const std::string& user);

    std::map<std::string, standing> accounts; ///< who is not there is in good standing

private:
    struct issued {
        std::string user, nonce, code_challenge;
    };
    std::map<std::string, issued> codes_;
};
