#include "claim.hpp"
#include "mcp_oauth/grammar/form_urlencoded.hpp"

using namespace mcp_oauth;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const auto text = as_text(data, size);
    if (const auto decoded = form_decode(text)) {
        CLAIM(is_utf8(*decoded));
        CLAIM(*form_decode(form_encode(*decoded)) == *decoded);
    }

    const form_limits limits{8, 64};
    const auto parsed = form::parse(text, limits);
    if (!parsed) return 0;
    CLAIM(parsed->parameters().size() <= limits.parameters);
    std::string encoded;
    for (const auto& [name, value] : parsed->parameters()) {
        CLAIM(name.size() <= limits.value_octets && value.size() <= limits.value_octets);
        CLAIM(is_utf8(name) && is_utf8(value));
        encoded += form_encode(name) + '=' + form_encode(value) + '&';
    }
    CLAIM(form::parse(encoded, limits)->parameters() == parsed->parameters());
    return 0;
}
