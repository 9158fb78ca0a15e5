#include <ctime>
#include <string_view>
#include <utility>

#include <jwt.h>

#include "validator.hpp"

namespace bench {
namespace {

// The key is handed over as PEM text with each token: there is no form of it to prepare.
class libjwt_validator final : public validator {
public:
    libjwt_validator(validation_terms terms, jwt_alg_t algorithm)
        : terms_(std::move(terms)), algorithm_(algorithm) {}
    bool accepts(const std::string& token) const override {
        jwt_t* opened = nullptr;
        const auto* pem = reinterpret_cast<const unsigned char*>(terms_.public_pem.data());
        if (jwt_decode(&opened, token.c_str(), pem, static_cast<int>(terms_.public_pem.size())) !=
            0)
            return false;
        const std::unique_ptr<jwt_t, decltype(&jwt_free)> jwt{opened, jwt_free};
        const auto claim = [&jwt](const char* name) -> std::string_view {
            const char* text = jwt_get_grant(jwt.get(), name);
            return text != nullptr ? text : "";
        };
        return jwt_get_alg(jwt.get()) == algorithm_ && claim("iss") == terms_.issuer &&
               claim("aud") == terms_.audience &&
               jwt_get_grant_int(jwt.get(), "exp") > std::time(nullptr) &&
               claim("scope") == terms_.scope;
    }

private:
    validation_terms terms_;
    jwt_alg_t algorithm_;
};

} // namespace

std::unique_ptr<validator> make_libjwt_validator(const validation_terms& terms) {
    const auto algorithm = jwt_str_alg(terms.algorithm.c_str());
    if (algorithm == JWT_ALG_INVAL) return nullptr;
    return std::make_unique<libjwt_validator>(terms, algorithm);
}

} // namespace bench
