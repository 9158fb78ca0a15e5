// A new signing key takes the place of an old one, while tokens of both are under way.
#include "gates.hpp"

using namespace gates;

namespace {

authorization_server_config signed_by(std::vector<signing_key> keys) {
    auto c = given::config(policy::strict());
    c.signing_keys = std::move(keys);
    return c;
}
std::string published_by(const given::server& s) {
    return s.as.handle(given::get("/.well-known/jwks.json")).body;
}
std::string name_of(const signing_key& key) { return jwk_thumbprint(key.public_key()); }
bool lets_in(const given::server& s, const std::string& token) {
    const auto gate = *resource_server::beside(s.as, {{given::resource, {}, {"mcp"}, {}, {}}},
                                               {&s.store, &s.events, &s.clock, &s.random});
    return std::holds_alternative<principal>(gate.admit(request(token)));
}
std::string access_token(const given::server& s) {
    return given::member(s.redeem(s.code()), "access_token");
}

} // namespace

TEST_CASE("RFC 7517 §4.5: a signing key changes in three steps and no token is refused",
          "[gate][JOSE-18][ATK-JW-14][AT-15]") {
    const auto old_key = *signing_key::generate_es256();
    const auto new_key = *signing_key::generate_es256();
    CHECK(name_of(old_key) != name_of(new_key));
    const given::server before{signed_by({old_key})};
    const given::server announced{signed_by({old_key, new_key})}; // published, and signs nothing
    const given::server changed{signed_by({new_key, old_key})};   // signs, the old one stays
    const given::server after{signed_by({new_key})};

    for (const auto* const s : {&announced, &changed}) {
        const auto keys = published_by(*s);
        CHECK(keys.find(name_of(old_key)) != std::string::npos);
        CHECK(keys.find(name_of(new_key)) != std::string::npos);
    }
    const auto first = access_token(before);
    const auto second = access_token(announced);
    const auto third = access_token(changed);
    // At each step, with the tokens of the step before still under way and servers that lag.
    CHECK(lets_in(before, second));
    CHECK(lets_in(announced, first));
    CHECK(lets_in(announced, third));
    CHECK(lets_in(changed, second));
    CHECK(lets_in(after, third));
    // What the step in the middle is for: a key that nobody announced is no key.
    CHECK_FALSE(lets_in(before, third));
    CHECK_FALSE(lets_in(after, second));
}
