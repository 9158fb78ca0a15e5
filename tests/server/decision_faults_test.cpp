// The approval's one write, and everything that can become of it.

#include "registration.hpp"

using namespace given;
using namespace std::chrono_literals;
using testing::store_call;
using testing::store_fault;

namespace {

const std::string try_again = error_location("temporarily_unavailable", "try again in a moment");

std::size_t grants(const server& s) {
    return records(s, record_kind::grant, owned_by_alice).size();
}

} // namespace

TEST_CASE("An approval that was not written is told to the client, and can be repeated",
          "[OA21-AUTHZ-19][MCP-ERR-07][UNKNOWN]") {
    const server s;
    const auto view = s.consent();
    s.store.fail(store_call::create, 1, store_fault::unavailable);
    CHECK(location(s.approve(view)) == try_again);
    CHECK(grants(s) == 0);
    CHECK(s.events.count(event_kind::store_unavailable) == 1);
    CHECK(s.events.count(event_kind::approved) == 0);
    CHECK(s.redeem(parameter(s.approve(view), "code").value_or("")).status == 200);
}

TEST_CASE("A client that cannot be read at a later step was proven at the first, and hears of it",
          "[OA21-AUTHZ-19][MCP-ERR-07][pain-18]") {
    const server s;
    const auto id = registered_id(s);
    const auto begun = the_interaction(s.authorize({{"client_id", id}}));
    const auto failing = [&](auto call) {
        s.store.fail(store_call::load, 1, store_fault::unavailable);
        return location(the_redirect(call()));
    };
    CHECK(failing([&] { return s.as.authenticated(begun.ticket, s.alice()); }) == try_again);
    const auto view = the_view(s.as.authenticated(begun.ticket, s.alice()));
    CHECK(failing([&] { return s.as.approve(view.ticket, "session-1"); }) == try_again);
    CHECK(failing([&] { return s.as.deny(view.ticket, "session-1"); }) == try_again);
    CHECK(grants(s) == 0);
    CHECK(parameter(s.approve(view), "code").has_value());
}

TEST_CASE("An approval that was written although nobody heard so counts",
          "[UNKNOWN][OA21-CODE-04]") {
    const server s;
    const auto view = s.consent();
    s.store.fail(store_call::create, 1, store_fault::unknown_written);
    const auto redirect = s.approve(view);
    CHECK(location(s.approve(view)) == location(redirect));
    CHECK(s.redeem(parameter(redirect, "code").value_or("")).status == 200);
    CHECK(grants(s) == 1);
}

TEST_CASE("An approval that got lost is an outage, never a code that cannot be redeemed",
          "[UNKNOWN]") {
    const server s;
    const auto view = s.consent();
    s.store.fail(store_call::create, 1, store_fault::unknown_lost);
    CHECK(location(s.approve(view)) == try_again);
    CHECK(grants(s) == 0);
    CHECK(parameter(s.approve(view), "code").has_value());
}

TEST_CASE("An approval that lands late is the one that a second click finds", "[UNKNOWN]") {
    const server s;
    const auto view = s.consent();
    s.store.fail(store_call::create, 1, store_fault::unknown_late);
    CHECK(location(s.approve(view)) == try_again);
    CHECK(s.store.land_late() == std::vector<write_outcome>{write_outcome::done});
    const auto redirect = s.approve(view);
    CHECK(s.redeem(parameter(redirect, "code").value_or("")).status == 200);
    CHECK(grants(s) == 1);
}

TEST_CASE("An approval that lands after its repetition changes nothing", "[UNKNOWN]") {
    const server s;
    const auto view = s.consent();
    s.store.fail(store_call::create, 1, store_fault::unknown_late);
    CHECK(location(s.approve(view)) == try_again);
    const auto redirect = s.approve(view);
    CHECK(s.store.land_late() == std::vector<write_outcome>{write_outcome::conflict});
    CHECK(s.redeem(parameter(redirect, "code").value_or("")).status == 200);
    CHECK(grants(s) == 1);
}

TEST_CASE("An answer is lost and so is the read that would have told: an outage", "[UNKNOWN]") {
    const server s;
    const auto view = s.consent();
    s.store.fail(store_call::create, 1, store_fault::unknown_written);
    s.store.fail(store_call::load, 1, store_fault::unavailable);
    CHECK(location(s.approve(view)) == try_again);
    CHECK(parameter(s.approve(view), "code").has_value());
    CHECK(grants(s) == 1);
}

TEST_CASE("A denial suffers the same faults, and never becomes an approval", "[UNKNOWN]") {
    const std::string denied = error_location("access_denied", "the user denied the request");
    for (const auto fault : {store_fault::unavailable, store_fault::unknown_written,
                             store_fault::unknown_lost, store_fault::unknown_late}) {
        const server s;
        const auto view = s.consent();
        s.store.fail(store_call::create, 1, fault);
        const auto redirect = the_redirect(s.as.deny(view.ticket, "session-1"));
        CHECK(location(redirect) == (fault == store_fault::unknown_written ? denied : try_again));
        s.store.land_late();
        CHECK(location(the_redirect(s.as.deny(view.ticket, "session-1"))) == denied);
        check_spent(s.as.approve(view.ticket, "session-1"));
    }
}

TEST_CASE("Somebody else pressed the button in between", "[ATK-AZ-07][UNKNOWN]") {
    const server s;
    const auto view = s.consent();
    std::string theirs;
    s.store.before(store_call::create, 1, [&] { theirs = location(s.approve(view)); });
    CHECK(location(s.approve(view)) == theirs);
    const auto other = s.consent();
    s.store.before(store_call::create, 1,
                   [&] { the_redirect(s.as.deny(other.ticket, "session-1")); });
    check_spent(s.as.approve(other.ticket, "session-1"));
}

TEST_CASE("A record that cannot be read is the store's fault", "[MCP-ERR-07]") {
    const server s;
    const auto view = s.consent();
    s.approve(view);
    auto broken = records(s, record_kind::grant, owned_by_alice).at(0);
    const auto was = broken.version;
    broken.version[0] ^= 1U;
    broken.body = "{}";
    REQUIRE(s.store.replace(broken, was) == write_outcome::done);
    CHECK(location(s.approve(view)) == try_again);
}

TEST_CASE("An approval that took longer than operation_limit writes nothing",
          "[UNKNOWN][OPERATION-LIMIT]") {
    for (const bool agrees : {true, false}) {
        const server s;
        const auto view = s.consent({{"client_id", registered_id(s)}});
        const auto slow = [&](milliseconds time) {
            s.store.before(store_call::load, 1, [&s, time] { s.clock.advance(time); });
            return the_redirect(agrees ? s.as.approve(view.ticket, "session-1")
                                       : s.as.deny(view.ticket, "session-1"));
        };
        CHECK(location(slow(5001ms)) == try_again);
        CHECK(grants(s) == 0);
        slow(5000ms);
        CHECK(grants(s) == 1);
    }
}

TEST_CASE("A store that throws is a store that does not answer", "[MCP-ERR-07]") {
    const server s;
    const auto view = s.consent();
    s.store.before(store_call::create, 1, [] { throw 1; });
    CHECK(location(s.approve(view)) == try_again); // nothing was written, as the read-back says
    CHECK(grants(s) == 0);
    s.random.fail_after(0);
    CHECK(location(s.approve(view)) == try_again);
    s.random.recover();
    CHECK(parameter(s.approve(view), "code").has_value());
}
