#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "grant/model/world.hpp"

namespace grant_model {

/// What can happen next. `server` is whose turn it is, where it is anybody's.
enum class happens : std::uint8_t {
    tick,
    // a request arrives
    use,
    use_with_misfit,
    use_without_verifier,
    revocation,
    // a server goes on with its operation
    load,
    decide,
    swap,
    answer,
    // what goes wrong
    answer_is_lost,
    crash, ///< at any point; also whatever ends in a 503
    swap_unknown_landed,
    swap_unknown_lost,
    swap_unknown_late,
    crash_with_write_under_way,
    late_write_lands,
    late_write_is_lost,
    // around the servers
    backup,
    restore,
    sweep_reads,
    sweep_erases,
    new_secret,
};

struct step {
    happens what = happens::tick;
    std::uint8_t server = 0;
    std::uint8_t presenter = 0;
    std::uint8_t token = 0;
    std::uint8_t lag = 0; ///< of the clock that is read
};

std::string text(const step& s, const world& before);

/// Everything that may be tried in `w`; some of it turns out to be impossible.
void list_steps(const world& w, const configuration& c, std::vector<step>& out);

/// An invariant that does not hold.
enum class broken : std::uint8_t {
    nothing,
    two_heads,                     ///< I1
    accepted_after_evidence,       ///< I2, I3
    accepted_twice,                ///< I2: with no window, two answers to one token
    accepted_outside_the_window,   ///< I4
    promise,                       ///< I3: a token inside its window, less the limits, was refused
    own_client_revoked,            ///< R5
    accepted_after_revocation,     ///< I5
    dated_after_revocation,        ///< I5
    probed_for_free,               ///< I6
    misfit_wrote,                  ///< I6: a failed check changes nothing
    stranger_wrote,                ///< I7
    accepted_after_the_end,        ///< I8
    live_grant_erased,             ///< I8
    two_strings_for_one_generation ///< I10
};
const char* name(broken b);

struct outcome {
    bool possible = false;
    broken what = broken::nothing;
};

/// Carries `s` out.
outcome apply(world& w, const step& s, const configuration& c);

/// Gives states that no future can tell apart one form.
void make_canonical(world& w, const configuration& c);
/// Orders presenters; equal where they are alike.
int presenter_rank(const world& w, int presenter);

} // namespace grant_model
