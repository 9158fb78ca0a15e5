#include <cstring>
#include <ctime>
#include <string_view>
#include <utility>

#include <cjose/cjose.h>
#include <jansson.h>

#include "validator.hpp"

namespace bench {
namespace {

struct release {
    void operator()(cjose_jwk_t* key) const noexcept { cjose_jwk_release(key); }
    void operator()(cjose_jws_t* jws) const noexcept { cjose_jws_release(jws); }
    void operator()(json_t* json) const noexcept { json_decref(json); }
};
template <class T> using owned = std::unique_ptr<T, release>;

// It ends at the signature; claims are read with the JSON library that it is built on.
class cjose_validator final : public validator {
public:
    cjose_validator(validation_terms terms, owned<cjose_jwk_t> key)
        : terms_(std::move(terms)), key_(std::move(key)) {}
    bool accepts(const std::string& token) const override {
        cjose_err fault{};
        const owned<cjose_jws_t> jws{cjose_jws_import(token.data(), token.size(), &fault)};
        if (!jws || !is_of_algorithm(*jws) || !cjose_jws_verify(jws.get(), key_.get(), &fault))
            return false;
        std::uint8_t* text = nullptr; // belongs to `jws`
        std::size_t size = 0;
        if (!cjose_jws_get_plaintext(jws.get(), &text, &size, &fault)) return false;
        const owned<json_t> claims{
            json_loadb(reinterpret_cast<const char*>(text), size, JSON_REJECT_DUPLICATES, nullptr)};
        return claims && are_right(*claims);
    }

private:
    bool is_of_algorithm(cjose_jws_t& jws) const {
        cjose_err fault{};
        const char* alg = cjose_header_get(cjose_jws_get_protected(&jws), CJOSE_HDR_ALG, &fault);
        return alg != nullptr && alg == terms_.algorithm;
    }
    bool are_right(json_t& claims) const {
        const auto claim = [&claims](const char* name) -> std::string_view {
            const char* text = json_string_value(json_object_get(&claims, name));
            return text != nullptr ? text : "";
        };
        return claim("iss") == terms_.issuer && claim("aud") == terms_.audience &&
               json_integer_value(json_object_get(&claims, "exp")) > std::time(nullptr) &&
               claim("scope") == terms_.scope;
    }
    validation_terms terms_;
    owned<cjose_jwk_t> key_;
};

} // namespace

std::unique_ptr<validator> make_cjose_validator(const validation_terms& terms) {
    cjose_err fault{};
    owned<cjose_jwk_t> key{
        cjose_jwk_import(terms.public_jwk.data(), terms.public_jwk.size(), &fault)};
    if (!key) return nullptr;
    return std::make_unique<cjose_validator>(terms, std::move(key));
}

} // namespace bench
