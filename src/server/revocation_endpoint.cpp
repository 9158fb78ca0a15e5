#include <optional>
#include <string>
#include <utility>

#include "mcp_oauth/rfc/7009_revocation.hpp"
#include "mcp_oauth/rfc/9068_jwt_access_token.hpp"
#include "server/access_token.hpp"
#include "server/grant_endpoint.hpp"
#include "server/token_endpoint.hpp"

namespace mcp_oauth {
inline namespace v0 {
namespace {

/// Revoking any token of a grant, of any age, ends the grant (RFC 7009 §2.1; REV-06).
/// `token_type_hint` decides nothing: what a token is can be seen from the token (REV-05).
class revocation final : public grant_endpoint {
public:
    using grant_endpoint::grant_endpoint;

protected:
    void on_credentials() override { authenticate(); }

    void on_authenticated() override {
        const auto asked = revocation_request::parse(body());
        if (!asked) return refuse_request(asked.error());
        const auto id = grant_of(asked->token.reveal());
        // Garbage, or somebody else's: it is invalid here, and that is what was asked for (REV-03).
        if (!id) return finish(acknowledge());
        present(*id);
    }

    expected<void, error> belongs(const grant& g) override {
        if (g.client_id != credentials().client_id) // REV-04
            return refuse(error_code::invalid_request, "the token was issued to another client");
        return {};
    }

    transition decide(const grant& g, const moment& at, const fresh_head&) override {
        return revoke(g.life, revocation_reason::client, at);
    }

    http_response acknowledge() override {
        return {200, {{"Cache-Control", "no-store"}, {"Content-Length", "0"}}, {}};
    }
    std::optional<http_response> grant_is_gone() override { return acknowledge(); }

private:
    [[nodiscard]] std::optional<grant_id> grant_of(std::string_view token) const {
        const auto& server = request().server();
        for (const auto kind : {handle_kind::refresh_token, handle_kind::code})
            if (const auto opened = open_handle(kind, token, server.ring())) return opened->grant;
        if (const auto sealed = open_opaque(token, server.ring()))
            return grant_id_from(sealed->grant_id);
        return grant_of_jwt(token);
    }

    // Of any age: what matters is that this server signed it for one of its resources.
    [[nodiscard]] std::optional<grant_id> grant_of_jwt(std::string_view token) const {
        const auto& server = request().server();
        for (const auto& resource : server.resources) {
            const auto verified = verify_access_token(
                token, server.keys, {server.common->issuer, resource, instant{}, seconds{0}});
            if (verified) return grant_id_from(verified->claims().grant_id);
            if (verified.error().fault != token_fault::wrong_audience) return std::nullopt;
        }
        return std::nullopt;
    }
};

} // namespace

operation<http_response> begin_revocation(exchange x) {
    auto body = read_form(x);
    if (!body) return finished(std::move(body).error());
    return begin_flow<revocation, http_response>(std::move(x), std::move(*body));
}

} // namespace v0
} // namespace mcp_oauth
