#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstdlib>

#include "grant/model/configuration.hpp"

/// One state of the model: the record, two servers at work on it, whoever holds tokens, and what
/// the invariants need to remember. All times are ages, so that a state does not depend on when it
/// came up.
namespace grant_model {

constexpr int servers = 2;
constexpr int deepest = 4;      ///< of K
constexpr int most_writes = 15; ///< that a run has room for

/// For indices, which the model counts as `int`.
constexpr std::size_t at(int i) { return static_cast<std::size_t>(i); }

enum state { pending, active, revoked, absent };

/// The record, or a copy of it. A version is the number of the write that made it: no two writes
/// share one, as no two draw the same 128 bits. So is a nonce.
struct stored {
    int state = active;
    int version = 0;
    int nonce = 0;
    int counter =
        0; ///< writes in this timeline; the version where `versions_are_unique` is dropped
    int head = 0;
    int key = 0;
    int epoch = 0;
    int born = 0;
    int rotations = 0; ///< in the ring
    std::array<int, deepest> ring{};
};

/// Where an operation stands.
enum class phase {
    idle,      ///< none; the server is free
    arrived,   ///< about to load, or to load again
    loaded,    ///< about to decide
    swapping,  ///< decided to write, about to swap
    answering, ///< settled, about to answer
};
enum answer { tokens, invalid_grant, acknowledgement };

/// A server and the request that it is working on.
struct operation {
    phase at = phase::idle;
    int presenter = 0;
    int token = 0;         ///< the write that made the token; its nonce
    bool revokes = false;  ///< an RFC 7009 request
    bool misfit = false;   ///< asks for a scope that was not granted
    bool stranger = false; ///< brings the code without its verifier
    int arrived = 0;       ///< by the server's clock
    int stamp = 0;         ///< the reading of this attempt
    int decided = 0;       ///< when that was, by true time
    bool unknown = false;  ///< a write of its own ended so
    int mine = 0;          ///< the write of its own that landed; recognised by its commit id
    stored seen;

    answer says = tokens;
    int gives = 0; ///< the token in the answer

    // What the invariants remember of it.
    bool promised = false;         ///< arrived inside the window less the limits
    bool in_time = false;          ///< arrived with the head before the grant's idle end
    bool after_evidence = false;   ///< arrived after evidence against the grant was answered
    bool after_revocation = false; ///< arrived after a revocation was acknowledged
    bool dated_late = false;       ///< its access token is dated after such a revocation
    bool stale = false;            ///< its token was outside its window, or from a lost timeline
    bool saw_the_lost = false;     ///< what it loaded was lost with a restored backup
};

/// A write whose writer has been told that its outcome is unknown, or is dead.
struct late_write {
    bool exists = false;
    int owner = servers;          ///< the server that still works on the operation, or `servers`
    int version = 0, counter = 0; ///< that it expects
    int decided = 0;
    bool opens = false; ///< a rotation or a redemption
    stored next;
};

struct world {
    stored record;
    std::array<operation, servers> server;
    late_write late;
    /// The newest token that each presenter was ever given. It may present that one and any older
    /// one: more than any one client can, so all clients are among them, and all thieves.
    std::array<int, 3> held{};

    int writes = 0; ///< so far; the next one has the next number
    /// By the number of the write: the generation and key of the token that it made, 0 where none.
    std::array<int, most_writes + 1> generation{};
    std::array<int, most_writes + 1> key{};
    /// By generation: when it was rotated, by the stamp and by true time.
    std::array<int, 8> stamped{}, landed{};
    int top = 0; ///< the newest generation of this timeline

    int elapsed = 0; ///< since the grant was approved

    bool evidence = false;     ///< evidence against the grant was answered
    bool acknowledged = false; ///< a revocation was acknowledged

    stored backup;
    bool has_backup = false, restored = false;
    int lost_after = 0, lost_until = 0; ///< tokens of the writes between belong to a lost timeline
    int min_epoch = 0;

    bool sweeping = false;
    int swept_version = 0;
    std::array<int, servers>
        key_stage{}; ///< 0: knows the first; 1: both, mints the first; 2: the second

    [[nodiscard]] bool lost(int token) const { return token > lost_after && token <= lost_until; }
};

/// Calls `f(field, bits)` for each field. Packing, unpacking and nothing else depends on the order.
template <class F, class Stored> void each_field(F& f, Stored& s, const configuration& c) {
    f(s.state, 2);
    f(s.version, 4);
    f(s.nonce, 4);
    if (c.restore) f(s.counter, 4);
    f(s.head, 3);
    if (c.keys) f(s.key, 1);
    if (c.restore) f(s.epoch, 1);
    if (c.oldest() == 0) return;
    f(s.born, 4);
    f(s.rotations, 3);
    for (auto& each : s.ring) f(each, 4);
}
template <class F> void each_field(F& f, operation& o, const configuration& c) {
    f(o.at, 3);
    if (o.at == phase::idle) return;
    f(o.presenter, 2);
    f(o.says, 2);
    f(o.gives, 4);
    f(o.stale, 1);
    if (c.restore) f(o.saw_the_lost, 1);
    if (o.at == phase::answering) return;
    f(o.token, 4);
    f(o.revokes, 1);
    f(o.misfit, 1);
    f(o.stranger, 1);
    f(o.arrived, 3);
    f(o.stamp, 3);
    f(o.decided, 3);
    f(o.unknown, 1);
    f(o.mine, 4);
    f(o.promised, 1);
    f(o.in_time, 1);
    f(o.after_evidence, 1);
    f(o.after_revocation, 1);
    f(o.dated_late, 1);
    if (o.at != phase::arrived || c.drops(dropped_rule::unknown_is_read_back))
        each_field(f, o.seen, c);
}
template <class F> void each_field(F& f, late_write& l, const configuration& c) {
    f(l.exists, 1);
    if (!l.exists) return;
    f(l.owner, 2);
    f(l.version, 4);
    f(l.counter, 4);
    f(l.decided, 3);
    f(l.opens, 1);
    each_field(f, l.next, c);
}
template <class F> void each_field(F& f, world& w, const configuration& c) {
    each_field(f, w.record, c);
    for (auto& each : w.server) each_field(f, each, c);
    if (c.late) each_field(f, w.late, c);
    for (auto& each : w.held) f(each, 4);
    f(w.writes, 4);
    for (int i = 1; i <= w.writes; ++i) {
        f(w.generation[at(i)], 3);
        if (c.keys) f(w.key[at(i)], 1);
    }
    f(w.top, 3);
    if (c.oldest() > 0)
        for (int g = 1; g < w.top; ++g) {
            f(w.stamped[at(g)], 4);
            f(w.landed[at(g)], 3);
        }
    if (c.absolute > 0) f(w.elapsed, 5);
    f(w.evidence, 1);
    f(w.acknowledged, 1);
    if (c.sweep) {
        f(w.sweeping, 1);
        f(w.swept_version, 4);
    }
    if (c.keys)
        for (auto& each : w.key_stage) f(each, 2);
    if (!c.restore) return;
    f(w.has_backup, 1);
    f(w.restored, 1);
    f(w.lost_after, 4);
    f(w.lost_until, 4);
    f(w.min_epoch, 1);
    if (w.has_backup) each_field(f, w.backup, c);
}

/// A state as it is kept: at most 512 bits, the rest zero.
using packed = std::array<std::uint64_t, 8>;

class packer {
public:
    template <class T> void operator()(const T& field, int bits) {
        const auto value = static_cast<std::uint64_t>(field);
        if (value >> bits != 0 || at_ + static_cast<unsigned>(bits) > 512) std::abort();
        const auto word = at_ / 64, shift = at_ % 64;
        out[word] |= value << shift;
        if (shift + static_cast<unsigned>(bits) > 64) out[word + 1] |= value >> (64 - shift);
        at_ += static_cast<unsigned>(bits);
    }
    packed out{};

private:
    unsigned at_ = 0;
};

class unpacker {
public:
    explicit unpacker(const packed& in) : in_(in) {}
    template <class T> void operator()(T& field, int bits) {
        const auto word = at_ / 64, shift = at_ % 64;
        auto value = in_[word] >> shift;
        if (shift + static_cast<unsigned>(bits) > 64) value |= in_[word + 1] << (64 - shift);
        field = static_cast<T>(value & ((1U << bits) - 1U));
        at_ += static_cast<unsigned>(bits);
    }

private:
    const packed& in_;
    unsigned at_ = 0;
};

inline packed pack(world& w, const configuration& c) {
    packer p;
    each_field(p, w, c);
    return p.out;
}
inline world unpack(const packed& in, const configuration& c) {
    world w;
    unpacker u{in};
    each_field(u, w, c);
    return w;
}

/// The state in which every run of a configuration begins.
world first_world(const configuration& c);

} // namespace grant_model
