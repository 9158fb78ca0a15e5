#pragma once

#include <memory>
#include <string>

namespace bench {

/// What an access token is validated by. Each library says it in its own way, once, before the
/// first token comes.
struct validation_terms {
    std::string algorithm;
    std::string public_pem; ///< SubjectPublicKeyInfo
    std::string public_jwk;
    std::string issuer;
    std::string audience;
    std::string scope; ///< that the token has to hold
};

/// One library, as its documentation has it used, with all that its interface lets one prepare.
class validator {
public:
    validator() = default;
    validator(const validator&) = delete;
    validator& operator=(const validator&) = delete;
    virtual ~validator() = default;
    /// Whether signature, `alg`, `iss`, `aud` and `exp` are right, and the scope is there.
    [[nodiscard]] virtual bool accepts(const std::string& token) const = 0;
};

/// Errors: null where the library does not offer the algorithm.
std::unique_ptr<validator> make_libjwt_validator(const validation_terms& terms);
std::unique_ptr<validator> make_cjose_validator(const validation_terms& terms);
std::unique_ptr<validator> make_cpp_jwt_validator(const validation_terms& terms);

} // namespace bench
