#pragma once

#include <string>
#include <vector>

#include "grant/model/step.hpp"

namespace grant_model {

/// What an exploration found.
struct finding {
    std::size_t states = 0;
    std::size_t transitions = 0;
    broken what = broken::nothing;
    /// The shortest run that breaks it, in words; empty where nothing is broken.
    std::vector<std::string> trace;
    /// Given up because of `most_states`.
    bool unfinished = false;
};

/// Visits every state that `c` can reach, nearest first, up to the first broken invariant; with
/// `wanted`, up to the first that breaks that one.
finding explore(const configuration& c, broken wanted = broken::nothing,
                std::size_t most_states = 400'000'000);

/// The number of forms of all states that `c` reaches when no two count as one. If it is the number
/// of states that `explore` visits, the forms lose nothing and invent nothing.
std::size_t count_forms(configuration c);

} // namespace grant_model
