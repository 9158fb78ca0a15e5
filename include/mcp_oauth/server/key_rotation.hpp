#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "mcp_oauth/base/clock.hpp"
#include "mcp_oauth/base/expected.hpp"
#include "mcp_oauth/base/export.hpp"
#include "mcp_oauth/base/random.hpp"
#include "mcp_oauth/base/signature.hpp"
#include "mcp_oauth/grant/server_secrets.hpp"
#include "mcp_oauth/ports/record_store.hpp"
#include "mcp_oauth/server/authorization_server.hpp"
#include "mcp_oauth/server/operation.hpp"
#include "mcp_oauth/server/policy.hpp"

/// Signing keys that replace each other without an outage (RFC 7517 §4.5; JOSE-18, ATK-JW-14), and
/// the record that all servers of an issuer share them by.
namespace mcp_oauth {
inline namespace v0 {

/// How keys replace each other. What the defaults are made for: many servers, each of which calls
/// `key_rotation::update` every five minutes, and access tokens of any permitted lifetime.
struct rotation_policy {
    /// Of keys to come. One that exists keeps its own.
    signature_algorithm algorithm = signature_algorithm::es256;
    /// How long a key signs.
    seconds signs_for{std::chrono::hours{24 * 30}};
    /// How long a key is published before it signs.
    seconds announced{std::chrono::hours{1}};
    /// How long a key stays published after its successor began to sign.
    seconds retained{std::chrono::hours{25}};
    /// How long others may keep the key set: `max-age` of the JWKS.
    seconds jwks_max_age{300};
    /// How often each server calls `update`, at least.
    seconds called_every{300};
    /// How far the clocks of two servers may be apart.
    seconds clock_skew{60};
};

/// A rotation policy that was found consistent.
class checked_rotation {
public:
    /// Checks: `announced` >= `jwks_max_age` + `called_every` + `clock_skew`, so that nobody meets
    ///         a token of a key that their copy of the set may lack; `retained` >= the lifetime of
    ///         access tokens in `rules` + `most_leeway` + `called_every` + `clock_skew`, so that no
    ///         token outlives its key's publication; `announced` <= `signs_for`, so that there is
    ///         one next key at most; `retained` <= 16 `signs_for`, or the set would grow too large;
    ///         `jwks_max_age` at most a day, `clock_skew` not negative, the others one second or
    ///         more, nothing above ten years.
    /// Errors: the member, as `rotation.…`, and what is wrong with it.
    [[nodiscard]] MCP_OAUTH_EXPORT static expected<checked_rotation, config_error>
    make(const rotation_policy& rotation, const policy& rules);

    /// What `make` was given, and found consistent. Good while this object is.
    [[nodiscard]] const rotation_policy& operator*() const noexcept { return rotation_; }
    /// Never null; `rotation->retained` reads a member.
    [[nodiscard]] const rotation_policy* operator->() const noexcept { return &rotation_; }

private:
    explicit checked_rotation(const rotation_policy& rotation) noexcept : rotation_(rotation) {}
    rotation_policy rotation_;
};

/// What is to be done with a row of keys at a moment.
struct key_plan {
    /// Which key signs: its place in the row.
    std::optional<std::size_t> signing;
    /// Keys from this place on are published; those before it are to be dropped.
    std::size_t first_published = 0;
    /// A key has to be made, published at once, and sign from this moment on.
    std::optional<instant> next_signs_from;
    /// When the plan will be another one.
    instant changes_at{};
};

/// Decides who signs, who is published, who goes, and whether a new key is due.
///
/// A key has one time of its own, when it begins to sign. It ends when the next one begins, and is
/// dropped `retained` after that. A time once given is never moved, so every server comes to the
/// same plan from the same row, within the differences of their clocks.
///
/// Where the clock lies before every key the first one signs: it was published longest.
///
/// Requires: `signs_from` is each key's time, in ascending order.
/// Does not check: that the clock is right within `clock_skew`. One that is ahead by more drops a
///         key too early; one that is behind announces a key too briefly.
[[nodiscard]] MCP_OAUTH_EXPORT key_plan plan(const std::vector<instant>& signs_from,
                                             const checked_rotation& rotation, instant now);

/// The keys of the moment: hand both members to `authorization_server_config`.
struct key_schedule {
    std::vector<signing_key> signing_keys; ///< the first signs, all are published
    seconds jwks_max_age{};                ///< `rotation_policy::jwks_max_age`
    /// The names of `signing_keys`. Where they are those of the last time, nothing has changed.
    std::vector<std::string> key_ids;
    /// When they change next, unless another server is earlier.
    instant changes_at{};
};

/// Why there is no schedule.
enum class key_rotation_fault : std::uint8_t {
    unavailable, ///< the store does not answer, or took eight writes of others in a row
    unreadable,  ///< the record is none of this version
    sealed,      ///< a key is sealed under a secret that is not here any more, or was tampered with
    no_key,      ///< OpenSSL's generator or the random source fails
};

/// The fault as a word for a log.
[[nodiscard]] constexpr std::string_view name(key_rotation_fault fault) noexcept {
    switch (fault) {
    case key_rotation_fault::unavailable: return "unavailable";
    case key_rotation_fault::unreadable: return "unreadable";
    case key_rotation_fault::sealed: return "sealed";
    case key_rotation_fault::no_key: return "no_key";
    }
    return "";
}

/// What the rotation calls. The store must outlive it; the pointers may be null, as in
/// `server_ports`.
struct key_rotation_ports {
    record_store& store;               ///< the servers' own, or another that they all share
    mcp_oauth::clock* clock = nullptr; ///< null: the system's
    random_source* random = nullptr;   ///< null: OpenSSL's; keys are drawn by OpenSSL in any case
};

/// The signing keys of one issuer, in one record that all its servers share. An operator can read
/// who signs when; the private parts are sealed under the server secrets.
///
///     auto rotation = key_rotation::make(config.issuer, config.secrets, {},
///                                        config.policy, {store});
///     auto keys = rotation->update();
///     config.signing_keys = keys->signing_keys;
///     config.jwks_max_age = keys->jwks_max_age;
///
/// Servers are immutable, and cheap to make: every few minutes the host calls `update` again, and
/// where `key_ids` differ it makes a new `authorization_server`, and a new `resource_server` beside
/// it, and lets go of the old ones when their last request is done. Each change is harmless by
/// itself, so servers need not change together. A gate that remembers DPoP proofs in memory forgets
/// them with its `resource_server`: use `dpop_replay::in_store` there.
///
/// A key is made by whoever comes first; two servers that rotate at once agree by compare-and-swap.
/// When the current server secret is another one than the keys are sealed under, they are sealed
/// anew, so a secret is not needed longer than `previous` lasts. After a leak of a key, or of the
/// secret that seals it, erase the record: the next `update` makes a key that signs at once, and
/// every token of the old ones ends.
///
/// Keys that are held elsewhere are not made here: see `signing_key::held_elsewhere`.
///
/// Threads: immutable after construction; any thread may call anything.
class MCP_OAUTH_EXPORT key_rotation {
public:
    /// Checks: issuer, secrets, and `rotation` against `rules`. Touches no port.
    [[nodiscard]] static expected<key_rotation, config_error>
    make(std::string_view issuer, const std::vector<server_secret>& secrets,
         const rotation_policy& rotation, const policy& rules, key_rotation_ports ports);

    /// Loads the keys, and makes, drops or seals anew what is due. Makes the record in a new store.
    /// Errors: nothing was lost, and a server that runs goes on with the keys that it has.
    [[nodiscard]] expected<key_schedule, key_rotation_fault> update() const;
    /// `update` as an operation of at most 16 steps: eight times a load and a write. By the time of
    /// this call, however long the steps take.
    [[nodiscard]] operation<expected<key_schedule, key_rotation_fault>> begin_update() const;

    /// Public so that the library's own sources can name it; nobody else can look inside.
    struct state;

private:
    explicit key_rotation(std::shared_ptr<const state> made) noexcept : state_(std::move(made)) {}
    std::shared_ptr<const state> state_;
};

} // namespace v0
} // namespace mcp_oauth
