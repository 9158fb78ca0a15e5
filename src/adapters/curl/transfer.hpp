#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include <curl/curl.h>

#include "adapters/curl/resolution.hpp"
#include "mcp_oauth/adapters/curl.hpp"

namespace mcp_oauth {
inline namespace v0 {

/// One GET, or one POST of a form, from its connection to its last octet, with a handle of its own:
/// libcurl keeps connections by handle, and one that is reused was vetted for another answer.
/// libcurl reports to its callbacks; none of them lets an exception pass into C.
class transfer {
public:
    /// Requires: `target` admits `addresses`; all outlive the transfer.
    ///
    /// `ca` is PEM text, empty for the system's certificates.
    transfer(const curl_settings& settings, std::string_view ca, const fetch_request& request,
             const fetch_target& target, const std::vector<ip_address>& addresses);
    transfer(const transfer&) = delete;
    transfer& operator=(const transfer&) = delete;
    ~transfer();

    [[nodiscard]] expected<http_response, fetch_error> run(steady_instant deadline);

private:
    template <class Value> void set(CURLoption option, Value value);
    void append(curl_slist*& list, const std::string& text);
    void set_url_and_addresses();
    void set_tls();
    void set_nothing_ambient();
    void set_request();
    void set_form(const form_post& form);
    void set_limits(steady_instant deadline);

    [[nodiscard]] bool take_header_line(std::string_view line);
    [[nodiscard]] bool end_header();
    [[nodiscard]] bool take_body(std::string_view octets);
    [[nodiscard]] bool stop(fetch_error why) noexcept;
    [[nodiscard]] fetch_error failure(CURLcode code) const noexcept;
    [[nodiscard]] bool has_answered() const noexcept;

    static std::size_t on_header(char* text, std::size_t size, std::size_t count, void* self);
    static std::size_t on_body(char* text, std::size_t size, std::size_t count, void* self);
    static curl_socket_t on_socket(void* self, curlsocktype purpose, curl_sockaddr* address);

    const curl_settings& settings_;
    const std::string_view ca_;
    const fetch_request& request_;
    const fetch_target& target_;
    const std::vector<ip_address>& addresses_;

    CURL* handle_;
    curl_slist* fields_ = nullptr;
    curl_slist* pins_ = nullptr;
    bool is_set_up_ = true; // every option was taken

    enum class part { status_line, fields, body, done };
    part expects_ = part::status_line;
    std::size_t header_octets_ = 0;
    http_response answer_;
    fetch_error stopped_by_ = fetch_error::unavailable; // where a callback stopped it
};

} // namespace v0
} // namespace mcp_oauth
