#include "mcp_oauth/rfc/7515_jws.hpp"

#include <utility>

#include "mcp_oauth/grammar/base64url.hpp"
#include "mcp_oauth/grammar/http_message.hpp"
#include "mcp_oauth/grammar/json.hpp"
#include "mcp_oauth/grammar/json_writer.hpp"

namespace mcp_oauth {
inline namespace v0 {
namespace {

// Fills `target` if the member is there. Returns: false where it is no string.
bool take(json_value header, std::string_view member, std::optional<std::string>& target) {
    const auto found = header.find(member);
    if (!found) return true;
    const auto text = found->string();
    if (text) target = *text;
    return text.has_value();
}

} // namespace

std::optional<jose_header> jose_header::parse(std::string_view encoded) {
    if (encoded.size() > largest) return std::nullopt;
    const auto text = decode_base64url(encoded);
    if (!text) return std::nullopt;
    const auto document = json_document::parse(*text, {largest, 4});
    if (!document || !document->root().is_object()) return std::nullopt;
    const auto root = document->root();
    const auto alg = root.string_at("alg");
    if (!alg || root.find("crit")) return std::nullopt;
    jose_header header;
    header.alg = *alg;
    if (!take(root, "typ", header.typ) || !take(root, "kid", header.kid)) return std::nullopt;
    return header;
}

std::string encoded_jose_header(std::string_view typ, signature_algorithm algorithm,
                                std::string_view kid) {
    json_object_writer json;
    json.add("typ", typ).add("alg", name(algorithm)).add("kid", kid);
    return base64url(json.take());
}

bool typ_is(std::string_view typ, std::string_view type) noexcept {
    constexpr std::string_view prefix = "application/";
    if (equal_ignoring_case(typ.substr(0, prefix.size()), prefix)) typ.remove_prefix(prefix.size());
    return equal_ignoring_case(typ, type);
}

std::string finish_jws(std::string signing_input, std::string_view signature) {
    signing_input += '.';
    signing_input += base64url(signature);
    return signing_input;
}

} // namespace v0
} // namespace mcp_oauth
