#include "adapters/key_file/keys_text.hpp"

#include <cstddef>
#include <utility>

#include "mcp_oauth/grammar/base64url.hpp"
#include "mcp_oauth/grammar/json.hpp"
#include "mcp_oauth/grammar/json_writer.hpp"
#include "mcp_oauth/rfc/7518_jwa.hpp"

namespace mcp_oauth {
inline namespace v0 {
namespace key_file {
namespace {

constexpr std::size_t shortest_secret = 32;
constexpr json_limits limits{1024 * 1024, 4};

constexpr std::pair<std::string_view, secret_role> roles[] = {{"next", secret_role::next},
                                                              {"current", secret_role::current},
                                                              {"previous", secret_role::previous}};

std::string_view name_of(secret_role role) {
    for (const auto& [name, each] : roles)
        if (each == role) return name;
    return {};
}
std::optional<secret_role> role_from(std::string_view text) {
    for (const auto& [name, role] : roles)
        if (name == text) return role;
    return std::nullopt;
}

/// One entry a line, for those who have to edit the file.
void append_entry(std::string& list, const std::string& entry) {
    list += list.empty() ? "[\n" : ",\n";
    list += entry;
}

std::optional<server_secret> secret_from(json_value entry) {
    const auto role = role_from(entry.string_at("role").value_or(""));
    const auto octets = decode_base64url(entry.string_at("octets").value_or(""));
    if (!role || !octets || octets->size() < shortest_secret) return std::nullopt;
    return server_secret{secret{*octets}, *role};
}

std::optional<signing_key> signing_key_from(json_value entry) {
    const auto bare = entry.string();
    const auto algorithm =
        signature_algorithm_from(bare ? "ES256" : entry.string_at("alg").value_or(""));
    if (!algorithm) return std::nullopt;
    return signing_key::from_pem(bare ? *bare : entry.string_at("pem").value_or(""), *algorithm);
}

/// Reads every element of the member `name`. Returns: false where one cannot be read.
template <class T, class Read>
bool read_list(json_value document, std::string_view name, std::vector<T>& into, Read read) {
    const auto list = document.find(name);
    bool good = list && list->is_array();
    if (!good) return false;
    list->for_each_element([&](json_value entry) {
        auto made = read(entry);
        if (made)
            into.push_back(std::move(*made));
        else
            good = false;
    });
    return good;
}

} // namespace

std::string to_text(const server_keys& keys) {
    std::string secrets;
    for (const auto& each : keys.secrets)
        append_entry(secrets, json_object_writer{}
                                  .add("role", name_of(each.role))
                                  .add("octets", base64url(each.octets.reveal()))
                                  .take());
    std::string signing_keys;
    for (const auto& key : keys.signing_keys)
        append_entry(signing_keys, json_object_writer{}
                                       .add("alg", name(key.algorithm()))
                                       .add("pem", key.to_pem().reveal())
                                       .take());
    return json_object_writer{}
               .add_json("server_secrets", secrets + "]")
               .add_json("signing_keys", signing_keys + "]")
               .take() +
           '\n';
}

expected<server_keys, std::string> from_text(std::string_view text) {
    const auto parsed = json_document::parse(text, limits);
    if (!parsed || !parsed->root().is_object()) return unexpected{std::string{"is no key file"}};
    server_keys keys;
    if (!read_list(parsed->root(), "server_secrets", keys.secrets, secret_from))
        return unexpected{std::string{"one of server_secrets is no secret of 32 octets or more "
                                      "with a role"}};
    if (!read_list(parsed->root(), "signing_keys", keys.signing_keys, signing_key_from))
        return unexpected{std::string{"one of signing_keys is no PEM of a key for its alg"}};
    if (keys.secrets.empty() || keys.signing_keys.empty())
        return unexpected{std::string{"holds no keys"}};
    return keys;
}

} // namespace key_file
} // namespace v0
} // namespace mcp_oauth
