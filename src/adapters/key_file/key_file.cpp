#include "mcp_oauth/adapters/key_file.hpp"

#include <algorithm>
#include <utility>

#include "adapters/key_file/keys_text.hpp"
#include "adapters/key_file/private_file.hpp"
#include "mcp_oauth/base/random.hpp"
#include "mcp_oauth/rfc/7518_jwa.hpp"

namespace mcp_oauth {
inline namespace v0 {
namespace {

unexpected<key_file_error> refused(key_file_failure kind, const std::string& path,
                                   const std::string& why) {
    return unexpected{key_file_error{kind, path + ": " + why}};
}

/// Makes the file, unless another process was quicker; what is there then, counts.
expected<std::string, key_file_error> create(const std::string& path,
                                             signature_algorithm algorithm) {
    const auto fresh = generate_keys(algorithm);
    if (!fresh) return refused(fresh.error().kind, path, fresh.error().problem);
    if (auto made = key_file::create_private_file(path, key_file::to_text(*fresh)); !made)
        return unexpected{std::move(made).error()};
    auto text = key_file::read_private_file(path);
    if (!text) return unexpected{std::move(text).error()};
    if (!*text)
        return refused(key_file_failure::cannot_read, path,
                       "was made, and is not there: a link "
                       "to nowhere, or somebody removed it");
    return std::move(**text);
}

/// The first key for this algorithm comes first.
expected<server_keys, key_file_error> choose(server_keys keys, const std::string& path,
                                             signature_algorithm algorithm) {
    auto& all = keys.signing_keys;
    const auto found = std::find_if(all.begin(), all.end(), [algorithm](const auto& key) {
        return key.algorithm() == algorithm;
    });
    if (found == all.end()) {
        const std::string wanted{name(algorithm)};
        const std::string there{name(all.front().algorithm())};
        return refused(key_file_failure::no_key_for_algorithm, path,
                       "holds no signing key for " + wanted + ", but one for " + there +
                           ": ask for " + there + R"(, or add {"alg": ")" + wanted +
                           R"(", "pem": "..."} to signing_keys and keep what is there)");
    }
    std::rotate(all.begin(), found, found + 1);
    return keys;
}

} // namespace

expected<server_keys, key_file_error> generate_keys(signature_algorithm algorithm) {
    system_random random;
    auto fresh = server_secret::generate(random);
    auto key = signing_key::generate(algorithm);
    if (!fresh || !key)
        return unexpected{key_file_error{key_file_failure::no_random, "the random source fails"}};
    server_keys keys;
    keys.secrets.push_back(std::move(*fresh));
    keys.signing_keys.push_back(std::move(*key));
    return keys;
}

expected<server_keys, key_file_error> load_or_create_keys(const std::string& path,
                                                          signature_algorithm algorithm) {
    auto text = key_file::read_private_file(path);
    if (!text) return unexpected{std::move(text).error()};
    if (!*text) {
        auto made = create(path, algorithm);
        if (!made) return unexpected{std::move(made).error()};
        *text = std::move(*made);
    }
    auto keys = key_file::from_text(**text);
    if (!keys)
        return refused(key_file_failure::malformed, path,
                       keys.error() + ": put its copy back; or move it away, and fresh keys are "
                                      "made, which logs everybody out");
    return choose(std::move(*keys), path, algorithm);
}

expected<void, key_file_error> load_or_create_keys(const std::string& path,
                                                   authorization_server_config& config,
                                                   signature_algorithm algorithm) {
    auto keys = load_or_create_keys(path, algorithm);
    if (!keys) return unexpected{std::move(keys).error()};
    config.secrets = std::move(keys->secrets);
    config.signing_keys = std::move(keys->signing_keys);
    return {};
}

} // namespace v0
} // namespace mcp_oauth
