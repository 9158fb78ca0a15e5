// The transition table as data, and every combination of a small world against it: for each,
// exactly one row applies, and the state machine does what that row says. The rows are written from
// the document; nothing here asks the state machine what it thinks.
#include <array>
#include <sstream>

#include "grant/life.hpp"
#include "support/catch.hpp"

using namespace grant_tests;

namespace {

enum class presented { code, refresh_token, revocation };
enum class relation { in_ring, not_in_ring, head, head_with_another_nonce, ahead };

/// What the table's conditions speak of.
struct situation {
    grant_state state;
    presented what;
    relation where; ///< of refresh tokens
    bool no_window;
    bool in_window;        ///< max(0, arrived - r(g)) < W
    bool ring_full;        ///< K entries or more
    bool oldest_in_window; ///< max(0, arrived - oldest) < W
    bool deadline_passed;
    bool expired;
    bool fits;
    bool rotation_off;
    bool kth_is_young; ///< stamp - K-th entry < W + D
};

enum class written { nothing, revoked, opened, touched, rotated };

/// One row of the table.
struct row {
    const char* number;
    int states; ///< a bit for each `grant_state`
    presented what;
    int where; ///< a bit for each `relation`
    /// `y`, `n`, or `.` where it does not matter; in the order of `situation`, from `no_window` on.
    const char* conditions;
    verdict says;
    written next;
    grant_evidence evidence;
};

constexpr int bit(grant_state s) { return 1 << static_cast<int>(s); }
constexpr int bit(relation r) { return 1 << static_cast<int>(r); }
constexpr int pending_ = bit(grant_state::pending), active_ = bit(grant_state::active),
              revoked_ = bit(grant_state::revoked), alive = pending_ | active_;
constexpr int anywhere = 31;
constexpr int in_ring = bit(relation::in_ring), not_in_ring = bit(relation::not_in_ring),
              at_head = bit(relation::head), below = in_ring | not_in_ring,
              beyond = bit(relation::ahead) | bit(relation::head_with_another_nonce);
constexpr auto code = presented::code, token = presented::refresh_token,
               revocation = presented::revocation;
using v = verdict;
using w = written;
using e = grant_evidence;
constexpr auto too_late = e::used_after_revocation, undecidable = e::refresh_undecidable;

// The document reads the rows top down; here each row carries what the rows above it leave over.
// Rows 13 and 14 have two lines, one for each way past rows 9 to 12.
// clang-format off
constexpr std::array table{
//  row    states    presented   where        conditions
row{"1c",  revoked_, code,       anywhere,    ".........", v::refused, w::nothing, too_late},
row{"1t",  revoked_, token,      anywhere,    ".........", v::refused, w::nothing, too_late},
row{"1r",  revoked_, revocation, anywhere,    ".........", v::already_revoked, w::nothing, e::none},
row{"2",   alive,    revocation, anywhere,    ".........", v::revoked, w::revoked, e::none},
row{"3",   pending_, code,       anywhere,    "....y....", v::refused, w::nothing, e::code_expired},
row{"4",   pending_, code,       anywhere,    "....n.n..", v::bad_scope, w::nothing, e::none},
row{"5",   pending_, code,       anywhere,    "....n.y..", v::granted, w::opened, e::none},
row{"6",   active_,  code,       anywhere,    ".........", v::ended, w::revoked, e::code_replay},
row{"7",   pending_, token,      anywhere,    ".........", v::ended, w::revoked, e::state_lost},
row{"8",   active_,  token,      beyond,      ".........", v::ended, w::revoked, e::state_lost},
row{"9",   active_,  token,      below,       "y........", v::ended, w::revoked, e::refresh_replay},
row{"10",  active_,  token,      in_ring,     "nn.......", v::ended, w::revoked, e::refresh_replay},
row{"11",  active_,  token,      not_in_ring, "n.yy.....", v::refused, w::nothing, undecidable},
row{"12a", active_,  token,      not_in_ring, "n.n......", v::ended, w::revoked, e::refresh_replay},
row{"12b", active_,  token,      not_in_ring, "n.yn.....", v::ended, w::revoked, e::refresh_replay},
row{"13a", active_,  token,      at_head,     ".....y...", v::refused, w::nothing, e::expired},
row{"13b", active_,  token,      in_ring,     "ny...y...", v::refused, w::nothing, e::expired},
row{"14a", active_,  token,      at_head,     ".....nn..", v::bad_scope, w::nothing, e::none},
row{"14b", active_,  token,      in_ring,     "ny...nn..", v::bad_scope, w::nothing, e::none},
row{"15",  active_,  token,      in_ring,     "ny...ny..", v::retried, w::nothing, e::none},
row{"16",  active_,  token,      at_head,     ".....nyy.", v::touched, w::touched, e::none},
row{"17",  active_,  token,      at_head,     "n.y..nyny", v::coalesced, w::nothing, e::none},
row{"18a", active_,  token,      at_head,     "y....nyn.", v::rotated, w::rotated, e::none},
row{"18b", active_,  token,      at_head,     "n.n..nyn.", v::rotated, w::rotated, e::none},
row{"18c", active_,  token,      at_head,     "n.y..nynn", v::rotated, w::rotated, e::none},
};
// clang-format on

bool applies(const row& r, const situation& s) {
    if ((r.states & bit(s.state)) == 0 || r.what != s.what || (r.where & bit(s.where)) == 0)
        return false;
    const char* condition = r.conditions;
    for (const bool fact : {s.no_window, s.in_window, s.ring_full, s.oldest_in_window,
                            s.deadline_passed, s.expired, s.fits, s.rotation_off, s.kth_is_young})
        if (const char wanted = *condition++; wanted != '.' && (wanted == 'y') != fact)
            return false;
    return true;
}

/// The numbers behind a situation, all in milliseconds after `dawn`.
struct numbers {
    grant_state state;
    presented what;
    int head, generation;
    bool same_nonce;
    std::vector<int> ring;
    int born, arrived, now, deadline, end;
    request_fit fit;
    int window, depth;
    bool rotate;
};
constexpr int limit_ms = 2, idle_ms = 16;

situation read(const numbers& n) {
    const int size = static_cast<int>(n.ring.size());
    const int back = n.head - n.generation;
    const auto age = [&](int then) { return n.arrived > then ? n.arrived - then : 0; };
    situation s{};
    s.state = n.state;
    s.what = n.what;
    s.where = back < 0       ? relation::ahead
              : back > size  ? relation::not_in_ring
              : back > 0     ? relation::in_ring
              : n.same_nonce ? relation::head
                             : relation::head_with_another_nonce;
    s.no_window = n.window == 0;
    s.in_window =
        s.where == relation::in_ring && age(n.ring[static_cast<std::size_t>(back - 1)]) < n.window;
    s.ring_full = size >= n.depth;
    s.oldest_in_window = size > 0 && age(n.ring.back()) < n.window;
    s.deadline_passed = n.arrived >= n.deadline;
    s.expired = n.arrived >= n.end || n.arrived >= n.born + idle_ms;
    s.fits = n.fit == request_fit::fits;
    s.rotation_off = !n.rotate;
    int stamp = (std::max)(n.now, n.born);
    if (size > 0) stamp = (std::max)(stamp, n.ring.front());
    s.kth_is_young =
        s.ring_full && stamp - n.ring[static_cast<std::size_t>(n.depth - 1)] < n.window + limit_ms;
    return s;
}

grant_life life(const numbers& n) {
    auto g = pending();
    g.state = n.state;
    g.head = static_cast<std::uint32_t>(n.head);
    g.head_born = dawn + milliseconds{n.born};
    g.code_deadline = dawn + milliseconds{n.deadline};
    g.absolute_end = dawn + milliseconds{n.end};
    for (const int each : n.ring) g.ring.append(dawn + milliseconds{each});
    return g;
}

transition ask(const numbers& n, const grant_life& g) {
    grant_rules rules;
    rules.retry_window = milliseconds{n.window};
    rules.retry_depth = static_cast<std::size_t>(n.depth);
    rules.operation_limit = milliseconds{limit_ms};
    rules.idle = milliseconds{idle_ms};
    rules.rotate = n.rotate;
    const moment when{dawn + milliseconds{n.arrived}, dawn + milliseconds{n.now}};
    const auto nonce = n.same_nonce ? head_nonce : other_nonce;
    switch (n.what) {
    case presented::code: return redeem_code(g, nonce, n.fit, when, fresh, rules);
    case presented::refresh_token:
        return present_refresh(g, static_cast<std::uint32_t>(n.generation), nonce, n.fit, when,
                               fresh, rules);
    case presented::revocation: return revoke(g, revocation_reason::client, when);
    }
    return {};
}

/// The record that a row writes.
grant_life after(const row& r, const numbers& n, grant_life g) {
    auto stamp = (std::max)(dawn + milliseconds{n.now}, g.head_born);
    if (!n.ring.empty()) stamp = (std::max)(stamp, g.ring[0]);
    switch (r.next) {
    case written::nothing: break;
    case written::touched: g.head_born = stamp; break;
    case written::revoked:
        g.state = grant_state::revoked;
        g.revoked_at = dawn + milliseconds{n.arrived};
        g.reason = r.what == revocation                           ? revocation_reason::client
                   : r.evidence == grant_evidence::code_replay    ? revocation_reason::code_reuse
                   : r.evidence == grant_evidence::refresh_replay ? revocation_reason::refresh_reuse
                                                                  : revocation_reason::state_lost;
        break;
    case written::opened:
    case written::rotated:
        if (r.next == written::opened) g.redeemed_at = dawn + milliseconds{n.arrived};
        g.state = grant_state::active;
        g.head = r.next == written::opened ? 1 : g.head + 1;
        g.head_born = stamp;
        g.head_nonce = fresh.nonce;
        g.head_key = active_key;
        g.ring.clear();
        if (r.next == written::opened || n.window == 0) break;
        g.ring.append(stamp);
        for (const int each : n.ring)
            if (static_cast<int>(g.ring.size()) < n.depth) g.ring.append(dawn + milliseconds{each});
        break;
    }
    return g;
}

/// Whether the state machine did what the row says. It differs only where the document says so
/// beside the table: the write of a replay is spared after the absolute end, row 16 is written
/// coarsely, and the two misfits have an error each.
bool agrees(row r, const numbers& n) {
    const auto g = life(n);
    const auto t = ask(n, g);
    if (r.says == verdict::ended && n.arrived >= n.end) {
        r.says = verdict::refused;
        r.next = written::nothing;
    }
    if (r.says == verdict::bad_scope && n.fit == request_fit::invalid_target)
        r.says = verdict::bad_target;
    if (r.says == verdict::touched &&
        after(r, n, g).head_born - g.head_born < milliseconds{idle_ms / 8}) {
        r.says = verdict::kept;
        r.next = written::nothing;
    }
    return t.says == r.says && t.evidence == r.evidence &&
           t.next.has_value() == (r.next != written::nothing) &&
           (!t.next || same(*t.next, after(r, n, g)));
}

std::string text(const numbers& n) {
    std::ostringstream out;
    out << "state " << static_cast<int>(n.state) << ", presented " << static_cast<int>(n.what)
        << ", head " << n.head << ", generation " << n.generation << ", same nonce " << n.same_nonce
        << ", ring";
    for (const int each : n.ring) out << ' ' << each;
    out << ", born " << n.born << ", arrived " << n.arrived << ", now " << n.now << ", deadline "
        << n.deadline << ", end " << n.end << ", fit " << static_cast<int>(n.fit) << ", W "
        << n.window << ", K " << n.depth << ", rotate " << n.rotate;
    return out.str();
}

struct tally {
    std::size_t combinations = 0;
    std::array<std::size_t, table.size()> met{};
};

void check(const numbers& n, tally& counts) {
    const auto s = read(n);
    const row* found = nullptr;
    int rows = 0;
    for (std::size_t i = 0; i < table.size(); ++i)
        if (applies(table[i], s)) {
            found = &table[i];
            ++rows;
            ++counts.met[i];
        }
    ++counts.combinations;
    if (rows == 1 && agrees(*found, n)) return;
    FAIL_CHECK(rows << " rows, the last one " << (found ? found->number : "none") << ": "
                    << text(n));
}

// One axis after the other, so that no loop nests deeply.
template <class Next> void with_request(numbers n, Next next) {
    for (const auto what : {code, token, revocation})
        for (n.generation = 0; n.generation <= n.head + 1; ++n.generation) {
            n.what = what;
            if (what != token && n.generation > 0) continue; // a code and a revocation name none
            for (const bool same_nonce : {true, false})
                for (const auto fit :
                     {request_fit::fits, request_fit::invalid_scope, request_fit::invalid_target}) {
                    n.same_nonce = same_nonce;
                    n.fit = fit;
                    // A code's nonce is judged beside the table: see the test of row 8.
                    if (what == code && !same_nonce) continue;
                    next(n);
                }
        }
}
template <class Next> void with_clock(numbers n, Next next) {
    for (const int end : {8, 1000})
        for (const int deadline : {6, 1000})
            for (const int arrived : {-1, 0, 3, 4, 5, 6, 8, 9, 11, 15, 16, 20})
                for (const int took : {-2, 0, 1, 2}) {
                    n.end = end;
                    n.deadline = deadline;
                    n.arrived = arrived;
                    n.now = arrived + took;
                    next(n);
                }
}
template <class Next> void with_record(Next next) {
    const std::vector<std::vector<int>> rings{{},     {0},    {5},       {0, 0},
                                              {5, 0}, {5, 4}, {5, 5, 0}, {5, 4, 0}};
    for (const auto state : {grant_state::pending, grant_state::active, grant_state::revoked})
        for (int head = 0; head <= 4; ++head)
            for (const auto& ring : rings) {
                // A ring holds rotations, of which there are fewer than generations.
                if (static_cast<int>(ring.size()) >= (std::max)(head, 1)) continue;
                numbers n{};
                n.state = state;
                n.head = head;
                n.ring = ring;
                n.born = ring.empty() ? 0 : ring.front();
                if ((state == grant_state::pending) != (head == 0)) continue;
                next(n);
            }
}
template <class Next> void with_rules(numbers n, Next next) {
    for (const int window : {0, 4})
        for (const int depth : {1, 2})
            for (const bool rotate : {true, false}) {
                n.window = window;
                n.depth = depth;
                n.rotate = rotate;
                next(n);
            }
}

} // namespace

TEST_CASE("in every situation exactly one row of the table applies, and is what happens",
          "[grant][OA21-REF-06][ATK-TK-07]") {
    tally counts;
    with_record([&](const numbers& a) {
        with_rules(a, [&](const numbers& b) {
            with_clock(b, [&](const numbers& c) {
                with_request(c, [&](const numbers& d) { check(d, counts); });
            });
        });
    });
    for (std::size_t i = 0; i < table.size(); ++i) {
        INFO("row " << table[i].number);
        CHECK(counts.met[i] > 0);
    }
    INFO(counts.combinations << " combinations");
    CHECK(counts.combinations > 500'000);
}

TEST_CASE("only a decision to commit carries a next state", "[grant]") {
    for (std::size_t i = 0; i < table.size(); ++i)
        CHECK((table[i].next == written::nothing) ==
              (table[i].says == verdict::refused || table[i].says == verdict::bad_scope ||
               table[i].says == verdict::retried || table[i].says == verdict::coalesced ||
               table[i].says == verdict::already_revoked));
}
