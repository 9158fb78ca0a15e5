#include "mcp_oauth/adapters/curl.hpp"

#include <algorithm>
#include <fstream>
#include <iterator>
#include <utility>

#include <curl/curl.h>

#include "adapters/curl/resolution.hpp"
#include "adapters/curl/transfer.hpp"

namespace mcp_oauth {
inline namespace v0 {

namespace {

constexpr milliseconds longest_time{std::chrono::hours{1}}; // so that no sum of times overflows

// Once in the process, and for its life: others in it may use libcurl as well.
bool has_tls() noexcept {
    static const CURLcode initialised = curl_global_init(CURL_GLOBAL_DEFAULT);
    return initialised == CURLE_OK &&
           (curl_version_info(CURLVERSION_NOW)->features & CURL_VERSION_SSL) != 0;
}

// Empty where there is no certificate in it.
std::string certificates_in(const std::string& file) {
    std::ifstream in(file, std::ios::binary);
    std::string text{std::istreambuf_iterator<char>(in), {}};
    if (text.find("-----BEGIN CERTIFICATE-----") == std::string::npos) text.clear();
    return text;
}

bool has_control(std::string_view text) noexcept {
    return std::any_of(text.begin(), text.end(), [](char c) {
        return static_cast<unsigned char>(c) < 0x20 || static_cast<unsigned char>(c) == 0x7F;
    });
}

} // namespace

struct curl_fetcher::state {
    curl_settings settings;
    std::string certificates;
    resolutions names;

    state(curl_settings&& given, std::string&& ca)
        : settings(std::move(given)),
          certificates(std::move(ca)),
          names(settings.resolver, settings.stuck_resolutions) {}

    expected<std::vector<ip_address>, fetch_error> addresses_of(const fetch_target& target,
                                                                steady_instant deadline) {
        if (!target.known_addresses().empty()) return target.known_addresses();
        return names.find(target.host(), deadline);
    }
};

std::string_view name(curl_setting_error error) noexcept {
    switch (error) {
    case curl_setting_error::no_tls: return "no_tls";
    case curl_setting_error::ca_file: return "ca_file";
    case curl_setting_error::user_agent: return "user_agent";
    }
    return "";
}

expected<std::unique_ptr<curl_fetcher>, curl_setting_error>
curl_fetcher::make(curl_settings settings) {
    if (!has_tls()) return unexpected{curl_setting_error::no_tls};
    if (has_control(settings.user_agent)) return unexpected{curl_setting_error::user_agent};
    std::string certificates;
    if (!settings.ca_file.empty()) {
        certificates = certificates_in(settings.ca_file);
        if (certificates.empty()) return unexpected{curl_setting_error::ca_file};
    }
    if (!settings.resolver) settings.resolver = system_addresses;
    return std::unique_ptr<curl_fetcher>(
        new curl_fetcher(std::make_unique<state>(std::move(settings), std::move(certificates))));
}

curl_fetcher::curl_fetcher(std::unique_ptr<state> made) : state_(std::move(made)) {}
curl_fetcher::~curl_fetcher() = default;

expected<http_response, fetch_error> curl_fetcher::fetch(const fetch_request& request) {
    const auto deadline =
        std::chrono::steady_clock::now() + std::min(request.time_limit, longest_time);
    const auto target = fetch_target::of(request.url, state_->settings.loopback);
    if (!target) return unexpected{fetch_error::refused_url};
    const auto addresses = state_->addresses_of(*target, deadline);
    if (!addresses) return unexpected{addresses.error()};
    if (!target->admits(*addresses)) return unexpected{fetch_error::refused_address};

    transfer one(state_->settings, state_->certificates, request, *target, *addresses);
    return one.run(deadline);
}

} // namespace v0
} // namespace mcp_oauth
