// What a policy may say: each member at its limits and one past them. What the members do, and what
// the presets say, is in policy_options_test.cpp.
#include "mcp_oauth/server/policy.hpp"

#include "support/catch.hpp"

using namespace mcp_oauth;
using namespace std::chrono_literals;
using std::chrono::hours;

namespace {

// The member at fault; empty where the policy is consistent.
template <class Change> std::string fault(Change change, policy p = policy::mcp()) {
    change(p);
    const auto made = checked_policy::make(p);
    if (made) return {};
    CHECK(!made.error().problem.empty());
    return std::string{made.error().member};
}

/// The member at fault, and all that is said of it.
template <class Change> std::string words(Change change, policy p = policy::mcp()) {
    change(p);
    const auto made = checked_policy::make(p);
    return made ? std::string{} : made.error().member + ": " + made.error().problem;
}

constexpr seconds ten_years = hours{24 * 365 * 10};

} // namespace

TEST_CASE("every preset is consistent, and a policy without changes is the strict one",
          "[policy]") {
    for (const auto& p : {policy{}, policy::strict(), policy::mcp(), policy::migration()})
        CHECK(checked_policy::make(p).has_value());
    CHECK(checked_policy::make(policy{}).value()->refresh.retry_window == 0ms);
}

TEST_CASE("a code lives one second to ten minutes", "[policy][OA21-CODE-01][MCP-AZR-14]") {
    for (const auto good : {1s, 600s})
        CHECK(fault([&](auto& p) { p.code.lifetime = good; }).empty());
    for (const auto bad : {-1s, 0s, 601s})
        CHECK(fault([&](auto& p) { p.code.lifetime = bad; }) == "code.lifetime");
}

TEST_CASE("an access token lives one second to a day", "[policy][BEAR-04][MCP-TOK-08]") {
    const auto with = [](seconds s) {
        return fault([&](auto& p) { p.access_token.lifetime = s; });
    };
    for (const auto good : {1s, 86'400s}) CHECK(with(good).empty());
    for (const auto bad : {-1s, 0s, 86'401s}) CHECK(with(bad) == "access_token.lifetime");
}

TEST_CASE("the gate forgives a clock a minute at most", "[policy][AT-13]") {
    const auto with = [](seconds s) { return fault([&](auto& p) { p.gate.leeway = s; }); };
    for (const auto good : {0s, 60s}) CHECK(with(good).empty());
    for (const auto bad : {-1s, 61s}) CHECK(with(bad) == "gate.leeway");
}

TEST_CASE("an operation takes more than no time and at most ten minutes", "[policy]") {
    const auto with = [](milliseconds ms) {
        return fault([&](auto& p) { p.operation_limit = ms; }, policy::strict());
    };
    for (const milliseconds good : {1ms, 600'000ms}) CHECK(with(good).empty());
    for (const milliseconds bad : {-1ms, 0ms, 600'001ms}) CHECK(with(bad) == "operation_limit");
}

TEST_CASE("a grant ends, at the latest after ten years, and is not idle for longer", "[policy]") {
    const auto with = [](seconds idle, seconds absolute) {
        return fault(
            [&](auto& p) {
                p.refresh.idle = idle;
                p.refresh.absolute = absolute;
            },
            policy::strict());
    };
    CHECK(with(1s, 1s).empty());
    CHECK(with(ten_years, ten_years).empty());
    CHECK(with(0s, 1s) == "refresh.idle");
    CHECK(with(2s, 1s) == "refresh.idle");
    CHECK(with(1s, 0s) == "refresh.absolute");
    CHECK(with(1s, ten_years + 1s) == "refresh.absolute");
    CHECK(with(1s, seconds::max()) == "refresh.absolute");
}

TEST_CASE("a retry window is longer than an operation, and shorter than idleness by one",
          "[policy]") {
    const auto with = [](milliseconds window, seconds idle) {
        return fault([&](auto& p) {
            p.operation_limit = 5s;
            p.refresh.retry_window = window;
            p.refresh.idle = idle;
        });
    };
    CHECK(with(0ms, 1s).empty()); // none at all
    CHECK(with(5'001ms, 11s).empty());
    CHECK(with(5'000ms, 11s) == "refresh.retry_window");
    CHECK(with(1ms, 11s) == "refresh.retry_window");
    CHECK(with(-1ms, 11s) == "refresh.retry_window");
    CHECK(with(6'000ms, 11s) == "refresh.idle");
    CHECK(with(5'999ms, 11s).empty());
    CHECK(with(milliseconds::max(), 11s) == "refresh.idle");
}

TEST_CASE("with a window a record remembers 1 to 32 rotations, and without one any number",
          "[policy]") {
    for (const std::size_t depth : {std::size_t{0}, std::size_t{33}}) {
        const auto change = [&](auto& p) { p.refresh.retry_depth = depth; };
        CHECK(fault(change) == "refresh.retry_depth");
        CHECK(fault(change, policy::strict()).empty());
    }
    for (const std::size_t depth : {std::size_t{1}, std::size_t{32}})
        CHECK(fault([&](auto& p) { p.refresh.retry_depth = depth; }).empty());
}

TEST_CASE("lifetimes of registrations, consents and pages lie inside their limits", "[policy]") {
    struct member {
        const char* name;
        seconds& (*of)(policy&);
        seconds least;
        seconds most;
    };
    const std::vector<member> members{
        {"registration.unused_lifetime",
         [](policy& p) -> seconds& { return p.registration.unused_lifetime; }, 1s, ten_years},
        {"registration.tail", [](policy& p) -> seconds& { return p.registration.tail; }, 0s,
         ten_years},
        {"registration.secret_lifetime",
         [](policy& p) -> seconds& { return p.registration.secret_lifetime; }, 0s, ten_years},
        {"consent.lifetime", [](policy& p) -> seconds& { return p.consent.lifetime; }, 1s,
         ten_years},
        {"consent.page_lifetime", [](policy& p) -> seconds& { return p.consent.page_lifetime; }, 1s,
         hours{24}},
    };
    for (const auto& each : members) {
        for (const auto good : {each.least, each.most})
            CHECK(fault([&](auto& p) { each.of(p) = good; }).empty());
        for (const auto bad : {each.least - 1s, each.most + 1s})
            CHECK(fault([&](auto& p) { each.of(p) = bad; }) == each.name);
    }
}

TEST_CASE("no limit is zero", "[policy]") {
    const std::vector<std::pair<const char*, std::size_t policy::limits_options::*>> limits{
        {"limits.body", &policy::limits_options::body},
        {"limits.query", &policy::limits_options::query},
        {"limits.header", &policy::limits_options::header},
        {"limits.parameters", &policy::limits_options::parameters},
        {"limits.value", &policy::limits_options::value},
        {"limits.state", &policy::limits_options::state},
        {"limits.client_id", &policy::limits_options::client_id},
        {"limits.redirect_uri", &policy::limits_options::redirect_uri},
        {"limits.redirect_uris", &policy::limits_options::redirect_uris},
        {"limits.display_string", &policy::limits_options::display_string},
        {"limits.json_depth", &policy::limits_options::json_depth},
        {"limits.host_data", &policy::limits_options::host_data},
    };
    CHECK(sizeof(policy::limits_options) == limits.size() * sizeof(std::size_t));
    for (const auto& [name, limit] : limits) {
        CHECK(fault([&m = limit](auto& p) { p.limits.*m = 0; }) == name);
        CHECK(fault([&m = limit](auto& p) { p.limits.*m = 1; }).empty());
    }
}

TEST_CASE("a scheme is named in lower case, and is not one of the web's", "[policy][ATK-RU-09]") {
    const auto with = [](std::string scheme) {
        return fault([&](auto& p) { p.redirect.dotless_schemes = {"cursor", scheme}; });
    };
    for (const auto* const good : {"a", "vscode-insiders", "x1", "com.example+x"})
        CHECK(with(good).empty());
    for (const auto* const bad : {"", "Cursor", "1x", "-x", "x y", "x:", "x/", "http", "https"})
        CHECK(with(bad) == "redirect.dotless_schemes");
}

TEST_CASE("no scope implies itself, directly or on a detour", "[policy][MCP-SCO-12]") {
    using implications = std::vector<scope_hierarchy::implication>;
    const auto with = [](implications i) { return fault([&](auto& p) { p.scope.hierarchy = i; }); };
    CHECK(with({{"a", "b"}, {"b", "c"}, {"a", "c"}}).empty());
    CHECK(with({{"a", "a"}}) == "scope.hierarchy");
    CHECK(with({{"a", "b"}, {"b", "c"}, {"c", "a"}}) == "scope.hierarchy");
    CHECK(with({{"a b", "c"}}) == "scope.hierarchy");
    CHECK(with({{"a", ""}}) == "scope.hierarchy");
}

TEST_CASE("a switch names clients, and an empty name is none", "[policy][migration]") {
    CHECK(fault([](auto& p) { p.legacy.oauth_2_0_clients = {"app"}; }).empty());
    CHECK(fault([](auto& p) {
              p.legacy.oauth_2_0_clients = {"app", ""};
          }) == "legacy.oauth_2_0_clients");
    for (const auto rule : every_migration_rule) {
        CHECK(fault([&](auto& p) { p.legacy.of(rule).holds_for = {"app"}; }).empty());
        CHECK(fault([&](auto& p) {
                  p.legacy.of(rule).holds_for = {"app", ""};
              }) == "legacy." + std::string{facts(rule).name} + ".holds_for");
    }
}

TEST_CASE("A DPoP proof or nonce is good for a second to an hour, and off means off", "[policy]") {
    const auto with = [](auto change) { return fault([&](auto& p) { change(p.dpop); }); };
    for (const auto good : {1s, 3600s}) {
        CHECK(with([&](auto& d) { d.proof_lifetime = good; }).empty());
        CHECK(with([&](auto& d) { d.nonce_lifetime = good; }).empty());
    }
    for (const auto bad : {-1s, 0s, 3601s}) {
        CHECK(with([&](auto& d) { d.proof_lifetime = bad; }) == "dpop.proof_lifetime");
        CHECK(with([&](auto& d) { d.nonce_lifetime = bad; }) == "dpop.nonce_lifetime");
    }
    CHECK(with([](auto& d) { d.enabled = false; }).empty());
    const auto off = [&](auto change) {
        return with([&](auto& d) {
            d.enabled = false;
            change(d);
        });
    };
    CHECK(off([](auto& d) { d.required = true; }) == "dpop.enabled");
    CHECK(off([](auto& d) { d.nonces = true; }) == "dpop.enabled");
    CHECK(off([](auto& d) { d.required_for = {"https://a.example"}; }) == "dpop.enabled");
    CHECK(with([](auto& d) { d.required_for = {"https://a.example"}; }).empty());
    for (const auto* const bad : {"", "a", "http://a.example", "https://a.example/#x"})
        CHECK(with([&](auto& d) { d.required_for = {bad}; }) == "dpop.required_for");
}

TEST_CASE("what is wrong with a lifetime is said with the value and what it must be",
          "[policy][CONFIG]") {
    CHECK(words([](auto& p) { p.code.lifetime = 601s; }) ==
          "code.lifetime: 601 s: must be 1 second to 10 minutes");
    CHECK(words([](auto& p) { p.access_token.lifetime = hours{25}; }) ==
          "access_token.lifetime: 90000 s: must be 1 second to 24 hours");
    CHECK(words([](auto& p) { p.gate.leeway = 61s; }) ==
          "gate.leeway: 61 s: must be 0 to 60 seconds");
    CHECK(words([](auto& p) { p.refresh.absolute = ten_years + 1s; }) ==
          "refresh.absolute: 315360001 s: must be 1 second to 10 years");
    CHECK(words([](auto& p) { p.registration.unused_lifetime = 0s; }) ==
          "registration.unused_lifetime: 0 s: must be 1 second to 10 years");
    CHECK(words([](auto& p) { p.registration.tail = -1s; }) ==
          "registration.tail: -1 s: must be 0 to 10 years");
    CHECK(words([](auto& p) { p.registration.secret_lifetime = -1s; }) ==
          "registration.secret_lifetime: -1 s: must be 0 to 10 years");
    CHECK(words([](auto& p) { p.consent.lifetime = 0s; }) ==
          "consent.lifetime: 0 s: must be 1 second to 10 years");
    CHECK(words([](auto& p) { p.consent.page_lifetime = 0s; }) ==
          "consent.page_lifetime: 0 s: must be 1 second to 24 hours");
    CHECK(words([](auto& p) { p.dpop.proof_lifetime = 0s; }) ==
          "dpop.proof_lifetime: 0 s: must be 1 second to 1 hour");
    CHECK(words([](auto& p) { p.dpop.nonce_lifetime = 3601s; }) ==
          "dpop.nonce_lifetime: 3601 s: must be 1 second to 1 hour");
}

TEST_CASE("what is wrong between members of refresh is said with both values", "[policy][CONFIG]") {
    CHECK(words([](auto& p) { p.operation_limit = 0ms; }) ==
          "operation_limit: 0 s: must be above zero and at most 10 minutes");
    CHECK(words([](auto& p) { p.refresh.idle = p.refresh.absolute + 1s; }) ==
          "refresh.idle: 7776001 s: must be above zero and at most refresh.absolute, which is "
          "7776000 s");
    CHECK(words([](auto& p) { p.refresh.retry_window = -1ms; }) ==
          "refresh.retry_window: -1 ms: must not be negative; 0 is strict one-time use");
    CHECK(words([](auto& p) { p.refresh.retry_window = 4999ms; }) ==
          "refresh.retry_window: 4999 ms: must be above operation_limit, which is 5 s, or 0 for "
          "strict one-time use");
    CHECK(words([](auto& p) { p.refresh.idle = 65s; }) ==
          "refresh.idle: 65 s: must be above refresh.retry_window, which is 60 s, and "
          "operation_limit, which is 5 s, together");
    CHECK(words([](auto& p) { p.refresh.retry_depth = 33; }) ==
          "refresh.retry_depth: 33: must be 1 to 32");
}

TEST_CASE("what is wrong with a list or a switch is said with the element and what to write",
          "[policy][CONFIG]") {
    CHECK(words([](auto& p) { p.dpop.required_for = {"http://a.example"}; }) ==
          "dpop.required_for: \"http://a.example\": http is for 127.0.0.1, [::1] and localhost "
          "only; behind a TLS proxy write the proxy's https URL");
    const auto off = [](auto change) {
        return words([&](auto& p) {
            p.dpop.enabled = false;
            change(p.dpop);
        });
    };
    CHECK(off([](auto& d) { d.required = true; }) ==
          "dpop.enabled: false: must be true, or drop dpop.required");
    CHECK(off([](auto& d) { d.nonces = true; }) ==
          "dpop.enabled: false: must be true, or drop dpop.nonces");
    CHECK(off([](auto& d) { d.required_for = {"https://a.example"}; }) ==
          "dpop.enabled: false: must be true, or drop dpop.required_for");
    CHECK(words([](auto& p) { p.redirect.dotless_schemes = {"Cursor\n"}; }) ==
          "redirect.dotless_schemes: \"Cursor?\": must be the name of a scheme in lower case, such "
          "as \"cursor\"");
    CHECK(words([](auto& p) { p.redirect.dotless_schemes = {"http"}; }) ==
          "redirect.dotless_schemes: \"http\": is no private-use scheme: drop it");
    CHECK(words([](auto& p) { p.legacy.oauth_2_0_clients = {""}; }) ==
          "legacy.oauth_2_0_clients: \"\": is no client ID: drop it");
    CHECK(words([](auto& p) { p.legacy.pkce_plain.holds_for = {""}; }) ==
          "legacy.pkce_plain.holds_for: \"\": is no client ID: drop it");
    CHECK(words([](auto& p) { p.limits.json_depth = 0; }) ==
          "limits.json_depth: 0: must be above zero; the default is " +
              std::to_string(policy{}.limits.json_depth));
    CHECK(words([](auto& p) {
              p.scope.hierarchy = {{"a", "b"}, {"c", "a"}, {"b", "c"}, {"x", "y"}};
          }) == "scope.hierarchy: \"b\" implies \"c\": drop it, or a scope implies itself");
    CHECK(words([](auto& p) {
              p.scope.hierarchy = {{"a", "a"}, {"a b", "c"}};
          }) == "scope.hierarchy: \"a b\": is no scope token (printable ASCII without spaces, "
                "quotes and backslashes)");
}
