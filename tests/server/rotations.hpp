#pragma once

#include "gates.hpp"
#include "mcp_oauth/server/driver.hpp"
#include "mcp_oauth/server/key_rotation.hpp"

/// A store, a clock, and the rotations of servers that share them.
namespace rotations {

using namespace gates;
using testing::store_call;
using testing::store_fault;

inline constexpr const char* record_key = "https://as.example#signing_keys";

inline const std::string first_octets = "0123456789abcdef0123456789abcdef";
inline const std::string second_octets = "fedcba9876543210fedcba9876543210";

inline std::vector<server_secret> only(const std::string& octets) {
    std::vector<server_secret> all;
    all.push_back({secret{octets}, secret_role::current});
    return all;
}
inline std::vector<server_secret> second_current() {
    auto all = only(second_octets);
    all.push_back({secret{first_octets}, secret_role::previous});
    return all;
}

struct place {
    memory_store memory;
    testing::faulty_store store{memory};
    testing::manual_clock clock;
    testing::counting_random random{7};

    [[nodiscard]] key_rotation rotation(const std::vector<server_secret>& secrets,
                                        const rotation_policy& r = {}, const char* of = issuer) {
        return given::must(
            key_rotation::make(of, secrets, r, policy::strict(), {store, &clock, &random}));
    }
    [[nodiscard]] key_rotation rotation() { return rotation(only(first_octets)); }
    [[nodiscard]] record kept() {
        auto found = memory.load(record_key);
        REQUIRE(found);
        REQUIRE(*found);
        return **found;
    }
    void keep(const std::string& body) {
        auto r = kept();
        const auto version = r.version;
        r.version[0] = static_cast<std::uint8_t>(r.version[0] ^ 1U);
        r.body = body;
        REQUIRE(memory.replace(r, version) == write_outcome::done);
    }
    [[nodiscard]] std::string with(std::string from, std::string_view what, std::string_view to) {
        const auto where = from.find(what);
        REQUIRE(where != std::string::npos);
        return from.replace(where, what.size(), to);
    }
};

inline std::string fault_of(const expected<key_schedule, key_rotation_fault>& outcome) {
    return outcome ? "" : std::string{name(outcome.error())};
}
using names = std::vector<std::string>;
inline names ids(const expected<key_schedule, key_rotation_fault>& outcome) {
    REQUIRE(outcome);
    return outcome->key_ids;
}

} // namespace rotations
