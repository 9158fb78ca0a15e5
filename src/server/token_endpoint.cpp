#include "server/token_endpoint.hpp"

#include <utility>

#include "mcp_oauth/rfc/7636_pkce.hpp"
#include "server/grant_endpoint.hpp"
#include "server/grant_record.hpp"
#include "server/leniency.hpp"
#include "server/registration_endpoint.hpp"

namespace mcp_oauth {
inline namespace v0 {
namespace {

class finished_flow final : public operation_state<http_response> {
public:
    explicit finished_flow(http_response response) { result.emplace(std::move(response)); }
    void resume(step_answer&&) override {}
};

/// `grant_type=authorization_code` (OAuth 2.1 §4.1.3).
class code_redemption final : public grant_endpoint {
public:
    using grant_endpoint::grant_endpoint;

protected:
    void on_credentials() override { authenticate(); }

    void on_authenticated() override {
        if (!authenticated()->may_use("authorization_code"))
            return refuse_request(
                {error_code::unauthorized_client, "the client may not use this grant type"});
        const auto code = body().find("code");
        if (!code) return refuse_request({error_code::invalid_request, "code is required"});
        if (const auto text = body().find("code_verifier")) {
            auto verifier = code_verifier::parse(*text);
            if (!verifier) return refuse_request(verifier.error());
            verifier_.emplace(std::move(*verifier));
        }
        const auto opened = open_handle(handle_kind::code, *code, request().server().ring());
        if (!opened) return refuse_request({error_code::invalid_grant, "the code is not valid"});
        code_ = *opened;
        present_proven(code_.grant);
    }

    // A stranger who holds the code can neither burn it nor revoke anything: all of this is checked
    // before the state machine is asked, and on a replay too (OA21-CODE-06, OA21-CODE-07).
    expected<void, error> belongs(const grant& g) override {
        if (g.client_id != credentials().client_id)
            return refuse(error_code::invalid_grant, "the code was issued to another client");
        const auto redirect = body().find("redirect_uri");
        if (redirect && *redirect != g.redirect_uri) // MCP-TOK-13, OA21-CODE-10
            return refuse(error_code::invalid_grant, "redirect_uri differs from the one requested");
        if (!redirect && g.redirect_uri_required)
            return refuse(error_code::invalid_request, "redirect_uri is required");
        if (!g.dpop_jkt.empty() && (!proof() || proof()->thumbprint() != g.dpop_jkt))
            return refuse(error_code::invalid_grant, "the code is bound to another key");
        auto pkce = g.challenge.empty() ? without_pkce() : with_pkce(g);
        if (!pkce) return unexpected<error>{pkce.error()};
        pkce_.emplace(*pkce);
        return {};
    }

    // The proof is demanded here: a redemption without PKCE, or without leave, does not compile.
    transition decide(const grant& g, const moment& at, const fresh_head& fresh) override {
        return redeem(g, at, fresh, *pkce_);
    }

private:
    // Whoever sent a challenge has to prove it, whatever the policy (BCP-03).
    [[nodiscard]] expected<pkce_proof, error> with_pkce(const grant& g) const {
        if (!verifier_) return refuse(error_code::invalid_grant, "code_verifier is required");
        const auto challenge = code_challenge::parse(g.challenge);
        if (!challenge)
            return refuse(error_code::invalid_grant, "the code is bound to no challenge");
        return verify_pkce(*verifier_, *challenge);
    }
    // A verifier for a code without a challenge tells that somebody took the challenge out of the
    // authorization request (BCP-04). The rule is asked again: it may hold by now. It was reported
    // when the code was asked for.
    [[nodiscard]] expected<pkce_proof, error> without_pkce() const {
        if (verifier_)
            return refuse(error_code::invalid_request, "the code is bound to no challenge");
        leniency lenient{request().rules(), credentials().client_id, request().arrived()};
        const auto waiver = lenient.waive_pkce();
        if (!waiver) return refuse(error_code::invalid_grant, "the code is bound to no challenge");
        return pkce_proof::waived_by_migration(*waiver);
    }
    transition redeem(const grant& g, const moment& at, const fresh_head& fresh,
                      const pkce_proof&) const {
        return redeem_code(g.life, code_.nonce, asked().fit, at, fresh,
                           rules_for(g, request().rules()));
    }

    handle code_;
    std::optional<code_verifier> verifier_;
    std::optional<pkce_proof> pkce_;
};

/// `grant_type=refresh_token` (OAuth 2.1 §4.3.1).
class refresh final : public grant_endpoint {
public:
    using grant_endpoint::grant_endpoint;

protected:
    // A grant that was issued to a public client vouches for it, so that the usual refresh is one
    // read and one conditional write. Only for clients that registered themselves, whose record the
    // grant keeps alive: one that was configured and is no more is unknown at once. Everything else
    // reads the client first.
    void on_credentials() override {
        const auto text = body().find("refresh_token");
        if (text)
            opened_ = open_handle(handle_kind::refresh_token, *text, request().server().ring());
        const bool by_grant = credentials().method == client_authentication_method::none &&
                              opened_ && request().server().clients == nullptr &&
                              registered_itself(credentials().client_id);
        if (by_grant) return present_proven(opened_->grant);
        authenticate();
    }

    void on_authenticated() override {
        if (!authenticated()->may_use("refresh_token"))
            return refuse_request(
                {error_code::unauthorized_client, "the client may not use this grant type"});
        if (!body().find("refresh_token"))
            return refuse_request({error_code::invalid_request, "refresh_token is required"});
        if (!opened_)
            return refuse_request({error_code::invalid_grant, "the refresh token is not valid"});
        present_proven(opened_->grant);
    }

    expected<void, error> belongs(const grant& g) override {
        if (g.client_id != credentials().client_id)
            return refuse(error_code::invalid_grant, "the token was issued to another client");
        // Vouching is for public clients; who presents less than the grant was issued under is
        // nobody.
        if (authenticated() == nullptr && g.method != client_authentication_method::none)
            return refuse(error_code::invalid_grant, "the token was issued to another client");
        if (is_bound(g.life, opened_->generation) &&
            (!proof() || proof()->thumbprint() != g.life.jkt))
            return refuse(error_code::invalid_grant, "the token is bound to another key");
        return {};
    }

    transition decide(const grant& g, const moment& at, const fresh_head& fresh) override {
        const auto present = [&](const grant_rules& rules) {
            return present_refresh(g.life, opened_->generation, opened_->nonce, asked().fit, at,
                                   fresh, rules);
        };
        auto rules = rules_for(g, request().rules());
        lenient_.emplace(request().rules(), credentials().client_id, request().arrived());
        const auto decided = present(rules);
        if (decided.says == verdict::retried) {
            if (lenient_->serves(migration_rule::refresh_retried, true)) return decided;
            rules.retry_window = milliseconds{0};
            return present(rules);
        }
        const bool reused = decided.evidence == grant_evidence::refresh_replay ||
                            decided.evidence == grant_evidence::refresh_undecidable;
        if (!reused || !lenient_->serves(migration_rule::refresh_token_reused, false))
            return decided;
        rules.rotated_stay_good = true;
        return present(rules);
    }

    void on_served() override { lenient_->report(request()); }

    std::optional<error> host_refuses(const grant& g) override;

private:
    [[nodiscard]] bool registered_itself(std::string_view client_id) const {
        return client_id.substr(0, registered_client_prefix.size()) == registered_client_prefix &&
               request().server().configured_clients.count(client_id) == 0;
    }

    std::optional<handle> opened_;
    std::optional<leniency> lenient_; ///< what the last decision made of the migration rules
};

std::optional<error> refresh::host_refuses(const grant& g) {
    const auto& server = request().server();
    if (!server.may_refresh) return std::nullopt;
    std::string data;
    if (!g.sealed_host_data.empty()) {
        auto opened = server.ring().open(key_purpose::host_data, g.sealed_host_data, to_text(g.id));
        if (!opened) return error{error_code::temporarily_unavailable, "try again in a moment"};
        data = std::move(*opened);
    }
#if defined(__cpp_exceptions)
    try {
        return server.may_refresh(g.subject, g.client_id, data);
    } catch (...) {
        return error{error_code::temporarily_unavailable, "try again in a moment"};
    }
#else
    return server.may_refresh(g.subject, g.client_id, data);
#endif
}

} // namespace

operation<http_response> finished(http_response response) {
    return operation<http_response>{std::make_unique<finished_flow>(std::move(response))};
}

expected<parameters, http_response> read_form(const exchange& x) {
    const auto& limits = x.rules().limits;
    const auto no = [&x](http_response response) {
        x.report(x.describe(event_kind::request_refused, "form"));
        return unexpected<http_response>{std::move(response)};
    };
    if (x.request().method != "POST") return no(method_not_allowed("POST"));
    if (x.request().body.size() > limits.body) {
        auto response = error_answer({error_code::invalid_request, "the body is too large"});
        response.status = 413;
        return no(std::move(response));
    }
    const auto type = x.request().header("content-type");
    if (!type || media_type(*type) != "application/x-www-form-urlencoded")
        return no(error_answer({error_code::invalid_request,
                                "the content type must be application/x-www-form-urlencoded"}));
    auto body = parameters::parse(x.request().body, {limits.parameters, limits.value});
    if (!body) return no(error_answer(body.error()));
    if (body->any_repeated())
        return no(error_answer({error_code::invalid_request, "a parameter is repeated"}));
    return std::move(*body);
}

operation<http_response> begin_token(exchange x) {
    auto body = read_form(x);
    if (!body) return finished(std::move(body).error());
    const auto no = [&x](const error& why) {
        x.report(x.describe(event_kind::request_refused, why.wire().name));
        return finished(error_answer(why));
    };
    const auto type = body->find("grant_type");
    if (!type) return no({error_code::invalid_request, "grant_type is required"});
    if (*type == "authorization_code")
        return begin_flow<code_redemption, http_response>(std::move(x), std::move(*body));
    if (*type == "refresh_token" && x.rules().refresh.issue != refresh_issuance::never)
        return begin_flow<refresh, http_response>(std::move(x), std::move(*body));
    return no({error_code::unsupported_grant_type, "the grant type is not supported"});
}

} // namespace v0
} // namespace mcp_oauth
