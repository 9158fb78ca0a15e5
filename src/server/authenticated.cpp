#include <algorithm>
#include <optional>
#include <string>
#include <utility>

#include "mcp_oauth/grammar/form_urlencoded.hpp"
#include "server/approving_flow.hpp"
#include "server/authorization_endpoint.hpp"
#include "server/consent_record.hpp"

namespace mcp_oauth {
inline namespace v0 {
namespace {

constexpr std::size_t longest_subject = 128;
constexpr std::size_t longest_acr = 64;
constexpr std::size_t longest_amr = 56; // all methods together, their lengths included

// What no record and no token could hold is neither.
bool is_text(const std::string& octets) {
    return is_utf8(octets) && octets.find('\0') == std::string::npos;
}

/// The host's duty; a violation is the programmer's fault and ends on a page.
bool fits_a_ticket(const login& who) {
    std::size_t amr = 0;
    for (const auto& method : who.amr) amr += method.size() + 2;
    return !who.subject.empty() && who.subject.size() <= longest_subject && is_text(who.subject) &&
           who.at >= instant{} && !who.session.empty() && who.acr.size() <= longest_acr &&
           is_text(who.acr) && amr <= longest_amr &&
           std::all_of(who.amr.begin(), who.amr.end(), is_text);
}

class authenticated_flow final : public approving_flow<authenticated_flow, authenticated_outcome> {
public:
    authenticated_flow(exchange x, std::optional<ticket> t, std::optional<login> who)
        : approving_flow(std::move(x), std::move(t)), login_(std::move(who)) {}

    void start() {
        if (!has_ticket()) return finish(error_page{400, page_is_spent});
        const ticket& t = request_ticket();
        if (!login_ && !t.prompt_none) return finish(error_page{400, page_is_spent});
        if (login_ && !fits_a_ticket(*login_))
            return finish(error_page{500, {error_code::server_error, "the login is malformed"}});
        if (t.failed) return redirect_with(sealed_sentence::open(*t.failed));
        if (!login_ || !login_is_fresh_enough())
            return redirect_with({error_code::login_required, "the user has to log in"});
        ticket_login user;
        user.subject = login_->subject;
        user.session = session_digest(login_->session);
        // A host's clock may run ahead of this one; nobody logged in later than now.
        user.auth_time = to_unix_seconds((std::min)(login_->at, request().arrived()));
        user.acr = login_->acr;
        user.amr = login_->amr;
        attach(std::move(user));
        find_client(t.client_id, &authenticated_flow::on_client);
    }

    void on_client(std::optional<known_client> found) {
        if (const auto fault = fault_of(found)) return finish(error_page{400, *fault});
        client_ = std::move(found->who);
        const ticket& t = request_ticket();
        if (t.prompt_consent || !may_remember(request().rules(), t.redirect_uri))
            return ask_the_user();
        ask(load_step{consent_key(request().server(), t, t.scopes)},
            &authenticated_flow::on_consent);
    }

    void on_consent(load_answer a) {
        if (!a) return on_unavailable();
        if (!*a || !consent_counts(**a, request().arrived())) return ask_the_user();
        auto g = fresh_grant(client_, request_ticket().scopes);
        if (!g) return on_unavailable();
        create(std::move(*g));
    }

private:
    // The host was told what to honour; here it is found out whether it did.
    [[nodiscard]] bool login_is_fresh_enough() const {
        const ticket& t = request_ticket();
        const auto at = to_unix_seconds(login_->at);
        if (at >= to_unix_seconds(t.issued_at)) return true; // in answer to this very request
        if (t.prompt_login) return false;
        return !t.max_age || at + t.max_age->count() >= to_unix_seconds(request().arrived());
    }

    void ask_the_user() {
        if (request_ticket().prompt_none)
            return redirect_with({error_code::consent_required, "the user has to agree"});
        ticket second = request_ticket();
        second.deadline = request().arrived() + request().rules().consent.page_lifetime;
        auto sealed = seal_ticket(second, request().server());
        if (!sealed) return on_unavailable();
        consent_view view;
        view.ticket = std::move(*sealed);
        view.client_id = client_.client_id;
        view.client_name = client_.client_name;
        view.client_uri = client_.client_uri;
        view.provenance = client_.provenance;
        view.redirect_uri = second.redirect_uri;
        if (const auto redirect = uri::parse(second.redirect_uri)) {
            view.redirect_host = redirect->host();
            const bool web = redirect->scheme_is("https");
            view.redirect_is_local = !web || redirect->host_is_loopback();
        }
        view.scopes = second.scopes;
        view.resources = second.resources;
        finish(std::move(view));
    }

    std::optional<login> login_;
    client client_;
};

} // namespace

operation<authenticated_outcome> begin_authenticated_flow(exchange x, std::string_view text,
                                                          std::optional<login> who) {
    auto t = open_ticket(ticket_kind::login, text, x.server(), x.arrived());
    return begin_flow<authenticated_flow, authenticated_outcome>(std::move(x), std::move(t),
                                                                 std::move(who));
}

} // namespace v0
} // namespace mcp_oauth
