#include <system_error>
#include <utility>

#include <jwt/jwt.hpp>

#include "validator.hpp"

namespace bench {
namespace {

// The key is handed over as PEM text with each token: there is no form of it to prepare.
class cpp_jwt_validator final : public validator {
public:
    explicit cpp_jwt_validator(validation_terms terms) : terms_(std::move(terms)) {}
    bool accepts(const std::string& token) const override {
        using namespace jwt::params;
        std::error_code fault;
        auto jwt =
            jwt::decode(token, algorithms({terms_.algorithm}), fault, secret(terms_.public_pem),
                        issuer(terms_.issuer), aud(terms_.audience), verify(true));
        return !fault && jwt.payload().has_claim_with_value("scope", terms_.scope);
    }

private:
    validation_terms terms_;
};

} // namespace

std::unique_ptr<validator> make_cpp_jwt_validator(const validation_terms& terms) {
    if (terms.algorithm != "ES256" && terms.algorithm != "RS256") return nullptr;
    return std::make_unique<cpp_jwt_validator>(terms);
}

} // namespace bench
