#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "mcp_oauth/base/signature.hpp"
#include "mcp_oauth/grammar/base64url.hpp"
#include "mcp_oauth/rfc/7518_jwa.hpp"

/// The key of RFC 7515 appendix A.3, and tokens of any content that are signed with it.
inline const mcp_oauth::signing_key& example_key() {
    static const auto key = *mcp_oauth::signing_key::from_pem(
        "-----BEGIN PRIVATE KEY-----\n"
        "MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgjpsQnnGQmL+YBIff\n"
        "H1136cspYG6+0iY7X1fCE9+E9LKhRANCAAR/zc4ncPbEXUGDy+5v20t7WAczNXvp\n"
        "7xO6z248e9FURcfxRM0bvZt+hyzf7bnuufSzaV1uqQskrYpGIyiFiOWt\n"
        "-----END PRIVATE KEY-----\n");
    return key;
}

/// One key for each algorithm, made once in a run: an RSA key takes its time.
inline const mcp_oauth::signing_key& key_for(mcp_oauth::signature_algorithm algorithm) {
    static const auto keys = [] {
        std::vector<mcp_oauth::signing_key> made;
        for (const auto each : mcp_oauth::all_signature_algorithms)
            made.push_back(*mcp_oauth::signing_key::generate(each));
        return made;
    }();
    return keys.at(static_cast<std::size_t>(algorithm));
}

inline std::string signed_token(std::string_view header, std::string_view payload,
                                const mcp_oauth::signing_key& key = example_key()) {
    const auto input = mcp_oauth::base64url(header) + '.' + mcp_oauth::base64url(payload);
    return input + '.' + mcp_oauth::base64url(*key.sign(input));
}
