#pragma once

#include <set>
#include <string>

#include "server/given.hpp"
#include "server/registration.hpp"

/// The host's page of connected applications, on the store of an adapter: in tests/server it is
/// tested on the one in memory, clause by clause; here that it goes on over every page.
namespace owned_grants {

using namespace mcp_oauth;

/// The names of all grants of an owner. None is there twice.
inline std::set<std::string> names_of(const given::server& s, const grant_owner& owner) {
    std::set<std::string> names;
    std::string after;
    do {
        auto page = s.as.list_grants(owner, after, 40);
        REQUIRE(page);
        for (const auto& each : page->grants) CHECK(names.insert(each.grant_id).second);
        after = page->next;
    } while (!after.empty());
    return names;
}

/// Requires: an empty store.
inline void check(record_store& store) {
    const given::server s{store, policy::mcp()};
    const auto alice = grant_owner::subject("alice");
    const auto id = given::registered_id(s, given::refreshing_registration);
    const given::fields as_registered{{"client_id", id}};
    constexpr std::size_t many = 103; // more than the library asks for at a time
    for (std::size_t i = 1; i < many; ++i) (void)s.code();
    const auto token = s.first_refresh_token();
    const auto tokens = s.redeem(s.code(as_registered), as_registered);
    REQUIRE(tokens.status == 200);
    const auto code = s.code(as_registered);

    CHECK(names_of(s, alice).size() == many + 2);
    CHECK(names_of(s, grant_owner::client("app")).size() == many);
    CHECK(names_of(s, grant_owner::client(id)).size() == 2);
    CHECK(names_of(s, grant_owner::subject("bob")).empty());

    CHECK(s.as.revoke_grants(grant_owner::client("app")).value() == many);
    CHECK(names_of(s, grant_owner::client("app")).empty());
    CHECK(given::member(s.refresh(token), "error") == "invalid_grant");
    const auto next = s.refresh(given::member(tokens, "refresh_token"), as_registered);
    CHECK(next.status == 200);

    CHECK(s.as.delete_client(id).value() == 2);
    CHECK(names_of(s, alice).empty());
    for (const auto& answer : {s.refresh(given::member(next, "refresh_token"), as_registered),
                               s.redeem(code, as_registered)}) {
        CHECK(answer.status == 401);
        CHECK(given::member(answer, "error") == "invalid_client");
    }
    CHECK(s.as.revoke_grants(alice).value() == 0);
}

} // namespace owned_grants
