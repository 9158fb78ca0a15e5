#include "mcp_oauth/rfc/9449_dpop.hpp"

#include <algorithm>

#include "grammar/ascii.hpp"
#include "mcp_oauth/base/octets.hpp"
#include "mcp_oauth/grammar/base64url.hpp"
#include "mcp_oauth/grammar/json.hpp"
#include "mcp_oauth/grammar/uri.hpp"
#include "mcp_oauth/rfc/7515_jws.hpp"
#include "mcp_oauth/rfc/7519_jwt.hpp"
#include "mcp_oauth/rfc/7638_jwk_thumbprint.hpp"
#include "rfc/authorization_field.hpp"
#include "rfc/optional_claim.hpp"

namespace mcp_oauth {
inline namespace v0 {
namespace {

constexpr std::string_view field_name = "dpop";
constexpr std::string_view scheme = "DPoP";
constexpr json_limits payload_limits{largest_dpop_proof, 8};

unexpected<dpop_refusal> no(dpop_fault why) { return unexpected{dpop_refusal{why}}; }

dpop_fault fault_of(jws_fault why) noexcept {
    switch (why) {
    case jws_fault::malformed: return dpop_fault::malformed;
    case jws_fault::refused_header: return dpop_fault::refused_header;
    case jws_fault::wrong_type: return dpop_fault::wrong_type;
    case jws_fault::wrong_algorithm: return dpop_fault::wrong_algorithm;
    case jws_fault::unknown_key:
    case jws_fault::bad_signature: return dpop_fault::bad_signature;
    }
    return dpop_fault::malformed;
}

public_text sentence(dpop_fault fault) noexcept {
    switch (fault) {
    case dpop_fault::missing: return "a DPoP proof is required";
    case dpop_fault::repeated: return "more than one DPoP proof was sent";
    case dpop_fault::nonce_missing:
    case dpop_fault::nonce_unknown: return "the DPoP proof needs the nonce of this answer";
    case dpop_fault::malformed:
    case dpop_fault::refused_header:
    case dpop_fault::wrong_type:
    case dpop_fault::wrong_algorithm:
    case dpop_fault::bad_signature:
    case dpop_fault::wrong_method:
    case dpop_fault::wrong_url:
    case dpop_fault::out_of_time:
    case dpop_fault::wrong_token:
    case dpop_fault::replayed: break;
    }
    return "the DPoP proof is invalid";
}

constexpr error_code code_of(dpop_fault fault) noexcept {
    return fault == dpop_fault::nonce_missing || fault == dpop_fault::nonce_unknown
               ? error_code::use_dpop_nonce
               : error_code::invalid_dpop_proof;
}

constexpr bool is_unreserved(char c) noexcept {
    return is_alpha(c) || is_digit(c) || c == '-' || c == '.' || c == '_' || c == '~';
}

// RFC 3986 §6.2.2: an unreserved character is not encoded, and hexadecimal digits are upper case.
// Requires: two of them follow each `%`, as `uri` sees to.
std::string with_normal_encoding(std::string_view path) {
    constexpr std::string_view digits = "0123456789ABCDEF";
    std::string normal;
    normal.reserve(path.size());
    for (std::size_t i = 0; i < path.size(); ++i) {
        if (path[i] != '%') {
            normal.push_back(path[i]);
            continue;
        }
        const auto high = static_cast<unsigned>(hex_value(path[i + 1]));
        const auto low = static_cast<unsigned>(hex_value(path[i + 2]));
        const auto octet = static_cast<char>(high << 4U | low);
        if (is_unreserved(octet))
            normal.push_back(octet);
        else
            normal.append({'%', digits[high], digits[low]});
        i += 2;
    }
    return normal;
}

// The URL without query and fragment, in the one spelling that is compared.
std::optional<std::string> normal_url(std::string_view text) {
    const auto parsed = uri::parse(text);
    if (!parsed || parsed->host().empty() || parsed->userinfo()) return std::nullopt;
    if (!parsed->scheme_is("https") && !parsed->scheme_is("http")) return std::nullopt;
    const auto end = std::min(parsed->text().find_first_of("?#"), parsed->text().size());
    const auto bare = uri::parse(std::string_view{parsed->text()}.substr(0, end));
    if (!bare) return std::nullopt;
    const auto canonical = uri::parse(canonical_resource_text(*bare));
    if (!canonical) return std::nullopt;
    const auto path = with_normal_encoding(canonical->path());
    return canonical->origin() + (path.empty() ? "/" : path);
}

std::string digest_text(std::string_view octets) { return base64url(as_view(sha256(octets))); }

/// What a proof says (RFC 9449 §4.2), believed in nothing but its signature.
struct dpop_claims {
    std::string jti;
    std::string htm;
    std::string htu;
    std::int64_t iat = 0;
    std::optional<std::string> ath;
    std::optional<std::string> nonce;

    /// Errors: nothing where a claim is missing or of another type (DPOP-05).
    static std::optional<dpop_claims> read(std::string_view payload) {
        const auto document = json_document::parse(payload, payload_limits);
        if (!document || !document->root().is_object()) return std::nullopt;
        const auto root = document->root();
        auto jti = text_claim(root, "jti");
        auto htm = text_claim(root, "htm");
        auto htu = text_claim(root, "htu");
        const auto iat = numeric_date(root, "iat");
        if (!jti || jti->size() > largest_dpop_jti || !htm || !htu || !iat) return std::nullopt;
        dpop_claims claims{std::move(*jti), std::move(*htm), std::move(*htu), *iat, {}, {}};
        const bool fine =
            take_optional(root, "ath", claims.ath) && take_optional(root, "nonce", claims.nonce);
        return fine ? std::optional{std::move(claims)} : std::nullopt;
    }

    /// The first thing that is not as expected, in the order of RFC 9449 §4.3; the nonce last, so
    /// that only a proof which is right otherwise is asked for another.
    [[nodiscard]] std::optional<dpop_fault> fault(const dpop_expectations& expected) const {
        if (htm != expected.method) return dpop_fault::wrong_method;
        if (!expected.target.matches(htu)) return dpop_fault::wrong_url;
        const auto issued = from_unix_seconds(iat);
        if (expected.now >= issued + expected.lifetime || issued > expected.now + expected.lifetime)
            return dpop_fault::out_of_time;
        if (expected.access_token && ath != digest_text(*expected.access_token))
            return dpop_fault::wrong_token;
        if (!expected.accepts_nonce) return std::nullopt;
        if (!nonce) return dpop_fault::nonce_missing;
        if (!expected.accepts_nonce(*nonce)) return dpop_fault::nonce_unknown;
        return std::nullopt;
    }
};

} // namespace

std::string_view name(dpop_fault fault) noexcept {
    switch (fault) {
    case dpop_fault::missing: return "dpop_missing";
    case dpop_fault::repeated: return "dpop_repeated";
    case dpop_fault::malformed: return "dpop_malformed";
    case dpop_fault::refused_header: return "dpop_refused_header";
    case dpop_fault::wrong_type: return "dpop_wrong_type";
    case dpop_fault::wrong_algorithm: return "dpop_wrong_algorithm";
    case dpop_fault::bad_signature: return "dpop_bad_signature";
    case dpop_fault::wrong_method: return "dpop_wrong_method";
    case dpop_fault::wrong_url: return "dpop_wrong_url";
    case dpop_fault::out_of_time: return "dpop_out_of_time";
    case dpop_fault::wrong_token: return "dpop_wrong_token";
    case dpop_fault::nonce_missing: return "dpop_nonce_missing";
    case dpop_fault::nonce_unknown: return "dpop_nonce_unknown";
    case dpop_fault::replayed: return "dpop_replayed";
    }
    return "";
}

dpop_refusal::dpop_refusal(dpop_fault why) noexcept
    : error{code_of(why), sentence(why)}, fault(why) {}

std::optional<dpop_target> dpop_target::parse(std::string_view url) {
    auto normal = normal_url(url);
    if (!normal) return std::nullopt;
    return dpop_target{std::move(*normal)};
}

bool dpop_target::matches(std::string_view htu) const {
    return htu == text_ || normal_url(htu) == text_;
}

bool has_dpop_field(const http_request& request) noexcept { return request.count(field_name) > 0; }

expected<dpop_proof, dpop_refusal> verify_dpop_proof(const http_request& request,
                                                     const dpop_expectations& expected) {
    const auto fields = request.count(field_name);
    if (fields == 0) return no(dpop_fault::missing);
    if (fields > 1) return no(dpop_fault::repeated);
    jws_use use;
    use.algorithms = expected.algorithms;
    use.types = {"dpop+jwt"};
    use.jwk = jws_use::embedded_key::required;
    use.largest = largest_dpop_proof;
    const auto jws = verify_embedded_jws(*request.header(field_name), use);
    if (!jws) return no(fault_of(jws.error()));
    const auto claims = dpop_claims::read(jws->payload());
    if (!claims) return no(dpop_fault::malformed);
    if (const auto fault = claims->fault(expected)) return no(*fault);

    auto thumbprint = jwk_thumbprint(jws->key());
    octet_writer once;
    once.field(expected.target.text());
    once.field(thumbprint);
    once.field(claims->jti);
    return dpop_proof{std::move(thumbprint), sha256(once.view()),
                      from_unix_seconds(claims->iat) + expected.lifetime};
}

bool is_jwk_thumbprint(std::string_view text) {
    constexpr std::size_t characters = 43;
    const auto digest = text.size() == characters ? decode_base64url(text) : std::nullopt;
    return digest.has_value();
}

expected<std::optional<std::string_view>, error> dpop_token(const http_request& request) {
    return token_of_scheme(request, scheme);
}

std::string dpop_challenge(const bearer_challenge_context& context, algorithm_set algorithms,
                           const std::optional<error>& why) {
    challenge built{scheme};
    if (why) {
        built.with("error", why->wire().name);
        if (!why->description.view().empty())
            built.with("error_description", why->description.view());
    }
    std::string algs;
    for (const auto& each : algorithms.names()) algs.append(algs.empty() ? "" : " ").append(each);
    built.with("algs", algs);
    add_context(built, context);
    return built.text();
}

} // namespace v0
} // namespace mcp_oauth
