#include <algorithm>
#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "mcp_oauth/base/octets.hpp"
#include "mcp_oauth/grammar/base64url.hpp"
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

// What no record and no token could hold is none.
bool is_text(const std::string& octets) {
    return is_utf8(octets) && octets.find('\0') == std::string::npos;
}

bool fits_amr(const std::vector<std::string>& methods) {
    std::size_t octets = 0;
    for (const auto& method : methods) octets += method.size() + 2;
    return octets <= longest_amr && std::all_of(methods.begin(), methods.end(), is_text);
}

/// The member that no ticket can hold, as an event's reason; empty where all is well. They are the
/// host's duty: a violation is the programmer's fault and ends on a page.
std::string_view fault_in(const login& who) {
    if (who.subject.empty() || who.subject.size() > longest_subject || !is_text(who.subject))
        return "malformed_login_subject";
    if (who.at < instant{}) return "malformed_login_at";
    if (who.session.empty()) return "malformed_login_session";
    if (who.acr.size() > longest_acr || !is_text(who.acr)) return "malformed_login_acr";
    if (!fits_amr(who.amr)) return "malformed_login_amr";
    return {};
}

class authenticated_flow final : public approving_flow<authenticated_flow, authenticated_outcome> {
public:
    authenticated_flow(exchange x, std::optional<ticket> t, std::optional<login> who)
        : approving_flow(std::move(x), std::move(t)), login_(std::move(who)) {}

    void start() {
        if (!has_ticket()) return finish(error_page{400, page_is_spent});
        const ticket& t = request_ticket();
        if (!login_ && !t.prompt_none) return finish(error_page{400, page_is_spent});
        if (const auto fault = login_ ? fault_in(*login_) : std::string_view{}; !fault.empty())
            return refuse_login(fault);
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

    void on_client(std::optional<known_client>&& found) {
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
    void refuse_login(std::string_view fault) {
        request().report(request().describe(event_kind::request_refused, fault));
        finish(error_page{500, {error_code::server_error, "the login is malformed"}});
    }

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

std::optional<std::string> new_session_name(random_source& random) {
    std::array<std::uint8_t, 16> octets{};
    if (!random.fill(octets.data(), octets.size())) return std::nullopt;
    return base64url(as_view(octets));
}

operation<authenticated_outcome> begin_authenticated_flow(exchange x, std::string_view text,
                                                          std::optional<login> who) {
    auto t = open_ticket(ticket_kind::login, text, x.server(), x.arrived());
    return begin_flow<authenticated_flow, authenticated_outcome>(std::move(x), std::move(t),
                                                                 std::move(who));
}

} // namespace v0
} // namespace mcp_oauth
