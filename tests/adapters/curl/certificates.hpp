#pragma once

#include <memory>
#include <string>
#include <vector>

#include <openssl/evp.h>
#include <openssl/x509.h>

/// A certification authority that lives as long as a test, and what it certifies.
namespace certificates {

using key = std::shared_ptr<EVP_PKEY>;
using certificate = std::shared_ptr<X509>;

struct identity {
    key secret;
    certificate shown;
};

struct wanted {
    /// As OpenSSL's configuration writes them: `DNS:client.example,IP:127.0.0.1`.
    std::string names = "DNS:client.example";
    long valid_from = -3600; ///< in seconds from now
    long valid_until = 3600;
};

class authority {
public:
    explicit authority(const std::string& name);

    [[nodiscard]] identity issue(const wanted& what) const;
    /// A file of its own certificate in PEM, which ends with the authority.
    [[nodiscard]] const std::string& file() const noexcept { return file_; }

    authority(const authority&) = delete;
    authority& operator=(const authority&) = delete;
    ~authority();

private:
    identity self_;
    std::string file_;
};

/// Signed by its own key.
[[nodiscard]] identity self_signed(const wanted& what);

/// A new file with this text. The caller removes it.
[[nodiscard]] std::string temporary_file(const std::string& text);

} // namespace certificates
