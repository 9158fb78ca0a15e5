#include <string>

#include "html.hpp"
#include "pages.hpp"
#include "support/catch.hpp"

using namespace mcp_server;

namespace {

constexpr const char* replacement = "\xEF\xBF\xBD";

mcp_oauth::consent_view view_of(const std::string& name) {
    mcp_oauth::consent_view view;
    view.ticket = "ticket";
    view.client_id = "client";
    view.client_name = name;
    view.redirect_uri = "http://127.0.0.1:33418/callback";
    view.redirect_host = "127.0.0.1";
    view.redirect_is_local = true;
    view.scopes = {"mcp", "notes:read"};
    view.resources = {"http://127.0.0.1:8080/mcp"};
    return view;
}

bool holds(const mcp_oauth::http_response& page, const std::string& text) {
    return page.body.find(text) != std::string::npos;
}

} // namespace

TEST_CASE("[ATK-AZ-13] Nothing that is escaped can leave its place", "[examples][pages]") {
    CHECK(escape("<script>&\"'") == "&lt;script&gt;&amp;&quot;&#39;");
    CHECK(escape("caf\xC3\xA9 \xF0\x9F\x98\x80") == "caf\xC3\xA9 \xF0\x9F\x98\x80");
    CHECK(escape("") == "");
}

TEST_CASE("[ATK-AZ-12] What turns, hides or breaks text becomes visible", "[examples][pages]") {
    for (const std::string odd :
         {"\x01", "\n", "\x7F", "\xC2\x85", "\xD8\x9C", "\xE2\x80\x8B", "\xE2\x80\xAE",
          "\xE2\x81\xA6", "\xEF\xBB\xBF", "\xE2\x80\xA8", "\xF3\xA0\x81\x81"}) {
        CAPTURE(odd);
        CHECK(escape("a" + odd + "b") == std::string{"a"} + replacement + "b");
    }
    CHECK(escape("\xFF<") == std::string{replacement} + "&lt;"); // no UTF-8
    CHECK(escape("\xC3") == replacement);
}

TEST_CASE("A long name is cut between characters", "[examples][pages]") {
    CHECK(shorten("abc", 3) == "abc");
    CHECK(shorten("abcd", 3) == "abc\xE2\x80\xA6");
    CHECK(shorten("\xC3\xA4\xC3\xA4\xC3\xA4", 2) == "\xC3\xA4\xC3\xA4\xE2\x80\xA6");
}

TEST_CASE("[OA21-AUTHZ-25][ATK-AZ-08][ATK-AZ-14] Every page refuses frames and strangers' content",
          "[examples][pages]") {
    const auto view = view_of("Client");
    for (const auto& page : {render(login_page{"token", "ticket", "", "", 200, {}}),
                             render(consent_page{view, "token", "ticket", "alice"}),
                             render(trouble_page{400, "code", "Headline", "Explanation", {"Step"}}),
                             render(home_page{"http://127.0.0.1/mcp", "token", "alice"})}) {
        const std::string policy{page.header("content-security-policy").value_or("")};
        CHECK(policy.find("default-src 'none'") == 0);
        CHECK(policy.find("frame-ancestors 'none'") != std::string::npos);
        CHECK(policy.find("form-action") == std::string::npos); // it would stop the way back
        CHECK(policy.find("unsafe") == std::string::npos);
        CHECK(page.header("x-frame-options") == "DENY");
        CHECK(page.header("referrer-policy") == "same-origin");
        CHECK(page.header("cache-control") == "no-store");
        CHECK_FALSE(holds(page, "<script"));
        CHECK_FALSE(holds(page, "src="));
        CHECK_FALSE(holds(page, " style="));
        CHECK(holds(page, "<html lang=\"en\">"));
    }
}

TEST_CASE("[ATK-AZ-12][ATK-AZ-13] The consent page quotes what a client says of itself",
          "[examples][pages]") {
    auto view = view_of("<b>Google</b>\xE2\x80\xAE");
    view.client_uri = "https://evil.example/\"><script>";
    const auto page = render(consent_page{view, "token", "ticket", "<alice>"});
    CHECK(holds(page, std::string{"&lt;b&gt;Google&lt;/b&gt;"} + replacement));
    CHECK(holds(page, "is its own claim"));
    CHECK(holds(page, "&lt;alice&gt;"));
    CHECK_FALSE(holds(page, "<b>"));
    CHECK_FALSE(holds(page, "<script"));
}

TEST_CASE("[ATK-AZ-12] The login page says who asks, and who says so", "[examples][pages]") {
    const auto shown = [](std::optional<applicant> who) {
        return render(login_page{"token", "ticket", "", "", 200, std::move(who)});
    };
    const auto configured = shown(applicant{"Desk", true, "desk.example"});
    CHECK(holds(configured, "\xE2\x80\x9C"
                            "Desk\xE2\x80\x9D asks for access to your notes"));
    CHECK(holds(configured, "The operator of this server has set this application up."));
    CHECK(holds(configured, "<strong>desk.example</strong>"));

    const auto claimed = shown(applicant{"<b>Google</b>\xE2\x80\xAE", false, "<i>"});
    CHECK(holds(claimed, std::string{"&lt;b&gt;Google&lt;/b&gt;"} + replacement));
    CHECK(holds(claimed, "The name is its own claim, and nobody has checked who it is."));
    CHECK(holds(claimed, "<strong>&lt;i&gt;</strong>"));
    CHECK_FALSE(holds(claimed, "<b>"));
    CHECK_FALSE(holds(claimed, "operator"));

    const auto nameless = shown(applicant{"", false, ""});
    CHECK(holds(nameless, "An application asks"));
    CHECK(holds(nameless, "It gave no name, and nobody has checked who it is."));
    CHECK_FALSE(holds(nameless, "The answer goes to"));

    const auto unknown = shown(std::nullopt);
    CHECK(holds(unknown, "An application asks"));
    CHECK_FALSE(holds(unknown, "checked"));
    CHECK_FALSE(holds(render(login_page{"token", "", "", "", 200, {}}), "application"));
    CHECK(holds(shown(applicant{std::string(61, 'x'), true, ""}),
                std::string(60, 'x') + "\xE2\x80\xA6"));
}

TEST_CASE("[OA21-AUTHZ-26] The consent page says who asks, for what, and where the answer goes",
          "[examples][pages]") {
    auto view = view_of("Desk");
    view.client_uri = "https://desk.example/about";
    auto page = render(consent_page{view, "token", "first", "alice"});
    CHECK(holds(page, "\xE2\x80\x9C"
                      "Desk\xE2\x80\x9D"));
    CHECK(holds(page, "desk.example"));
    CHECK(holds(page, "<strong>127.0.0.1:33418</strong>"));
    CHECK(holds(page, "a program on this computer"));
    CHECK(holds(page, "Connect and use basic tools"));
    CHECK(holds(page, "Read your notes"));
    CHECK(holds(page, "http://127.0.0.1:8080/mcp"));
    CHECK(holds(page, "name=\"decision\" value=\"allow\""));
    CHECK(holds(page, "name=\"decision\" value=\"deny\""));

    view.redirect_uri = "https://claude.ai/callback";
    view.redirect_host = "claude.ai";
    view.redirect_is_local = false;
    view.client_name.clear();
    page = render(consent_page{view, "token", "first", "alice"});
    CHECK(holds(page, "<strong>claude.ai</strong>"));
    CHECK_FALSE(holds(page, "a program on this computer"));
    CHECK(holds(page, "gave no name"));

    view.redirect_uri = "cursor://anysphere.cursor-mcp/oauth/callback";
    view.redirect_is_local = true;
    page = render(consent_page{view, "token", "first", "alice"});
    CHECK(holds(page, "<strong>cursor://anysphere.cursor-mcp</strong>"));
}

TEST_CASE("The page for a refusal is sent with the fields that belong to it", "[examples][pages]") {
    const auto page = render(mcp_oauth::error_page{
        405,
        {mcp_oauth::error_code::invalid_request, "the method is not allowed here"},
        {{"Allow", "GET, POST"}}});
    CHECK(page.status == 405);
    CHECK(page.header("Allow") == "GET, POST");
    CHECK(page.header("Content-Security-Policy"));
}

TEST_CASE("[MCP T-07] The page for a forgotten client says what to do", "[examples][pages]") {
    const auto page = render(mcp_oauth::error_page{
        400, {mcp_oauth::error_code::invalid_client, "the client is not known here"}});
    CHECK(page.status == 400);
    CHECK(holds(page, "<meta name=\"error\" content=\"invalid_client\">"));
    CHECK(holds(page, "Remove this server there, and add it again"));
}
