#pragma once

#include "registration.hpp"

/// One function for each option of the policy: it flips the option and sees the wire change. The
/// list in policy_options_test.cpp is made from the structs, and names a function for each member.
namespace flips {

void code_lifetime();
void access_token_format();
void access_token_lifetime();
void refresh_issue();
void refresh_idle();
void refresh_absolute();
void refresh_retry_window();
void refresh_retry_depth();
void refresh_confidential();
void refresh_bound();
void dpop_enabled();
void dpop_required();
void dpop_required_for();
void dpop_nonces();
void dpop_nonce_lifetime();
void dpop_proof_lifetime();
void dpop_gate_replay();
void redirect_localhost_is_loopback();
void redirect_private_use_schemes();
void redirect_dotless_schemes();
void scope_unknown();
void scope_registered();
void scope_hierarchy();
void resource_missing();
void registration_access();
void registration_web();
void registration_unused_lifetime();
void registration_tail();
void registration_secret_lifetime();
void consent_remember();
void consent_lifetime();
void consent_page_lifetime();
void gate_revocation();
void gate_leeway();
void limits_body();
void limits_query();
void limits_header();
void limits_parameters();
void limits_value();
void limits_state();
void limits_client_id();
void limits_redirect_uri();
void limits_redirect_uris();
void limits_display_string();
void limits_json_depth();
void limits_host_data();
void legacy_pkce_missing();
void legacy_pkce_plain();
void legacy_refresh_token_reused();
void legacy_refresh_retried();
void legacy_resource_missing();
void legacy_scope_unknown();
void legacy_scope_beyond_registration();
void legacy_redirect_scheme_dotless();
void legacy_web_with_native_redirect();
void legacy_oauth_2_0_clients();
void switch_mode();
void switch_until();
void switch_holds_for();
void operation_limit();
void min_epoch();

/// `policy::mcp()`, changed.
template <class Change> mcp_oauth::policy with(Change change) {
    auto p = mcp_oauth::policy::mcp();
    change(p);
    return p;
}

} // namespace flips
