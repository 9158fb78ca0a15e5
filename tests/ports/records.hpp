#pragma once

#include <string>
#include <utility>

#include "mcp_oauth/ports/memory_store.hpp"

/// Records for the tests of stores.
namespace record_tests {
using namespace mcp_oauth;
using namespace std::chrono_literals;

inline record_version version_of(std::uint64_t n) {
    record_version v{};
    for (std::size_t i = 0; i < 8; ++i) v[i] = static_cast<std::uint8_t>(n >> (8 * i));
    return v;
}

inline record record_of(std::string key, std::uint64_t version = 1) {
    record r;
    r.key = std::move(key);
    r.version = version_of(version);
    r.subject_owner = "alice";
    r.client_owner = "client";
    r.expires_at = from_unix_seconds(1'800'000'000);
    r.body = R"({"n":1})";
    return r;
}

inline bool same(const record& a, const record& b) {
    return a.key == b.key && a.kind == b.kind && a.version == b.version &&
           a.subject_owner == b.subject_owner && a.client_owner == b.client_owner &&
           a.expires_at == b.expires_at && a.body == b.body;
}

/// Every key of an owner, page by page.
inline std::vector<std::string> keys_of(record_store& store, std::string_view owner,
                                        std::size_t limit = 100,
                                        record_kind kind = record_kind::grant) {
    std::vector<std::string> keys;
    std::string after;
    do {
        auto page = store.list(kind, owner, after, limit);
        for (const auto& each : page->records) keys.push_back(each.key);
        after = page->next;
    } while (!after.empty());
    return keys;
}

} // namespace record_tests
