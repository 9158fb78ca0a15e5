#pragma once

#include "grant/model/world.hpp"
#include "mcp_oauth/grant/transition.hpp"

namespace grant_model {

/// What the real state machine says to `o`, over the copy that it loaded, at an attempt whose clock
/// reading is `reading` ticks old. Where a rule of the decision is dropped, it is asked a question,
/// or its answer is changed, in such a way that the rule no longer shows.
mcp_oauth::transition judge(const world& w, int server, int reading, const configuration& c);

/// The nonce that stands for "of this write" in what `judge` returns.
constexpr std::uint64_t of_this_write = 99;

/// The model's form of the record that a decision would write. Its version and counter come with
/// the write, and so does the nonce, if it is a new one.
stored next_record(const mcp_oauth::grant_life& life);

/// The server secret that `server` mints under.
int active_key(const world& w, int server);
/// Whether `server` verifies what was minted under `key`.
bool knows_key(const world& w, int server, int key, const configuration& c);

} // namespace grant_model
