#include "mcp_oauth/ports/event_sink.hpp"

#include <set>
#include <string>

#include "mcp_oauth/ports/record_store.hpp"
#include "support/catch.hpp"

using namespace mcp_oauth;

TEST_CASE("every kind of event has a name of its own, in lower snake case", "[ports]") {
    std::set<std::string_view> names;
    const auto last = static_cast<int>(event_kind::issuer_unavailable);
    for (int kind = 0; kind <= last; ++kind) {
        const auto text = name(static_cast<event_kind>(kind));
        CHECK(!text.empty());
        CHECK(text.find_first_not_of("abcdefghijklmnopqrstuvwxyz_") == std::string_view::npos);
        names.insert(text);
    }
    CHECK(names.size() == static_cast<std::size_t>(last) + 1);
    CHECK(name(static_cast<event_kind>(last + 1)).empty());
    CHECK(name(event_kind::refresh_replay) == "refresh_replay");
}

TEST_CASE("every kind of record has a name of its own", "[ports]") {
    std::set<std::string_view> names;
    for (const auto kind :
         {record_kind::grant, record_kind::client, record_kind::consent, record_kind::secret_check,
          record_kind::dpop_proof, record_kind::signing_keys})
        names.insert(name(kind));
    CHECK(names == std::set<std::string_view>{"grant", "client", "consent", "secret_check",
                                              "dpop_proof", "signing_keys"});
}
