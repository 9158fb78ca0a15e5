// The record of an issuer's signing keys, and the operation that keeps it as the plan wants it.

#include <algorithm>
#include <cstdint>
#include <utility>

#include "mcp_oauth/grammar/json.hpp"
#include "mcp_oauth/grammar/json_writer.hpp"
#include "mcp_oauth/rfc/7517_jwk.hpp"
#include "mcp_oauth/rfc/7638_jwk_thumbprint.hpp"
#include "mcp_oauth/rfc/9207_issuer.hpp"
#include "mcp_oauth/server/driver.hpp"
#include "mcp_oauth/server/key_rotation.hpp"
#include "server/flow.hpp"
#include "server/record_keys.hpp"
#include "server/server_state.hpp"

namespace mcp_oauth {
inline namespace v0 {

struct key_rotation::state {
    std::string issuer;
    key_ring ring;
    checked_rotation rotation;
    std::shared_ptr<default_ports> defaults;
    record_store& store;
    const mcp_oauth::clock& clock;
    random_source& random;
};

namespace {

constexpr std::size_t most_attempts = 8;
using outcome = expected<key_schedule, key_rotation_fault>;

struct kept_key {
    signing_key key;
    std::string id;
    instant signs_from;
};

/// The keys of a record, in the order in which they sign.
struct key_row {
    std::vector<kept_key> keys;
    bool sealed_under_current = true;

    [[nodiscard]] std::vector<instant> times() const {
        std::vector<instant> all;
        for (const auto& each : keys) all.push_back(each.signs_from);
        return all;
    }
};

void wipe(std::string& text) noexcept {
    volatile char* const octets = text.data();
    for (std::size_t i = 0; i < text.size(); ++i) octets[i] = 0;
}

// A private part is bound to its key's name: it opens in no other place.
std::optional<signing_key> unseal(std::string_view sealed, std::string_view id,
                                  const key_ring& ring) {
    auto plain = ring.open(key_purpose::signing_key, sealed, id);
    if (!plain) return std::nullopt;
    auto key = parse_private_jwk(*plain);
    wipe(*plain);
    if (!key || jwk_thumbprint(key->public_key()) != id) return std::nullopt;
    return key;
}

expected<kept_key, key_rotation_fault> read_key(json_value from, const key_ring& ring) {
    const auto id = from.string_at("kid");
    const auto signs_from = from.integer_at("signs_from");
    const auto sealed = from.string_at("sealed");
    if (!id || !signs_from || !sealed) return unexpected{key_rotation_fault::unreadable};
    auto key = unseal(*sealed, *id, ring);
    if (!key) return unexpected{key_rotation_fault::sealed};
    return kept_key{std::move(*key), std::string{*id}, from_unix_ms(*signs_from)};
}

expected<key_row, key_rotation_fault> read_row(std::string_view body, const key_ring& ring) {
    const auto document = json_document::parse(body);
    const auto keys = document ? document->root().find("keys") : std::nullopt;
    if (!keys || document->root().integer_at("v") != 1 || keys->size() == 0 ||
        keys->size() > key_set::largest)
        return unexpected{key_rotation_fault::unreadable};
    key_row row;
    std::optional<key_rotation_fault> fault;
    const auto current = to_text(ring.current());
    keys->for_each_element([&](json_value each) {
        auto key = read_key(each, ring);
        if (!key) {
            if (!fault) fault = key.error();
            return;
        }
        // A sealed text begins with the name of its secret.
        if (each.string_at("sealed")->substr(0, current.size()) != current)
            row.sealed_under_current = false;
        row.keys.push_back(std::move(*key));
    });
    if (fault) return unexpected{*fault};
    const auto later = [](const kept_key& a, const kept_key& b) {
        return a.signs_from >= b.signs_from;
    };
    if (row.keys.empty() ||
        std::adjacent_find(row.keys.begin(), row.keys.end(), later) != row.keys.end())
        return unexpected{key_rotation_fault::unreadable};
    return row;
}

/// Errors: nothing where the random source fails.
std::optional<std::string> body_of(const key_row& row, const key_ring& ring,
                                   random_source& random) {
    std::string keys = "[";
    for (const auto& each : row.keys) {
        const auto sealed =
            ring.seal(key_purpose::signing_key, private_jwk(each.key).reveal(), random, each.id);
        if (!sealed) return std::nullopt;
        json_object_writer key;
        key.add("kid", each.id)
            .add("alg", name(each.key.algorithm()))
            .add("signs_from", to_unix_ms(each.signs_from))
            .add("sealed", *sealed);
        if (keys.size() > 1) keys += ',';
        keys += key.take();
    }
    keys += ']';
    json_object_writer body;
    body.add("v", std::int64_t{1}).add_json("keys", keys);
    return body.take();
}

class update_flow final : public flow<update_flow, outcome> {
public:
    explicit update_flow(std::shared_ptr<const key_rotation::state> rotation)
        : rotation_(std::move(rotation)) {}

    void start() {
        if (++attempts_ > most_attempts) return fail(key_rotation_fault::unavailable);
        if (!rotation_->random.fill(version_.data(), version_.size()))
            return fail(key_rotation_fault::no_key);
        ask(load_step{record_keys::signing_keys(rotation_->issuer)}, &update_flow::on_loaded);
    }

private:
    void on_loaded(load_answer a) {
        if (!a) return fail(key_rotation_fault::unavailable);
        row_ = {};
        if (*a) {
            auto read = read_row((*a)->body, rotation_->ring);
            if (!read) return fail(read.error());
            row_ = std::move(*read);
        }
        const auto due = planned();
        const auto dropped = static_cast<std::ptrdiff_t>(due.first_published);
        if (!due.next_signs_from && dropped == 0 && row_.sealed_under_current) return settle();
        row_.keys.erase(row_.keys.begin(), row_.keys.begin() + dropped);
        if (due.next_signs_from && !add_key(*due.next_signs_from))
            return fail(key_rotation_fault::no_key);
        auto next = mine();
        if (!next) return fail(key_rotation_fault::no_key);
        if (*a)
            ask(replace_step{std::move(*next), (*a)->version}, &update_flow::on_replaced);
        else
            ask(create_step{std::move(*next)}, &update_flow::on_created);
    }
    void on_created(create_answer a) { on_written(a.outcome); }
    void on_replaced(replace_answer a) { on_written(a.outcome); }
    void on_written(write_outcome written) {
        switch (written) {
        case write_outcome::done: return settle();
        case write_outcome::conflict: // somebody else was first, or nobody knows: look again
        case write_outcome::unknown: return start();
        case write_outcome::unavailable: return fail(key_rotation_fault::unavailable);
        }
    }

    [[nodiscard]] key_plan planned() const { return plan(row_.times(), rotation_->rotation, now_); }

    // Made once, however often the swap is lost: an RSA key takes its time.
    [[nodiscard]] bool add_key(instant signs_from) {
        if (!fresh_) fresh_ = signing_key::generate(rotation_->rotation->algorithm);
        if (!fresh_) return false;
        row_.keys.push_back({*fresh_, jwk_thumbprint(fresh_->public_key()), signs_from});
        return true;
    }
    [[nodiscard]] std::optional<record> mine() const {
        auto body = body_of(row_, rotation_->ring, rotation_->random);
        if (!body) return std::nullopt;
        record r;
        r.key = record_keys::signing_keys(rotation_->issuer);
        r.kind = record_kind::signing_keys;
        r.version = version_;
        r.expires_at = from_unix_seconds(253'402'300'799); // the year 9999: never
        r.body = std::move(*body);
        return r;
    }

    void settle() {
        const auto settled = planned();
        key_schedule made;
        made.jwks_max_age = rotation_->rotation->jwks_max_age;
        made.changes_at = settled.changes_at;
        const auto signing = row_.keys.begin() + static_cast<std::ptrdiff_t>(*settled.signing);
        std::rotate(row_.keys.begin(), signing, signing + 1); // the others keep their order
        for (auto& each : row_.keys) {
            made.signing_keys.push_back(std::move(each.key));
            made.key_ids.push_back(std::move(each.id));
        }
        finish(outcome{std::move(made)});
    }
    void fail(key_rotation_fault why) { finish(outcome{unexpected<key_rotation_fault>{why}}); }

    std::shared_ptr<const key_rotation::state> rotation_;
    instant now_ = rotation_->clock.now();
    key_row row_;
    std::optional<signing_key> fresh_;
    record_version version_{};
    std::size_t attempts_ = 0;
};

} // namespace

expected<key_rotation, config_error>
key_rotation::make(std::string_view issuer, const std::vector<server_secret>& secrets,
                   const rotation_policy& rotation, const policy& rules, key_rotation_ports ports) {
    const auto wrong = [](std::string member, std::string problem) {
        return unexpected<config_error>{config_error{std::move(member), std::move(problem)}};
    };
    if (!issuer_identifier::parse(issuer))
        return wrong("issuer", "must be https (http on a loopback host), without query, fragment "
                               "and trailing slash");
    auto ring = key_ring::make(secrets, issuer);
    if (!ring)
        return wrong("secrets",
                     "exactly one must be current, each different and 32 octets or more");
    auto checked = checked_rotation::make(rotation, rules);
    if (!checked) return unexpected<config_error>{checked.error()};
    auto own = std::make_shared<default_ports>();
    const mcp_oauth::clock& clock = ports.clock != nullptr ? *ports.clock : own->clock;
    random_source& random = ports.random != nullptr ? *ports.random : own->random;
    return key_rotation{
        std::make_shared<const state>(state{std::string{issuer}, std::move(*ring), *checked,
                                            std::move(own), ports.store, clock, random})};
}

operation<outcome> key_rotation::begin_update() const {
    return begin_flow<update_flow, outcome>(state_);
}
outcome key_rotation::update() const { return run(begin_update(), {&state_->store, nullptr, {}}); }

} // namespace v0
} // namespace mcp_oauth
