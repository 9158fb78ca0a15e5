#include "claim.hpp"
#include "mcp_oauth/grammar/uri.hpp"

using namespace mcp_oauth;

namespace {

// RFC 3986 §5.3.
std::string recomposed(const uri& u) {
    std::string text(u.scheme());
    text += ':';
    if (u.has_authority()) text.append("//").append(u.authority());
    text += u.path();
    if (u.query()) text.append("?").append(*u.query());
    if (u.fragment()) text.append("#").append(*u.fragment());
    return text;
}

std::string recomposed_authority(const uri& u) {
    std::string text;
    if (u.userinfo()) text.append(*u.userinfo()).append("@");
    text += u.host();
    if (u.port()) text.append(":").append(*u.port());
    return text;
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const auto text = as_text(data, size);
    const auto u = uri::parse(text);
    if (!u) return 0;
    CLAIM(u->text() == text);
    for (const char c : text) CLAIM(c > 0x20 && c < 0x7F && c != '\\' && c != '"');
    CLAIM(recomposed(*u) == text);
    CLAIM(recomposed_authority(*u) == u->authority());
    CLAIM(u->has_authority() || u->path().substr(0, 2) != "//");

    const auto canonical = uri::parse(canonical_resource_text(*u));
    CLAIM(canonical);
    CLAIM(canonical_resource_text(*canonical) == canonical->text());
    CLAIM(canonical->query() == u->query() && canonical->userinfo() == u->userinfo());
    CLAIM(canonical->host_is_loopback() == u->host_is_loopback());
    CLAIM(!u->has_authority() || uri::parse(well_known_inserted(*u, "x"))->host() == u->host());
    return 0;
}
