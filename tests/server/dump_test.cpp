#include <algorithm>

#include "base/hex.hpp"
#include "given.hpp"

using namespace given;
using namespace std::chrono_literals;

namespace {

/// Everything that a stolen copy of the store would show.
std::string dump(const given::server& s) {
    std::string all;
    for (const auto kind : {record_kind::grant, record_kind::client, record_kind::consent})
        for (const char* owner : {"#subject/alice", "#client/app", "#client/service"}) {
            const auto page = s.memory.list(kind, std::string{issuer} + owner, {}, 1000);
            for (const auto& r : page->records)
                all += r.key + r.body + r.subject_owner + r.client_owner + '\n';
        }
    return all;
}
std::string log(const given::server& s) {
    std::string all;
    for (const auto& e : s.events.all())
        all += std::string{name(e.kind)} + std::string{e.reason} + e.grant_id + e.client_id +
               e.subject + e.source + e.user_agent + e.correlation_id + '\n';
    return all;
}

/// What `text` stands for, where it is a handle, a drawn secret or a JWT's signature.
std::string octets_of(const std::string& text) {
    const auto prefix = text.rfind("mcpo_", 0) == 0 ? text.find('_', 5) : text.rfind('.');
    return decode_base64url(text.substr(prefix + 1)).value_or("");
}

/// Every form from which a secret could be presented again.
std::vector<std::string> forms_of(const std::string& text) {
    std::vector<std::string> forms{text, text.substr(text.size() - 12)};
    const auto octets = octets_of(text);
    const auto end = octets.substr(octets.size() - std::min<std::size_t>(octets.size(), 16));
    for (const auto& each : {text, octets, end}) {
        if (each.empty()) continue;
        forms.push_back(each);
        forms.push_back(to_hex(each));
        forms.push_back(base64url(each));
        auto standard = forms.back(); // base64's other alphabet, up to its padding
        std::replace(standard.begin(), standard.end(), '-', '+');
        std::replace(standard.begin(), standard.end(), '_', '/');
        forms.push_back(std::move(standard));
    }
    return forms;
}

/// Each is long enough that it could not be there by chance.
void check_absent(const std::string& all, const std::vector<std::string>& secrets) {
    REQUIRE_FALSE(all.empty());
    for (const auto& text : secrets) {
        REQUIRE(text.size() >= 12);
        for (const auto& form : forms_of(text)) {
            CAPTURE(text, form);
            CHECK(all.find(form) == std::string::npos);
        }
    }
}

} // namespace

TEST_CASE("RT-19: neither the store nor an event holds a token, a code, a secret or a host's data",
          "[RT-19][OA21-GEN-05][MCP-SEC-02][ATK-TK-28][ATK-RG-07]") {
    const auto format = GENERATE(access_token_format::jwt, access_token_format::opaque);
    policy p = policy::mcp();
    p.access_token.format = format;
    const given::server s{p};
    std::vector<std::string> secrets{verifier, R"({"upstream":"very well kept secret"})",
                                     "very well kept secret", "session-1-long"};
    approval by_alice;
    by_alice.host_data = R"({"upstream":"very well kept secret"})";
    const auto view = s.consent();
    secrets.push_back(view.ticket);
    const auto redirect = s.approve(view, by_alice);
    secrets.push_back(*parameter(redirect, "code"));
    const auto tokens = s.redeem(secrets.back());
    secrets.push_back(member(tokens, "access_token"));
    secrets.push_back(member(tokens, "refresh_token"));
    const auto refreshed = s.refresh(secrets.back());
    secrets.push_back(member(refreshed, "access_token"));
    secrets.push_back(member(refreshed, "refresh_token"));
    const auto waiting = s.code(); // one that nobody redeemed yet
    secrets.push_back(waiting);
    (void)s.refresh("mcpo_rt_madeup-madeup-madeup");
    secrets.emplace_back("mcpo_rt_madeup-madeup-madeup");
    (void)s.token({{"grant_type", "refresh_token"},
                   {"client_id", "service"},
                   {"client_secret", "guessed-secret-text"},
                   {"refresh_token", "x"}});
    secrets.emplace_back("guessed-secret-text");
    check_absent(dump(s), secrets);
    check_absent(log(s), secrets);
}

TEST_CASE("RT-19: a registered client's secret is a digest in the store",
          "[RT-19][OA21-GEN-05][DCR-04]") {
    const given::server s;
    const auto answer = s.as.handle({"POST",
                                     "/register",
                                     {{"Content-Type", "application/json"}},
                                     R"({"redirect_uris":["https://c.example/cb"]})",
                                     {},
                                     {}});
    REQUIRE(answer.status == 201);
    const auto text = member(answer, "client_secret");
    const auto id = member(answer, "client_id");
    const auto r = s.memory.load(std::string{issuer} + "#client/" + id);
    REQUIRE((r && *r));
    check_absent((*r)->body + (*r)->key, {text});
    CHECK((*r)->body.find(base64url(as_view(sha256(text)))) != std::string::npos);
}

TEST_CASE("A grant's record says in plain words what an operator needs to know", "[OA21-REF-09]") {
    const given::server s;
    (void)s.first_refresh_token();
    const auto all = dump(s);
    for (const char* piece : {R"("state":"active")", R"("client":"app")", R"("subject":"alice")",
                              R"("scope":"mcp notes:write")", R"("head":1)"})
        CHECK(all.find(piece) != std::string::npos);
}

TEST_CASE("However often a grant is refreshed, it stays one record of the same size",
          "[pain-5][D30]") {
    const given::server s{policy::strict()};
    auto token = s.first_refresh_token();
    for (int i = 0; i < 10; ++i) token = member(s.refresh(token), "refresh_token");
    const auto size = dump(s).size();
    const auto records = s.memory.size();
    for (int i = 0; i < 200; ++i) token = member(s.refresh(token), "refresh_token");
    CHECK(s.memory.size() == records);
    CHECK(dump(s).size() <= size + 4); // the generation's digits
}
