#include "adapters/key_file/private_file.hpp"

#include <array>
#include <cerrno>
#include <cstddef>
#include <system_error>
#include <utility>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace mcp_oauth {
inline namespace v0 {
namespace key_file {
namespace {

constexpr std::size_t most_octets = 1024 * 1024;

/// A descriptor that is closed on the way out.
class open_file {
public:
    explicit open_file(int descriptor) noexcept : descriptor_(descriptor) {}
    ~open_file() { (void)close(); }
    open_file(const open_file&) = delete;
    open_file& operator=(const open_file&) = delete;

    [[nodiscard]] int get() const noexcept { return descriptor_; }
    [[nodiscard]] bool is_open() const noexcept { return descriptor_ >= 0; }
    /// Returns: false where the system could not keep what was written.
    [[nodiscard]] bool close() noexcept {
        const int descriptor = std::exchange(descriptor_, -1);
        return descriptor < 0 || ::close(descriptor) == 0;
    }

private:
    int descriptor_;
};

using refusal = unexpected<key_file_error>;

refusal refused(key_file_failure kind, const std::string& path, const std::string& why) {
    return refusal{key_file_error{kind, path + ": " + why}};
}
refusal failed(key_file_failure kind, const std::string& path, int code) {
    const char* const what =
        kind == key_file_failure::cannot_read ? "cannot be read: " : "cannot be created: ";
    return refused(kind, path, what + std::generic_category().message(code));
}

std::string octal(mode_t mode) {
    std::string digits = "0";
    for (const unsigned shift : {6U, 3U, 0U})
        digits += static_cast<char>('0' + ((static_cast<unsigned>(mode) >> shift) & 7U));
    return digits;
}

// A secret that a cluster mounts is root's, and readable by the group that the server runs as.
bool is_open_to_others(const struct stat& about) {
    const mode_t group_may = about.st_uid == 0 ? mode_t{S_IRGRP} : mode_t{0};
    return (about.st_mode & (S_IRWXG | S_IRWXO) & ~group_may) != 0;
}

expected<void, key_file_error> check(int file, const std::string& path) {
    struct stat about {};
    if (::fstat(file, &about) != 0) return failed(key_file_failure::cannot_read, path, errno);
    if (!S_ISREG(about.st_mode))
        return refused(key_file_failure::cannot_read, path, "is no regular file");
    if (is_open_to_others(about))
        return refused(key_file_failure::open_to_others, path,
                       "is open to others, its mode is " + octal(about.st_mode) +
                           ": set it to 0600, and replace the keys if somebody has read them");
    return {};
}

expected<std::string, int> read_all(int file) {
    std::string text;
    std::array<char, 4096> part{};
    while (text.size() <= most_octets) {
        const auto octets = ::read(file, part.data(), part.size());
        if (octets < 0 && errno == EINTR) continue;
        if (octets < 0) return unexpected{errno};
        if (octets == 0) return text;
        text.append(part.data(), static_cast<std::size_t>(octets));
    }
    return unexpected{EFBIG};
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

// Not every file system can do this, and none of them loses the file for it but in a crash.
void sync_folder_of(const std::string& path) {
    const auto slash = path.rfind('/');
    const std::string folder = slash == std::string::npos ? "." : path.substr(0, slash + 1);
    const open_file handle{::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC)};
    if (handle.is_open()) (void)::fsync(handle.get());
}

/// Writes the file at `draft`, and gives it its name too. Returns: 0, or the system's code.
int write_and_link(open_file& file, const std::string& draft, const std::string& path,
                   std::string_view text) {
    const bool written =
        write_all(file.get(), text) && ::fchmod(file.get(), S_IRUSR | S_IWUSR) == 0;
    if (!written || !file.close()) return errno;
    // Not rename(): that would replace the keys of a process that was quicker.
    if (::link(draft.c_str(), path.c_str()) == 0 || errno == EEXIST) return 0;
    return errno;
}

} // namespace

expected<std::optional<std::string>, key_file_error> read_private_file(const std::string& path) {
    // Without waiting, should it be a pipe.
    const open_file file{::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK)};
    if (!file.is_open() && errno == ENOENT) return std::optional<std::string>{};
    if (!file.is_open()) return failed(key_file_failure::cannot_read, path, errno);
    if (auto fine = check(file.get(), path); !fine) return unexpected{std::move(fine).error()};
    auto text = read_all(file.get());
    if (!text) return failed(key_file_failure::cannot_read, path, text.error());
    return std::optional<std::string>{std::move(*text)};
}

expected<void, key_file_error> create_private_file(const std::string& path, std::string_view text) {
    std::string draft = path + ".XXXXXX";
    open_file file{::mkstemp(draft.data())}; // exclusive, mode 0600
    if (!file.is_open()) return failed(key_file_failure::cannot_create, path, errno);
    const int code = write_and_link(file, draft, path, text);
    (void)::unlink(draft.c_str());
    if (code != 0) return failed(key_file_failure::cannot_create, path, code);
    sync_folder_of(path);
    return {};
}

} // namespace key_file
} // namespace v0
} // namespace mcp_oauth
