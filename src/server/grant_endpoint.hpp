#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "mcp_oauth/grant/transition.hpp"
#include "mcp_oauth/rfc/6749_client_authentication.hpp"
#include "mcp_oauth/rfc/6749_parameters.hpp"
#include "mcp_oauth/rfc/9449_dpop.hpp"
#include "server/access_request.hpp"
#include "server/client_flow.hpp"

namespace mcp_oauth {
inline namespace v0 {

/// An endpoint that moves one grant: the token endpoint and the revocation endpoint.
///
/// The order is that of every such request: form, client, proof of a key, what belongs to the
/// grant, the state machine, signature, the mark of the proof, and last of all one
/// compare-and-swap. A lost swap loads again and asks the state machine again with the same time of
/// arrival, at most eight times. A swap whose outcome is unknown is read back: the record's version
/// is this operation's own exactly where its write landed.
class grant_endpoint : public client_flow<grant_endpoint, http_response> {
public:
    grant_endpoint(exchange x, parameters body);
    void start();

    // steps
    void on_client(std::optional<known_client>&& who);
    void on_grant(load_answer a);
    void on_signature(sign_answer a);
    void on_proof_marked(create_answer a);
    void on_mark_read(load_answer a);
    void on_client_kept(replace_answer a);
    void on_swapped(replace_answer a);
    void on_unavailable();
    void on_client_after_refusal(std::optional<known_client>&& who);

protected:
    /// The credentials could be read. Goes on with `authenticate`, or without where the grant
    /// itself vouches for a public client.
    virtual void on_credentials() = 0;
    /// The client is proven; goes on with `present`.
    virtual void on_authenticated() = 0;
    /// Checks everything that ties the request to this grant and changes nothing where it fails.
    [[nodiscard]] virtual expected<void, error> belongs(const grant& g) = 0;
    /// Asks the state machine.
    [[nodiscard]] virtual transition decide(const grant& g, const moment& at,
                                            const fresh_head& fresh) = 0;
    /// The host's word before tokens are issued.
    [[nodiscard]] virtual std::optional<error> host_refuses(const grant&) { return std::nullopt; }
    /// Tokens are on their way.
    virtual void on_served() {}
    /// The answer to a decision that is settled and gives no tokens although nothing was refused.
    [[nodiscard]] virtual http_response acknowledge() { return json_answer(200, "{}"); }
    /// The answer where no record of the grant exists; nothing: `invalid_grant`.
    [[nodiscard]] virtual std::optional<http_response> grant_is_gone() { return std::nullopt; }

    void authenticate();
    void present(const grant_id& id);
    /// The same for an endpoint that gives tokens: with the proof that the request brings, if it
    /// brings one (RFC 9449 §5).
    void present_proven(const grant_id& id);
    void refuse_request(error why);

    [[nodiscard]] const parameters& body() const noexcept { return body_; }
    [[nodiscard]] const presented_credentials& credentials() const noexcept { return credentials_; }
    [[nodiscard]] const client* authenticated() const noexcept {
        return client_ ? &client_->record() : nullptr;
    }

    /// Known once `belongs` found nothing wrong.
    [[nodiscard]] const access_request& asked() const noexcept { return access_; }

    /// Nothing where the request brought none.
    [[nodiscard]] const std::optional<dpop_proof>& proof() const noexcept { return proof_; }

private:
    [[nodiscard]] bool draw();
    void judge();
    [[nodiscard]] bool lacks_proof() const;
    void conclude();
    void mark_proof();
    void refuse_proof(const dpop_refusal& why);
    [[nodiscard]] http_response refusal(const error& why) const;
    void make_access_token();
    void refuse_custom_claims();
    void keep_client_alive();
    void commit();
    void settle();
    void answer_with_tokens();
    void report_settled() const;
    [[nodiscard]] bool gives_tokens() const noexcept;
    /// Of a grant that begins (OA21-REF-11).
    [[nodiscard]] bool may_have_refresh_token() const;
    [[nodiscard]] std::optional<secret> refresh_token() const;

    parameters body_;
    presented_credentials credentials_;
    std::optional<authenticated_client> client_;
    std::optional<record> client_record_; ///< of a client that registered itself

    bool takes_proofs_ = false;
    std::optional<dpop_proof> proof_;
    bool proof_marked_ = false;

    grant_id id_{};
    bool drawn_ = false;
    record_version commit_{}; ///< of every write of this operation, and only of its
    std::array<std::uint8_t, 16> token_id_{};
    grant current_;
    record_version version_{}; ///< of `current_`
    transition transition_;
    access_request access_;
    std::string signing_input_;
    std::string access_token_;
    std::int64_t expires_in_ = 0;
    std::size_t attempts_ = 0;
    std::optional<error> refusal_;
    bool client_kept_ = false;
    bool host_asked_ = false;
};

} // namespace v0
} // namespace mcp_oauth
