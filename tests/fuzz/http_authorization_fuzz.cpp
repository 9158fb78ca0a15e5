#include <algorithm>

#include "claim.hpp"
#include "mcp_oauth/grammar/base64url.hpp"
#include "mcp_oauth/grammar/http_authorization.hpp"

using namespace mcp_oauth;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const auto text = as_text(data, size);
    if (const auto octets = decode_base64url(text)) CLAIM(base64url(*octets) == text);
    CLAIM(decode_base64url(base64url(text)) == text);

    if (const auto credentials = parse_credentials(text)) {
        CLAIM(!credentials->scheme.empty());
        CLAIM(credentials->scheme.find(' ') == std::string_view::npos);
        CLAIM(credentials->token.empty() || credentials->token.front() != ' ');
        if (is_token68(credentials->token))
            for (const char c : credentials->token) CLAIM(c > 0x20 && c < 0x7F && c != '"');
    }
    if (const auto basic = decode_basic(text)) CLAIM(basic->user_id.find(':') == std::string::npos);

    // Names and values in turn, a line each.
    challenge out("Bearer");
    auto rest = text;
    for (int i = 0; i < 8; ++i) {
        const auto name = rest.substr(0, rest.find('\n'));
        rest.remove_prefix(std::min(name.size() + 1, rest.size()));
        const auto value = rest.substr(0, rest.find('\n'));
        rest.remove_prefix(std::min(value.size() + 1, rest.size()));
        out.with(name, value);
    }
    const auto& sent = out.text();
    for (const char c : sent) CLAIM(c >= 0x20 && c < 0x7F && c != '\\');
    CLAIM(std::count(sent.begin(), sent.end(), '"') % 2 == 0);
    const auto once = sent;
    CLAIM(out.with("realm", "x").with("REALM", "y").text().size() <= once.size() + 11);
    return 0;
}
