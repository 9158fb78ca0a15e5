#include "secrets_file.hpp"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <fstream>
#include <iterator>
#include <optional>
#include <string_view>
#include <utility>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <nlohmann/json.hpp>

#include "mcp_oauth/base/random.hpp"
#include "mcp_oauth/grammar/base64url.hpp"
#include "mcp_oauth/rfc/7518_jwa.hpp"

namespace mcp_server {
namespace {

using json = nlohmann::json;
using mcp_oauth::secret_role;

mcp_oauth::unexpected<std::string> failed(const char* what) {
    return mcp_oauth::unexpected{std::string{what} + ": " + std::strerror(errno)};
}
mcp_oauth::unexpected<std::string> unusable(const char* why) {
    return mcp_oauth::unexpected{std::string{why}};
}

std::string to_text(const server_keys& keys) {
    json document{{"server_secrets", json::array()}, {"signing_keys", json::array()}};
    for (const auto& each : keys.secrets)
        document["server_secrets"].push_back(
            {{"role", "current"}, {"octets", mcp_oauth::base64url(each.octets.reveal())}});
    for (const auto& key : keys.signing_keys)
        document["signing_keys"].push_back(
            {{"alg", mcp_oauth::name(key.algorithm())}, {"pem", key.to_pem().reveal()}});
    return document.dump(2) + '\n';
}

std::optional<secret_role> role_of(const std::string& name) {
    if (name == "next") return secret_role::next;
    if (name == "current") return secret_role::current;
    if (name == "previous") return secret_role::previous;
    return std::nullopt;
}

std::optional<mcp_oauth::signing_key> signing_key_of(const json& entry) {
    const bool bare = entry.is_string();
    const auto algorithm = mcp_oauth::signature_algorithm_from(
        bare ? std::string{"ES256"} : entry.at("alg").get<std::string>());
    if (!algorithm) return std::nullopt;
    const auto& pem = bare ? entry : entry.at("pem");
    return mcp_oauth::signing_key::from_pem(pem.get<std::string>(), *algorithm);
}

/// The first key for this algorithm comes first.
mcp_oauth::expected<server_keys, std::string> choose(server_keys keys,
                                                     mcp_oauth::signature_algorithm algorithm) {
    auto& all = keys.signing_keys;
    const auto found = std::find_if(all.begin(), all.end(), [algorithm](const auto& key) {
        return key.algorithm() == algorithm;
    });
    if (found == all.end()) {
        const std::string alg{mcp_oauth::name(algorithm)};
        const std::string there{mcp_oauth::name(all.front().algorithm())};
        return mcp_oauth::unexpected{"holds no signing key for " + alg +
                                     ", which access_token.signing_algorithm asks for, "
                                     "but one for " +
                                     there + ": set signing_algorithm to " + there + ", or add " +
                                     R"({"alg": ")" + alg +
                                     R"(", "pem": "..."} to signing_keys and keep what is there)"};
    }
    std::rotate(all.begin(), found, found + 1);
    return keys;
}

mcp_oauth::expected<server_keys, std::string> parse(const std::string& text) {
    server_keys keys;
    try {
        const auto document = json::parse(text);
        for (const auto& each : document.at("server_secrets")) {
            const auto role = role_of(each.at("role").get<std::string>());
            const auto octets = mcp_oauth::decode_base64url(each.at("octets").get<std::string>());
            if (!role || !octets || octets->size() < 32) return unusable("a secret is malformed");
            keys.secrets.push_back({mcp_oauth::secret{*octets}, *role});
        }
        for (const auto& each : document.at("signing_keys")) {
            const auto key = signing_key_of(each);
            if (!key) return unusable("a signing key is no PEM of a key for its alg");
            keys.signing_keys.push_back(*key);
        }
    } catch (const json::exception&) {
        return unusable("is no secrets file"); // without the parser's words: they quote the text
    }
    if (keys.secrets.empty() || keys.signing_keys.empty()) return unusable("holds no keys");
    return keys;
}

/// Nothing where there is no file. A failure is told by errno.
mcp_oauth::expected<std::optional<std::string>, std::string> read_file(const std::string& path) {
    errno = 0;
    std::ifstream in(path, std::ios::binary);
    if (!in && errno == ENOENT) return std::optional<std::string>{};
    if (!in) return failed("cannot be read");
    return std::optional{std::string{std::istreambuf_iterator<char>{in}, {}}};
}

bool write_all(int file, std::string_view text) {
    while (!text.empty()) {
        const auto written = ::write(file, text.data(), text.size());
        if (written < 0 && errno == EINTR) continue;
        if (written < 0) return false;
        text.remove_prefix(static_cast<std::size_t>(written));
    }
    return ::fsync(file) == 0;
}

void sync_directory(const std::string& path) {
    const auto slash = path.rfind('/');
    const std::string folder = slash == std::string::npos ? "." : path.substr(0, slash + 1);
    const int handle = ::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (handle < 0) return;
    (void)::fsync(handle);
    (void)::close(handle);
}

/// Puts `text` at `path` unless something is there already: whole, or not at all.
mcp_oauth::expected<void, std::string> create_file(const std::string& path,
                                                   const std::string& text) {
    std::string draft = path + ".XXXXXX";
    const int file = ::mkstemp(draft.data()); // O_EXCL, mode 0600
    if (file < 0) return failed("cannot be created");
    const bool written = write_all(file, text) && ::fchmod(file, S_IRUSR | S_IWUSR) == 0;
    const bool closed = ::close(file) == 0;
    // Not rename(): that would replace the keys of a process that was quicker.
    const bool linked = written && closed && ::link(draft.c_str(), path.c_str()) == 0;
    const int reason = errno;
    (void)::unlink(draft.c_str());
    errno = reason;
    if (!linked && !(written && closed && errno == EEXIST)) return failed("cannot be created");
    sync_directory(path);
    return {};
}

} // namespace

mcp_oauth::expected<server_keys, std::string>
generate_keys(mcp_oauth::signature_algorithm algorithm) {
    mcp_oauth::system_random random;
    auto secret = mcp_oauth::server_secret::generate(random);
    auto key = mcp_oauth::signing_key::generate(algorithm);
    if (!secret || !key) return unusable("the random source fails");
    server_keys keys;
    keys.secrets.push_back(std::move(*secret));
    keys.signing_keys.push_back(std::move(*key));
    return keys;
}

mcp_oauth::expected<server_keys, std::string>
load_or_create_keys(const std::string& path, mcp_oauth::signature_algorithm algorithm) {
    auto text = read_file(path);
    if (!text) return mcp_oauth::unexpected{text.error()};
    if (!*text) {
        auto fresh = generate_keys(algorithm);
        if (!fresh) return fresh;
        if (auto created = create_file(path, to_text(*fresh)); !created)
            return mcp_oauth::unexpected{created.error()};
        text = read_file(path); // ours, or that of a quicker process
        if (!text) return mcp_oauth::unexpected{text.error()};
        if (!*text) return unusable("vanished");
    }
    auto keys = parse(**text);
    if (!keys) return keys;
    return choose(std::move(*keys), algorithm);
}

} // namespace mcp_server
