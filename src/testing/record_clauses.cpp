// What is written comes back: every member, every key, every version, every instant.

#include <array>
#include <limits>

#include "testing/contract_run.hpp"
#include "testing/lookalikes.hpp"

namespace mcp_oauth {
inline namespace v0 {
namespace testing {
namespace contract {

namespace {

void absent(contract_run& run) {
    const auto store = run.open();
    require_absent(*store, run.key("never written"), "a record that was never written");
}

void every_member(contract_run& run) {
    const auto store = run.open();
    for (const auto kind : record_kinds) {
        for (const bool subject : {false, true}) {
            for (const bool client : {false, true}) {
                auto r = run.fresh(std::string{mcp_oauth::name(kind)} + (subject ? "s" : "-") +
                                   (client ? "c" : "-"));
                r.kind = kind;
                if (!subject) r.subject_owner.clear();
                if (!client) r.client_owner.clear();
                create(*store, r);
                require_stored(*store, r, "a record that was created");
            }
        }
    }
}

// All 256 values, then none and nothing but.
std::vector<record_version> telling_versions() {
    std::vector<record_version> versions;
    for (unsigned first = 0; first < 256; first += 16) {
        record_version version{};
        for (unsigned i = 0; i < 16; ++i) version[i] = static_cast<std::uint8_t>(first + i);
        versions.push_back(version);
    }
    versions.push_back(record_version{});
    record_version full{};
    full.fill(0xFF);
    versions.push_back(full);
    return versions;
}

void versions(contract_run& run) {
    const auto store = run.open();
    auto r = run.fresh("r");
    create(*store, r);
    for (const auto& version : telling_versions()) {
        auto next = r;
        next.version = version;
        replace(*store, next, r.version);
        r = next;
        require_stored(*store, r, "a record of this version");
    }
    erase(*store, r.key, r.version);
}

void instants(contract_run& run) {
    const auto store = run.open();
    constexpr std::int64_t now = 4'102'444'800'000; // the year 2100: not due for a while
    constexpr std::int64_t last = 253'402'300'799'999;
    std::vector<std::int64_t> moments{now,       now + 1,           now + 999, now + 1000,
                                      1LL << 43, (1LL << 43) + 123, last - 1,  last};
    // Seconds in 32 bits end in 2038 and 2106.
    for (const std::int64_t end : {0x7FFF'FFFFLL, 0xFFFF'FFFFLL})
        for (const std::int64_t ms : {-1LL, 0LL, 1LL, 1000LL}) moments.push_back(end * 1000 + ms);
    if (!run.subject().drops_by_itself)
        for (const std::int64_t past : {0LL, 1LL, 999LL, 946'684'799'999LL})
            moments.push_back(past);
    auto r = run.fresh("r");
    create(*store, r);
    for (const auto moment : moments) {
        auto next = successor(r);
        next.expires_at = from_unix_ms(moment);
        replace(*store, next, r.version);
        r = next;
        require_stored(*store, r, "a record of this expires_at");
    }
}

void keys(contract_run& run) {
    const auto store = run.open();
    constexpr std::size_t longest = 1024;
    for (const auto& text : every_character()) {
        auto r = run.fresh(text);
        create(*store, r);
        require_stored(*store, r, "a record under a key of unusual characters");
    }
    for (const std::string_view letter : {"k", "\xC3\xA9", "\xF0\x9F\x94\x91"}) {
        const auto room = longest - run.owner({}).size();
        std::string text;
        while (text.size() + letter.size() <= room) text.append(letter);
        const auto r = run.fresh(text);
        create(*store, r);
        require_stored(*store, r, "a record under a key of 1 KiB");
    }
}

void keys_apart(contract_run& run) {
    const auto store = run.open();
    std::vector<record> all;
    for (const auto text : lookalikes) {
        auto r = run.fresh(text);
        r.body = numbered_body(all.size());
        create(*store, r);
        all.push_back(std::move(r));
    }
    for (const auto& each : all)
        require_stored(*store, each, "one of several keys that look alike");
    for (std::size_t i = 0; i < all.size(); i += 2) erase(*store, all[i].key, all[i].version);
    for (std::size_t i = 1; i < all.size(); i += 2)
        require_stored(*store, all[i], "a record whose key looks like that of an erased one");
}

} // namespace

clause_group clauses_of_records() {
    return {
        {{"record.absent", "load finds nothing under a key that was never written."}, absent},
        {{"record.every_member",
          "A record of any kind, with and without owners, comes back as it was written."},
         every_member},
        {{"record.versions", "A version is any 16 octets, zero and 255 among them."}, versions},
        {{"record.instants",
          "expires_at is kept to the millisecond, from 1970 to the end of the year 9999."},
         instants},
        {{"record.keys",
          "A key is any UTF-8 text without U+0000; the longest here have 1024 octets."},
         keys},
        {{"record.keys_apart",
          "Keys are compared octet by octet: no folding of case, no trimming, no patterns."},
         keys_apart},
    };
}

} // namespace contract
} // namespace testing
} // namespace v0
} // namespace mcp_oauth
