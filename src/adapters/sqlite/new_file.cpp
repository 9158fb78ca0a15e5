#include "adapters/sqlite/new_file.hpp"

#include <array>
#include <cstdint>
#include <cstdio>
#include <filesystem>
#include <system_error>

#include "mcp_oauth/base/octets.hpp"
#include "mcp_oauth/base/random.hpp"
#include "mcp_oauth/grammar/base64url.hpp"

namespace mcp_oauth {
inline namespace v0 {
namespace sqlite {

namespace fs = std::filesystem;

void make_private_file(const std::string& path) {
    std::error_code failed;
    if (fs::symlink_status(path, failed).type() != fs::file_type::not_found) return;
    std::array<std::uint8_t, 16> name{};
    if (!system_random{}.fill(name.data(), name.size())) return;
    const std::string draft = path + '.' + base64url(as_view(name));
    std::FILE* const file = std::fopen(draft.c_str(), "wx"); // exclusive
    if (file == nullptr) return;
    (void)std::fclose(file);
    fs::permissions(draft, fs::perms::owner_read | fs::perms::owner_write, failed);
    if (!failed) fs::create_hard_link(draft, path, failed);
    fs::remove(draft, failed);
}

} // namespace sqlite
} // namespace v0
} // namespace mcp_oauth
