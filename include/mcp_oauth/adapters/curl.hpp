#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "mcp_oauth/base/clock.hpp"
#include "mcp_oauth/base/expected.hpp"
#include "mcp_oauth/base/export.hpp"
#include "mcp_oauth/grammar/ip_address.hpp"
#include "mcp_oauth/ports/fetch_target.hpp"
#include "mcp_oauth/ports/http_fetcher.hpp"

/// `mcp_oauth::curl`: the guarded fetcher over libcurl. No header of libcurl is reached from here.
namespace mcp_oauth {
inline namespace v0 {

/// Finds all addresses of a host name, each once; none where it has none or nobody can tell.
///
/// A host brings its own to use another resolver, or to leave names of its own network out: what
/// it returns nothing for is not fetched. Its answer is judged like any other.
///
/// Errors:  what it throws counts as no answer.
/// Threads: called concurrently, each time on a thread made for that one call. A call may take
///          longer than its fetch, but must end: the fetcher's destructor waits for it.
using address_resolver = std::function<std::vector<ip_address>(const std::string& host)>;

/// `getaddrinfo`, asked for the absolute name: no search domain is appended, so that the host which
/// is connected to is the one that the certificate is checked for.
[[nodiscard]] MCP_OAUTH_EXPORT std::vector<ip_address> system_addresses(const std::string& host);

/// How documents are fetched. The defaults are right for a server on the internet.
struct curl_settings {
    /// For development, see `loopback_fetches`.
    loopback_fetches loopback = loopback_fetches::refused;
    /// A file of certificates in PEM that are trusted instead of the system's; empty for those.
    std::string ca_file;
    /// For one connection and its TLS handshake, within the `time_limit` of each fetch.
    milliseconds connect_limit{3000};
    /// The largest header section in octets, trailers and interim responses included.
    std::size_t largest_header = 16 * 1024;
    /// How many resolutions may outlive their fetch, each on a thread of its own. With so many
    /// stuck, further names are `unavailable` at once; IP literals are not affected.
    std::size_t stuck_resolutions = 16;
    /// Some sites refuse requests without one.
    std::string user_agent = "mcp-oauth";
    /// Asked for names only: an IP literal, and an allowed `localhost`, are known already. Empty:
    /// `system_addresses`.
    address_resolver resolver = system_addresses;
};

/// What is wrong with the settings, or with the libcurl that was found.
enum class curl_setting_error : std::uint8_t {
    no_tls,     ///< this libcurl cannot be initialised, or was built without TLS
    ca_file,    ///< cannot be read, or holds no certificate
    user_agent, ///< holds a control character
};
/// The error as a word for a log.
[[nodiscard]] MCP_OAUTH_EXPORT std::string_view name(curl_setting_error error) noexcept;

/// The `http_fetcher` that ships. Keeps the whole contract of that port.
///
/// A new connection for each fetch, since one that is reused was vetted for another answer, and
/// HTTP/1.1 only: one request gains nothing from HTTP/2. A body needs a declared length or chunks:
/// where only the end of the connection tells, one that was cut short looks whole (`protocol`).
///
/// Does not check: addresses that only the operator knows to be inner ones, see `purpose_of`; a
///                 `resolver` can leave them out. Knows no proxy: where a proxy is the only way
///                 out, the host brings a fetcher of its own. So does one whose authorization
///                 server stands at a private address, which is refused here whoever named it: no
///                 setting lets one in, or every stranger's URL could lead there too.
///
/// A form, and the field that proves who sends it, are handed to libcurl once and wiped afterwards.
/// What libcurl and TLS buffered on the way to the socket is theirs.
///
/// Durability: nothing is kept between calls.
/// Errors:     as the port's.
/// Threads:    any number; each fetch blocks the thread that calls it. A resolution that has not
///             ended in time is left to its own thread, which the destructor waits for.
///             A program that calls libcurl 7.83 or older itself calls `curl_global_init` before
///             its first thread starts: older versions cannot be initialised by two at once.
class MCP_OAUTH_EXPORT curl_fetcher final : public http_fetcher {
public:
    /// Reads `ca_file`, once. Errors: see `curl_setting_error`.
    [[nodiscard]] static expected<std::unique_ptr<curl_fetcher>, curl_setting_error>
    make(curl_settings settings = {});

    ~curl_fetcher() override;
    curl_fetcher(const curl_fetcher&) = delete;
    curl_fetcher& operator=(const curl_fetcher&) = delete;

    [[nodiscard]] expected<http_response, fetch_error> fetch(const fetch_request& request) override;

private:
    struct state;
    explicit curl_fetcher(std::unique_ptr<state> made);
    std::unique_ptr<state> state_;
};

} // namespace v0
} // namespace mcp_oauth
