#include "grant/model/step.hpp"

namespace grant_model {

const char* name(broken b) {
    switch (b) {
    case broken::nothing: return "nothing";
    case broken::two_heads: return "two heads";
    case broken::accepted_after_evidence: return "accepted after evidence was answered";
    case broken::accepted_twice: return "one token accepted twice";
    case broken::accepted_outside_the_window: return "accepted outside its window";
    case broken::promise: return "a token inside its promise was refused";
    case broken::own_client_revoked: return "a server revoked its own client";
    case broken::accepted_after_revocation: return "accepted after an acknowledged revocation";
    case broken::dated_after_revocation: return "an access token dated after the revocation";
    case broken::probed_for_free: return "a rotated token was probed for free";
    case broken::misfit_wrote: return "a failed check wrote";
    case broken::stranger_wrote: return "a stranger wrote";
    case broken::accepted_after_the_end: return "accepted after the absolute end";
    case broken::live_grant_erased: return "a live grant was erased";
    case broken::two_strings_for_one_generation: return "two strings for one generation";
    }
    return "";
}

const char* name(dropped_rule rule) {
    switch (rule) {
    case dropped_rule::none: return "none";
    case dropped_rule::revocation_is_retried: return "revocation_is_retried";
    case dropped_rule::unknown_is_read_back: return "unknown_is_read_back";
    case dropped_rule::own_commit_is_recognised: return "own_commit_is_recognised";
    case dropped_rule::unknown_is_no_acknowledgement: return "unknown_is_no_acknowledgement";
    case dropped_rule::arrival_is_read_once: return "arrival_is_read_once";
    case dropped_rule::stamp_is_fresh: return "stamp_is_fresh";
    case dropped_rule::operation_limit_holds: return "operation_limit_holds";
    case dropped_rule::overdue_refuses_nothing: return "overdue_refuses_nothing";
    case dropped_rule::promise_allows_for_the_limit: return "promise_allows_for_the_limit";
    case dropped_rule::statements_end_in_time: return "statements_end_in_time";
    case dropped_rule::signed_by_arrival: return "signed_by_arrival";
    case dropped_rule::versions_are_unique: return "versions_are_unique";
    case dropped_rule::challenge_is_kept: return "challenge_is_kept";
    case dropped_rule::erase_is_conditional: return "erase_is_conditional";
    case dropped_rule::sweep_has_a_margin: return "sweep_has_a_margin";
    case dropped_rule::epoch_is_raised: return "epoch_is_raised";
    case dropped_rule::head_key_is_recorded: return "head_key_is_recorded";
    case dropped_rule::head_key_is_not_presented: return "head_key_is_not_presented";
    case dropped_rule::keys_verify_before_they_mint: return "keys_verify_before_they_mint";
    case dropped_rule::zero_means_no_window: return "zero_means_no_window";
    case dropped_rule::ring_covers_the_window: return "ring_covers_the_window";
    case dropped_rule::kth_entry_decides: return "kth_entry_decides";
    case dropped_rule::replay_before_scope: return "replay_before_scope";
    case dropped_rule::code_replay_revokes: return "code_replay_revokes";
    case dropped_rule::lost_state_revokes: return "lost_state_revokes";
    case dropped_rule::lost_state_is_refused: return "lost_state_is_refused";
    case dropped_rule::head_has_a_nonce: return "head_has_a_nonce";
    }
    return "";
}

} // namespace grant_model
