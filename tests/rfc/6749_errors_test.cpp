#include "mcp_oauth/rfc/6749_errors.hpp"

#include <filesystem>
#include <fstream>
#include <iterator>
#include <regex>
#include <string>
#include <type_traits>
#include <vector>

#include "refused.hpp"
#include "support/catch.hpp"

using namespace mcp_oauth;

namespace {

struct row {
    error_code code;
    std::string_view name;
    int status;
    bool may_redirect;
};

// RFC 6749 §4.1.2.1 and §5.2, RFC 6750 §3.1, RFC 7009 §2.2.1, RFC 7591 §3.2.2, RFC 8707 §2, OpenID
// Connect Core §3.1.2.6. The switch in `rules` has no default, so a code that is missing there does
// not compile.
constexpr row table[] = {
    {error_code::invalid_request, "invalid_request", 400, true},
    {error_code::invalid_client, "invalid_client", 401, false},
    {error_code::invalid_grant, "invalid_grant", 400, false},
    {error_code::unauthorized_client, "unauthorized_client", 400, true},
    {error_code::unsupported_grant_type, "unsupported_grant_type", 400, false},
    {error_code::unsupported_response_type, "unsupported_response_type", 400, true},
    {error_code::invalid_scope, "invalid_scope", 400, true},
    {error_code::access_denied, "access_denied", 403, true},
    {error_code::server_error, "server_error", 500, true},
    {error_code::temporarily_unavailable, "temporarily_unavailable", 503, true},
    {error_code::invalid_target, "invalid_target", 400, true},
    {error_code::invalid_token, "invalid_token", 401, false},
    {error_code::insufficient_scope, "insufficient_scope", 403, false},
    {error_code::invalid_dpop_proof, "invalid_dpop_proof", 400, false},
    {error_code::use_dpop_nonce, "use_dpop_nonce", 400, false},
    {error_code::invalid_redirect_uri, "invalid_redirect_uri", 400, false},
    {error_code::invalid_client_metadata, "invalid_client_metadata", 400, false},
    {error_code::request_not_supported, "request_not_supported", 400, true},
    {error_code::request_uri_not_supported, "request_uri_not_supported", 400, true},
    {error_code::login_required, "login_required", 400, true},
    {error_code::consent_required, "consent_required", 400, true},
};

// The literals of a source file that stand where a sentence for strangers does: after an error
// code, or as a `public_text` of its own.
std::vector<std::string> sentences_of(const std::filesystem::path& file) {
    static const std::regex sentence{
        R"((?:(?:error_code::\w+|\bcode)\s*,|public_text \w+ =|unacceptable\()\s*)"
        R"~("((?:[^"\\]|\\.)*)")~"};
    std::ifstream in(file);
    const auto text = std::regex_replace(std::string{std::istreambuf_iterator<char>{in}, {}},
                                         std::regex{"\n *//[^\n]*"}, "");
    std::vector<std::string> found;
    for (std::sregex_iterator at{text.begin(), text.end(), sentence}, end; at != end; ++at)
        found.push_back((*at)[1]);
    return found;
}

} // namespace

static_assert(!std::is_constructible_v<public_text, std::string>);
static_assert(!std::is_constructible_v<public_text, std::string_view>);
static_assert(!std::is_constructible_v<public_text, const char*>);
static_assert(!std::is_constructible_v<public_text, char (&)[8]>);

TEST_CASE("RFC 6749 §4.1.2.1 and §5.2: each code has its spelling, its status and its way back",
          "[OA21-TOK-11][MCP-ERR-01][MCP-ERR-05][MCP-ERR-06][MCP-ERR-07][DCR-11]") {
    for (const auto& expected : table) {
        const auto found = rules(expected.code);
        CAPTURE(expected.name);
        CHECK(found.name == expected.name);
        CHECK(found.http_status == expected.status);
        CHECK(found.may_redirect == expected.may_redirect);
    }
}

TEST_CASE("RFC 6749 §5.2: the codes are all there, and no two are spelled alike", "[OA21-TOK-11]") {
    std::size_t count = 0;
    for (const auto& a : table) {
        CHECK(static_cast<std::size_t>(a.code) == count++); // in the order of the enumeration
        for (const auto& b : table) CHECK((a.name == b.name) == (a.code == b.code));
    }
    CHECK(rules(static_cast<error_code>(count)).name == "server_error");
    CHECK_FALSE(rules(static_cast<error_code>(count)).may_redirect);
}

TEST_CASE("OAuth 2.1 §4.1.2.1: an unproven client and a dead grant are never told by redirect",
          "[OA21-AUTHZ-08][OA21-AUTHZ-09][MCP-ERR-08]") {
    for (const auto code : {error_code::invalid_client, error_code::invalid_grant,
                            error_code::invalid_token, error_code::invalid_redirect_uri})
        CHECK_FALSE(rules(code).may_redirect);
}

TEST_CASE("an error is its code and its sentence", "[OA21-AUTHZ-22]") {
    const error one{error_code::invalid_request, "a sentence"};
    CHECK(one == error{error_code::invalid_request, "a sentence"});
    CHECK_FALSE(one == error{error_code::invalid_scope, "a sentence"});
    CHECK_FALSE(one == error{error_code::invalid_request, "another sentence"});
    CHECK(refused(one) == "invalid_request: a sentence");
    CHECK(refused(error{}) == "server_error: ");
    CHECK(one.wire().http_status == 400);
}

TEST_CASE(
    "RFC 6749 §5.2: a sentence for strangers holds no quote, backslash or control, nor a parameter",
    "[OA21-AUTHZ-22][OA21-RS-09][MCP-ERR-04]") {
    // "Values for the "error_description" parameter MUST NOT include characters outside the set
    //  %x20-21 / %x23-5B / %x5D-7E." `refused` holds every sentence that a test provokes to it.
    for (int octet = 0; octet < 256; ++octet) {
        const bool allowed = (octet >= 0x20 && octet <= 0x21) || (octet >= 0x23 && octet <= 0x5B) ||
                             (octet >= 0x5D && octet <= 0x7E);
        CHECK(is_public(std::string(1, static_cast<char>(octet))) == allowed);
    }
    CHECK_FALSE(is_public("the call needs scope=notes"));
    CHECK_FALSE(is_public("error=x"));
}

TEST_CASE("RFC 6749 §5.2: every sentence of this library may be shown to strangers",
          "[OA21-AUTHZ-22][MCP-ERR-04][MCP-ERR-10]") {
    std::size_t count = 0;
    for (const auto root : {"../include/mcp_oauth", "../src"}) {
        for (const auto& entry : std::filesystem::recursive_directory_iterator{root}) {
            if (!entry.is_regular_file()) continue;
            for (const auto& sentence : sentences_of(entry.path())) {
                CAPTURE(entry.path(), sentence);
                CHECK(is_public(sentence));
                ++count;
            }
        }
    }
    CHECK(count > 80); // the expression above still finds them
}
