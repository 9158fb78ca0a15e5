// One guarded request by libcurl. Whatever libcurl would do by itself (resolve, follow, read the
// environment, decode, reuse) is switched off or bounded here, and nowhere else.

#include "adapters/curl/transfer.hpp"

#include <algorithm>
#include <utility>

#include "adapters/curl/sigpipe.hpp"
#include "adapters/curl/socket_address.hpp"

namespace mcp_oauth {
inline namespace v0 {

namespace {

// `HOST:PORT:ADDRESS,ADDRESS`, see CURLOPT_RESOLVE.
std::string pin(const fetch_target& target, const std::vector<ip_address>& addresses) {
    auto text = target.host() + ':' + std::to_string(target.port());
    char separator = ':';
    for (const auto& address : addresses) {
        text.push_back(separator);
        text.append(address.is_v4() ? address.text() : '[' + address.text() + ']');
        separator = ',';
    }
    return text;
}

std::string_view trimmed(std::string_view text) noexcept {
    constexpr std::string_view blank = " \t\r\n";
    const auto begin = std::min(text.find_first_not_of(blank), text.size());
    text.remove_prefix(begin);
    return text.substr(0, text.find_last_not_of(blank) + 1);
}

// Whether the body is in a coding, which was not asked for and might grow. Chunks are no coding of
// the body but of the connection.
bool is_coded(const http_response& answer) noexcept {
    return std::any_of(answer.headers.begin(), answer.headers.end(), [](const http_header& field) {
        if (equal_ignoring_case(field.name, "content-encoding"))
            return !equal_ignoring_case(field.value, "identity");
        if (equal_ignoring_case(field.name, "transfer-encoding"))
            return !equal_ignoring_case(field.value, "chunked");
        return false;
    });
}

// For what libcurl copied: one of its header fields may be a credential.
void wipe(char* text) noexcept {
    for (volatile char* each = text; *each != '\0'; ++each) *each = '\0';
}

long in_ms(milliseconds time) noexcept { return static_cast<long>(time.count()); }

} // namespace

transfer::transfer(const curl_settings& settings, std::string_view ca, const fetch_request& request,
                   const fetch_target& target, const std::vector<ip_address>& addresses)
    : settings_(settings),
      ca_(ca),
      request_(request),
      target_(target),
      addresses_(addresses),
      handle_(curl_easy_init()) {}

transfer::~transfer() {
    curl_easy_cleanup(handle_);
    for (auto* each = fields_; each != nullptr; each = each->next) wipe(each->data);
    curl_slist_free_all(fields_);
    curl_slist_free_all(pins_);
}

expected<http_response, fetch_error> transfer::run(steady_instant deadline) {
    if (handle_ == nullptr) return unexpected{fetch_error::unavailable};
    set_url_and_addresses();
    set_tls();
    set_nothing_ambient();
    set_request();
    set_limits(deadline);
    if (!is_set_up_) return unexpected{fetch_error::unavailable};

    const sigpipe_blocked blocked;
    const auto code = curl_easy_perform(handle_);
    if (code == CURLE_OK && expects_ == part::body) expects_ = part::done;
    if (expects_ != part::done) return unexpected{failure(code)};
    return std::move(answer_);
}

// An option that libcurl does not take would be a guard that is not there.
template <class Value> void transfer::set(CURLoption option, Value value) {
    is_set_up_ = curl_easy_setopt(handle_, option, value) == CURLE_OK && is_set_up_;
}

void transfer::append(curl_slist*& list, const std::string& text) {
    auto* longer = curl_slist_append(list, text.c_str());
    if (longer == nullptr)
        is_set_up_ = false;
    else
        list = longer;
}

void transfer::set_url_and_addresses() {
    set(CURLOPT_URL, target_.url().c_str());
#if LIBCURL_VERSION_NUM >= 0x075500
    set(CURLOPT_PROTOCOLS_STR, "https");
#else
    set(CURLOPT_PROTOCOLS, CURLPROTO_HTTPS);
#endif
    set(CURLOPT_PATH_AS_IS, 1L);
    set(CURLOPT_FOLLOWLOCATION, 0L);

    if (!ip_address::parse(target_.host())) { // else there is nothing to resolve
        append(pins_, pin(target_, addresses_));
        set(CURLOPT_RESOLVE, pins_);
    }
    // Asked for each address that is about to be connected to, so that the pin is not trusted but
    // seen to hold.
    set(CURLOPT_OPENSOCKETFUNCTION, &transfer::on_socket);
    set(CURLOPT_OPENSOCKETDATA, static_cast<void*>(this));
}

void transfer::set_tls() {
    set(CURLOPT_SSLVERSION, static_cast<long>(CURL_SSLVERSION_TLSv1_2));
    set(CURLOPT_SSL_VERIFYPEER, 1L);
    set(CURLOPT_SSL_VERIFYHOST, 2L);
    if (ca_.empty()) return;
    curl_blob pem{};
    pem.data = const_cast<char*>(ca_.data()); // NOLINT: C has no const here, and does not write
    pem.len = ca_.size();
    pem.flags = CURL_BLOB_NOCOPY;
    set(CURLOPT_CAINFO_BLOB, &pem);
    set(CURLOPT_CAPATH, static_cast<const char*>(nullptr)); // "instead of", not "besides"
}

void transfer::set_nothing_ambient() {
    set(CURLOPT_PROXY, ""); // also overrides what the environment says
    set(CURLOPT_NOPROXY, "*");
    set(CURLOPT_NETRC, static_cast<long>(CURL_NETRC_IGNORED));
    set(CURLOPT_NOSIGNAL, 1L); // no signal handler of libcurl's in a host with threads
}

// libcurl sends the form from where it is. It takes the field as a string of its own, which the
// destructor wipes.
void transfer::set_form(const form_post& form) {
    const auto body = form.body.reveal();
    set(CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(body.size()));
    set(CURLOPT_POSTFIELDS, body.empty() ? "" : body.data());
    append(fields_, "Content-Type: application/x-www-form-urlencoded");
    append(fields_, "Expect:"); // or a long form would wait for a 100 that few servers send
    if (form.authorization.empty()) return;
    std::string field = "Authorization: ";
    field.reserve(field.size() + form.authorization.reveal().size());
    field += form.authorization.reveal();
    append(fields_, field);
    const auto wiped = secret::taken_from(std::move(field));
}

void transfer::set_request() {
    if (request_.form != nullptr)
        set_form(*request_.form);
    else
        set(CURLOPT_HTTPGET, 1L);
    set(CURLOPT_HTTP_VERSION, static_cast<long>(CURL_HTTP_VERSION_1_1));
    set(CURLOPT_USERAGENT, settings_.user_agent.c_str());
    append(fields_, "Accept: " + request_.accept);
    append(fields_, "Accept-Encoding: identity");
    set(CURLOPT_HTTPHEADER, fields_);
    set(CURLOPT_HEADERFUNCTION, &transfer::on_header);
    set(CURLOPT_HEADERDATA, static_cast<void*>(this));
    set(CURLOPT_WRITEFUNCTION, &transfer::on_body);
    set(CURLOPT_WRITEDATA, static_cast<void*>(this));
}

// For libcurl, a time of 0 is no limit.
void transfer::set_limits(steady_instant deadline) {
    const auto left =
        std::chrono::duration_cast<milliseconds>(deadline - std::chrono::steady_clock::now());
    const auto total = std::max(left, milliseconds{1});
    set(CURLOPT_TIMEOUT_MS, in_ms(total));
    set(CURLOPT_CONNECTTIMEOUT_MS,
        in_ms(std::clamp(settings_.connect_limit, milliseconds{1}, total)));
}

std::size_t transfer::on_header(char* text, std::size_t size, std::size_t count, void* self) {
    auto& me = *static_cast<transfer*>(self);
    try {
        return me.take_header_line({text, size * count}) ? size * count : 0;
    } catch (...) { // no memory
        return 0;
    }
}

std::size_t transfer::on_body(char* text, std::size_t size, std::size_t count, void* self) {
    auto& me = *static_cast<transfer*>(self);
    try {
        return me.take_body({text, size * count}) ? size * count : 0;
    } catch (...) { // no memory
        return 0;
    }
}

curl_socket_t transfer::on_socket(void* self, curlsocktype, curl_sockaddr* address) {
    const auto& vetted = static_cast<transfer*>(self)->addresses_;
    const auto peer = address_in(&address->addr);
    if (!peer || std::find(vetted.begin(), vetted.end(), *peer) == vetted.end())
        return CURL_SOCKET_BAD;
    int type = address->socktype;
#ifdef SOCK_CLOEXEC
    type |= SOCK_CLOEXEC; // a host may start other programs meanwhile
#endif
    return ::socket(address->family, type, address->protocol);
}

// The lines of interim responses (RFC 9110 §15.2), of the final one, and of its trailers.
bool transfer::take_header_line(std::string_view line) {
    header_octets_ += line.size();
    if (header_octets_ > settings_.largest_header) return stop(fetch_error::too_large);
    if (expects_ == part::body) return true; // a trailer changes nothing
    if (expects_ == part::status_line) {
        expects_ = part::fields;
        return line.substr(0, 5) == "HTTP/" || stop(fetch_error::protocol);
    }
    if (trimmed(line).empty()) return end_header();

    const auto colon = line.find(':');
    const auto name = line.substr(0, colon);
    // Neither folded lines nor a blank before the colon (RFC 9112 §5.1, §5.2).
    if (colon == std::string_view::npos || name.empty() || trimmed(name) != name)
        return stop(fetch_error::protocol);
    answer_.headers.push_back({std::string(name), std::string(trimmed(line.substr(colon + 1)))});
    return true;
}

bool transfer::end_header() {
    long status = 0;
    curl_easy_getinfo(handle_, CURLINFO_RESPONSE_CODE, &status);
    if (status < 100 || status == 101) return stop(fetch_error::protocol);
    if (status < 200) {
        answer_.headers.clear();
        expects_ = part::status_line;
        return true;
    }
    answer_.status = static_cast<int>(status);
    if (status != 200) {
        expects_ = part::done; // nobody reads its body
        return false;
    }
    if (is_coded(answer_)) return stop(fetch_error::protocol);
    curl_off_t declared = -1; // stays so where no length is declared
    curl_easy_getinfo(handle_, CURLINFO_CONTENT_LENGTH_DOWNLOAD_T, &declared);
    // Where only the end of the connection tells, a body that was cut short looks whole.
    if (declared < 0 && !answer_.header("transfer-encoding")) return stop(fetch_error::protocol);
    if (declared > 0 && static_cast<std::uint64_t>(declared) > request_.largest_body)
        return stop(fetch_error::too_large);
    expects_ = part::body;
    return true;
}

bool transfer::take_body(std::string_view octets) {
    if (expects_ != part::body) return stop(fetch_error::protocol);
    if (octets.size() > request_.largest_body - answer_.body.size())
        return stop(fetch_error::too_large);
    answer_.body.append(octets);
    return true;
}

bool transfer::stop(fetch_error why) noexcept {
    stopped_by_ = why;
    return false;
}

fetch_error transfer::failure(CURLcode code) const noexcept {
    switch (code) {
    case CURLE_WRITE_ERROR: return stopped_by_;
    case CURLE_OPERATION_TIMEDOUT: return fetch_error::timeout;
    case CURLE_OK: // closed within the header section
    case CURLE_COULDNT_CONNECT:
    case CURLE_GOT_NOTHING:
    case CURLE_PARTIAL_FILE:
    case CURLE_RECV_ERROR:
    case CURLE_SEND_ERROR: return fetch_error::connection;
    case CURLE_SSL_CONNECT_ERROR:
    case CURLE_SSL_CIPHER:
    case CURLE_SSL_CACERT_BADFILE:
    case CURLE_SSL_ISSUER_ERROR:
    case CURLE_PEER_FAILED_VERIFICATION: return fetch_error::tls;
#if LIBCURL_VERSION_NUM >= 0x080600
    case CURLE_TOO_LARGE: return fetch_error::too_large; // a line longer than libcurl takes
#endif
    case CURLE_OUT_OF_MEMORY: // which older versions say of such a line
        return has_answered() ? fetch_error::too_large : fetch_error::unavailable;
    case CURLE_FAILED_INIT: return fetch_error::unavailable;
    default: return fetch_error::protocol;
    }
}

// Whether a first octet has come.
bool transfer::has_answered() const noexcept {
    curl_off_t after = 0;
    curl_easy_getinfo(handle_, CURLINFO_STARTTRANSFER_TIME_T, &after);
    return after > 0;
}

} // namespace v0
} // namespace mcp_oauth
