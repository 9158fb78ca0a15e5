#include "apps.hpp"

#include <utility>
#include <variant>
#include <vector>

#include "mcp_oauth/grammar/form_urlencoded.hpp"
#include "mcp_oauth/grammar/json.hpp"

namespace walk {

namespace oauth = mcp_oauth;

namespace {

// RFC 7636 appendix B. A real client draws a verifier for each login.
constexpr const char* verifier = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
constexpr const char* challenge = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";

using fields = std::vector<std::pair<std::string, std::string>>;

std::string encode(const fields& all) {
    std::string text;
    for (const auto& [name, value] : all)
        text += (text.empty() ? "" : "&") + name + "=" + oauth::form_encode(value);
    return text;
}

std::string parameter(const oauth::http_response& redirect, std::string_view name) {
    const auto location = std::string{redirect.header("Location").value_or("")};
    const auto query = oauth::form::parse(location.substr(location.find('?') + 1));
    if (query)
        for (const auto& [key, value] : query->parameters())
            if (key == name) return value;
    return {};
}

oauth::http_response post(const oauth::authorization_server& issuer, const fields& body) {
    return issuer.handle({"POST",
                          "/token",
                          {{"Content-Type", "application/x-www-form-urlencoded"}},
                          encode(body),
                          "192.0.2.1",
                          {}});
}

/// `served`, and the new refresh token where there is one; or the error.
std::string read(const oauth::http_response& answer, std::string& refresh_token) {
    const auto document = oauth::json_document::parse(answer.body);
    if (!document) return "no answer";
    if (answer.status != 200)
        return "refused: " + std::string{document->root().string_at("error").value_or("")};
    if (const auto token = document->root().string_at("refresh_token")) refresh_token = *token;
    return "served";
}

} // namespace

std::string app::log_in(const oauth::authorization_server& issuer, oauth::instant now) {
    fields request{{"response_type", "code"}, {"client_id", client_id_}, {"state", "xyz"}};
    if (knows_2_1_) {
        request.emplace_back("code_challenge", challenge);
        request.emplace_back("code_challenge_method", "S256");
        request.emplace_back("resource", "https://notes.example/mcp");
    }
    const auto begun = issuer.authorize({"GET", "/authorize?" + encode(request), {}, {}, {}, {}});
    const auto* asked = std::get_if<oauth::interaction>(&begun);
    if (asked == nullptr) return "refused on a page";
    // The user's part: alice logs in and agrees.
    const auto known =
        issuer.authenticated(asked->ticket, oauth::login{"alice", now, "", {}, "session"});
    if (const auto* back = std::get_if<oauth::http_response>(&known))
        return "refused: " + parameter(*back, "error_description");
    const auto* view = std::get_if<oauth::consent_view>(&known);
    if (view == nullptr) return "refused on a page";
    const auto decided = issuer.approve(view->ticket, "session");
    const auto* back = std::get_if<oauth::http_response>(&decided);
    return back == nullptr ? "refused on a page" : redeem(issuer, parameter(*back, "code"));
}

std::string app::redeem(const oauth::authorization_server& issuer, const std::string& code) {
    fields body{{"grant_type", "authorization_code"}, {"client_id", client_id_}, {"code", code}};
    if (knows_2_1_) body.emplace_back("code_verifier", verifier);
    return read(post(issuer, body), refresh_token_);
}

std::string app::refresh(const oauth::authorization_server& issuer) {
    std::string next = refresh_token_;
    const auto said = read(post(issuer, {{"grant_type", "refresh_token"},
                                         {"client_id", client_id_},
                                         {"refresh_token", refresh_token_}}),
                           next);
    if (knows_2_1_) refresh_token_ = next; // an old one keeps the first that it got
    return said;
}

} // namespace walk
