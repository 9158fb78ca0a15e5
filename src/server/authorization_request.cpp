#include "server/authorization_endpoint.hpp"

#include <optional>
#include <string>
#include <utility>

#include "mcp_oauth/rfc/6749_authorization_response.hpp"
#include "mcp_oauth/rfc/6749_parameters.hpp"
#include "mcp_oauth/rfc/7636_pkce.hpp"
#include "mcp_oauth/rfc/8707_resource_indicators.hpp"
#include "mcp_oauth/rfc/9449_dpop.hpp"
#include "server/client_flow.hpp"
#include "server/leniency.hpp"
#include "server/ticket.hpp"

namespace mcp_oauth {
inline namespace v0 {
namespace {

/// A decimal number of seconds. Nothing else is one.
std::optional<seconds> parse_max_age(std::string_view text) {
    if (text.empty() || text.size() > 9) return std::nullopt;
    std::int64_t value = 0;
    for (const char c : text) {
        if (c < '0' || c > '9') return std::nullopt;
        value = value * 10 + (c - '0');
    }
    return seconds{value};
}

/// The checks whose failure travels back to the client, in this order: repeats, request objects,
/// response type, grant type, PKCE, scope, resource, prompt. What is found acceptable goes into the
/// ticket.
class request_checks {
public:
    request_checks(const exchange& x, const parameters& query, const client& who, ticket& t,
                   leniency& lenient)
        : x_(x), query_(query), who_(who), t_(t), lenient_(lenient) {}

    [[nodiscard]] expected<void, error> run() {
        read_prompts();
        auto state = check_state(query_.find("state"));
        if (!state) return unexpected<error>{state.error()};
        t_.state = std::move(*state);
        if (t_.state && t_.state->size() > x_.rules().limits.state) {
            t_.state.reset();
            return refuse(error_code::invalid_request, "state is too long");
        }
        if (query_.any_repeated())
            return refuse(error_code::invalid_request, "a parameter is repeated");
        if (query_.find("request"))
            return refuse(error_code::request_not_supported, "request objects are not supported");
        if (query_.find("request_uri"))
            return refuse(error_code::request_uri_not_supported, "request_uri is not supported");
        return response_type();
    }

private:
    [[nodiscard]] expected<void, error> response_type() {
        const auto type = query_.find("response_type");
        if (!type) return refuse(error_code::invalid_request, "response_type is required");
        if (*type != "code")
            return refuse(error_code::unsupported_response_type, "response_type must be code");
        const auto mode = query_.find("response_mode");
        if (mode && *mode != "query")
            return refuse(error_code::invalid_request, "response_mode is not supported");
        if (!who_.may_use("authorization_code"))
            return refuse(error_code::unauthorized_client,
                          "the client is not registered for authorization codes");
        return pkce();
    }
    [[nodiscard]] expected<void, error> pkce() {
        const auto challenge = query_.find("code_challenge");
        const auto method = query_.find("code_challenge_method");
        // A method without a challenge is no old client's: something took the challenge out.
        if (!challenge && !method && lenient_.waive_pkce()) return scope();
        auto bound = code_challenge::from_request(challenge, method);
        if (challenge && (!method || *method == "plain"))
            if (const auto waiver = lenient_.waive_s256())
                bound = code_challenge::from_plain(*challenge, *waiver);
        if (!bound) return unexpected<error>{bound.error()};
        t_.challenge = *bound;
        return scope();
    }
    [[nodiscard]] expected<void, error> scope() {
        const auto& server = x_.server();
        const auto& offered = server.common->scopes_supported;
        const auto asked = query_.find("scope");
        const auto wanted = scope_set::parse(asked.value_or("")).value_or(scope_set{});
        scope_set registered; // of those on offer today
        if (who_.scope)
            for (const auto& each : *who_.scope)
                if (offered.contains(each)) registered.add(each);
        bool bounded = who_.scope && x_.rules().scope.registered == registered_scope::ceiling;
        if (who_.scope && goes_beyond(registered, wanted))
            switch (lenient_.judge(migration_rule::scope_beyond_registration)) {
            case rule_verdict::by_policy: break;
            case rule_verdict::lenient: bounded = false; break;
            case rule_verdict::holds:
                return refuse(error_code::invalid_scope, "a requested scope is not registered");
            }
        auto unknown = x_.rules().scope.unknown;
        if (!offered.contains_all(wanted))
            unknown =
                lenient_.serves(migration_rule::scope_unknown, unknown == unknown_scopes::narrow)
                    ? unknown_scopes::narrow
                    : unknown_scopes::refuse;
        auto scopes = resolve_scope(
            asked, bounded ? registered : offered,
            bounded || !registered.empty() ? registered : server.default_scopes, unknown);
        if (!scopes) return unexpected<error>{scopes.error()};
        t_.scopes = std::move(*scopes);
        return resource();
    }
    /// Whether the client wants what is on offer and it did not register. Who asks for nothing in
    /// particular wants the server's defaults where nothing that it registered is on offer.
    [[nodiscard]] bool goes_beyond(const scope_set& registered, const scope_set& wanted) const {
        if (wanted.empty()) return registered.empty();
        for (const auto& each : wanted)
            if (x_.server().common->scopes_supported.contains(each) && !registered.contains(each))
                return true;
        return false;
    }
    [[nodiscard]] expected<void, error> resource() {
        auto resources = resolve_resources(query_.find_all("resource"), x_.server().resources);
        if (!resources) return unexpected<error>{resources.error()};
        t_.resources = std::move(*resources);
        if (t_.resources.empty()) {
            const bool has_default =
                x_.rules().resource.missing == missing_resource::default_resource;
            if (!lenient_.serves(migration_rule::resource_missing, has_default))
                return refuse(error_code::invalid_target, "resource is required");
            t_.resources.push_back(x_.server().resources.front().text());
        }
        return key();
    }
    [[nodiscard]] expected<void, error> key() {
        const auto jkt = query_.find("dpop_jkt");
        if (jkt && x_.rules().dpop.enabled) {
            if (!is_jwk_thumbprint(*jkt))
                return refuse(error_code::invalid_request, "dpop_jkt is malformed");
            t_.dpop_jkt = *jkt;
        }
        return prompt();
    }
    [[nodiscard]] expected<void, error> prompt() {
        if (const auto text = query_.find("max_age")) {
            t_.max_age = parse_max_age(*text);
            if (!t_.max_age) return refuse(error_code::invalid_request, "max_age is malformed");
        }
        if (t_.prompt_none && prompts_.size() > 1)
            return refuse(error_code::invalid_request, "prompt=none stands alone");
        return {};
    }
    // Before every check: whoever asks for silence gets even an error without a page.
    void read_prompts() {
        prompts_ = scope_set::parse(query_.find("prompt").value_or("")).value_or(scope_set{});
        t_.prompt_none = prompts_.contains("none");
        t_.prompt_login = prompts_.contains("login");
        t_.prompt_consent = prompts_.contains("consent");
    }

    const exchange& x_;
    const parameters& query_;
    const client& who_;
    ticket& t_;
    leniency& lenient_;
    scope_set prompts_;
};

class authorization final : public client_flow<authorization, authorize_outcome> {
public:
    explicit authorization(exchange x) : client_flow(std::move(x)) {}

    // What cannot be proven ends on a page of the host's, here and in `on_client` (OA21-AUTHZ-06,
    // -08, -09).
    void start() {
        const auto& limits = request().rules().limits;
        const bool posted = request().request().method == "POST";
        if (!posted && request().request().method != "GET")
            return page(405, {error_code::invalid_request, "the method is not allowed here"});
        if (posted) {
            const auto type = request().request().header("content-type");
            if (!type || media_type(*type) != "application/x-www-form-urlencoded")
                return page(400,
                            {error_code::invalid_request, "the content type is not supported"});
        }
        const std::string_view encoded =
            posted ? std::string_view{request().request().body} : request().request().query();
        if (encoded.size() > limits.query)
            return page(posted ? 413 : 414,
                        {error_code::invalid_request, "the request is too long"});
        auto query = parameters::parse(encoded, {limits.parameters, limits.value});
        if (!query) return page(400, query.error());
        if (query->repeated("client_id") || query->repeated("redirect_uri"))
            return page(400, {error_code::invalid_request, "a parameter is repeated"});
        query_.emplace(std::move(*query));
        const auto id = query_->find("client_id");
        if (!id) return page(400, {error_code::invalid_request, "client_id is required"});
        find_client(*id, &authorization::on_client);
    }

    void on_client(std::optional<known_client>&& found) {
        if (!found || found->who.disabled)
            return page(400, {error_code::invalid_client, "the client is not known here"});
        const auto& who = found->who;
        auto redirect = match_redirect_uri(query_->find("redirect_uri"), who.redirect_uris,
                                           request().server().registration.redirects);
        if (!redirect) return page(400, redirect.error());
        leniency lenient{request().rules(), who.client_id, request().arrived()};
        // Rules that were tightened bind those who registered before, too (MCP-DCR-12).
        if (const auto still =
                check_redirect_uri(redirect->text(), request().server().registration.redirects);
            !still ||
            (is_dotless(*still) && !lenient.serves(migration_rule::redirect_scheme_dotless, true)))
            return page(400, {error_code::invalid_request, "redirect_uri is not allowed here"});
        ticket t;
        if (!request().server().random.fill(t.id.data(), t.id.size())) return on_unavailable();
        t.issued_at = request().arrived();
        t.deadline = t.issued_at + request().rules().consent.page_lifetime;
        t.client_id = who.client_id;
        t.redirect_uri = redirect->text();
        t.redirect_uri_sent = query_->find("redirect_uri").has_value();
        const auto acceptable = request_checks{request(), *query_, who, t, lenient}.run();
        if (acceptable) lenient.report(request());
        if (!acceptable) {
            const auto& why = acceptable.error();
            t.failed = postponed_error{why.code, std::string{why.description.view()}};
            auto e = request().describe(event_kind::request_refused, why.wire().name);
            e.client_id = who.client_id;
            request().report(e);
        }
        interact(t, who);
    }

    void on_unavailable() {
        request().report(request().describe(event_kind::store_unavailable));
        page(503, {error_code::temporarily_unavailable, "try again in a moment"});
    }

private:
    // Of those that were found acceptable, only private-use schemes on the policy's list are.
    [[nodiscard]] static bool is_dotless(const uri& redirect) {
        return !redirect.scheme_is("https") && !redirect.scheme_is("http") &&
               redirect.scheme().find('.') == std::string_view::npos;
    }
    void interact(const ticket& t, const client& who) {
        auto sealed = seal_ticket(t, request().server());
        if (!sealed) return on_unavailable();
        interaction i;
        i.ticket = std::move(*sealed);
        i.client_name = who.client_name;
        i.provenance = who.provenance;
        if (const auto redirect = uri::parse(t.redirect_uri)) i.redirect_host = redirect->host();
        i.demands.none = t.prompt_none;
        i.demands.login = t.prompt_login;
        i.demands.consent = t.prompt_consent;
        i.demands.max_age = t.max_age;
        const auto prompts = scope_set::parse(query_->find("prompt").value_or(""));
        i.demands.select_account = prompts && prompts->contains("select_account");
        i.demands.acr_values = query_->find("acr_values").value_or("");
        i.demands.login_hint = query_->find("login_hint").value_or("");
        finish(std::move(i));
    }
    void page(int status, const error& why) {
        if (status < 500)
            request().report(request().describe(event_kind::request_refused, why.wire().name));
        error_page shown{status, why};
        if (status == 405) shown.headers.push_back({"Allow", "GET, POST"});
        if (status == 503) shown.headers.push_back({"Retry-After", "1"});
        finish(std::move(shown));
    }

    std::optional<parameters> query_;
};

} // namespace

operation<authorize_outcome> begin_authorization(exchange x) {
    return begin_flow<authorization, authorize_outcome>(std::move(x));
}

} // namespace v0
} // namespace mcp_oauth
