#pragma once

#include "grant/model/judge.hpp"
#include "grant/model/step.hpp"

namespace grant_model {

/// Whether it would give the grant a new head.
inline bool is_opening(const mcp_oauth::transition& t) {
    return t.says == mcp_oauth::verdict::granted || t.says == mcp_oauth::verdict::rotated;
}

/// `t` a tick later; `most` stands for all that is older.
inline void age(int& t, int most) {
    if (t < most) ++t;
}

/// One step of one run.
class run {
public:
    run(world& w, const step& s, const configuration& c) : w_(w), s_(s), c_(c) {}

    bool go();
    [[nodiscard]] broken what() const { return broken_; }

private:
    operation& op() { return w_.server[at(s_.server)]; }
    [[nodiscard]] int generation(int token) const { return w_.generation[at(token)]; }
    void breaks(broken b) {
        if (broken_ == broken::nothing) broken_ = b;
    }

    bool tick();
    bool arrive(bool misfit, bool stranger, bool revokes);
    bool load();
    bool decide();
    bool swap(happens how);
    bool lose_swap(happens how);
    void load_again();
    bool answer(bool delivered);
    bool crash(bool leaves_write);
    bool late_lands();
    bool backup();
    bool restore();
    bool sweep_read();
    bool sweep_erase();
    bool new_secret();

    [[nodiscard]] bool promised(int token) const;
    [[nodiscard]] bool stale(const operation& o) const;
    [[nodiscard]] bool matches(int version, int counter) const;
    [[nodiscard]] bool in_time(const stored& next, int decided) const;
    /// The write of a replay is spared then, and what a request in flight is still given is dead at
    /// once.
    [[nodiscard]] bool past_the_end() const { return c_.absolute > 0 && w_.elapsed >= c_.absolute; }
    void settle(int server, const mcp_oauth::transition& t);
    void settle_from_record(int server);
    void give_tokens(int server, const stored& from);
    void end(int server, grant_model::answer says);
    void leave(int server);
    void land(int server, const operation* o, bool opens, stored next);
    void put_off(int server, int owner, bool opens, const stored& next);
    void tick_record(stored& s) const;

    world& w_;
    const step& s_;
    const configuration& c_;
    broken broken_ = broken::nothing;
};

} // namespace grant_model
