#include "adapters/curl/certificates.hpp"

#include <atomic>
#include <cstdlib>

#include <openssl/pem.h>
#include <openssl/x509v3.h>
#include <unistd.h>

#include "support/catch.hpp"

namespace certificates {

namespace {

key new_key() { return {EVP_EC_gen("P-256"), EVP_PKEY_free}; }

void name_it(X509* made, const std::string& name) {
    auto* subject = X509_get_subject_name(made);
    X509_NAME_add_entry_by_txt(subject, "CN", MBSTRING_ASC,
                               reinterpret_cast<const unsigned char*>(name.c_str()), -1, -1, 0);
}

void extend(X509* made, int what, const std::string& value) {
    X509V3_CTX context;
    X509V3_set_ctx_nodb(&context);
    X509V3_set_ctx(&context, made, made, nullptr, nullptr, 0);
    auto* extension = X509V3_EXT_conf_nid(nullptr, &context, what, value.c_str());
    REQUIRE(extension != nullptr);
    X509_add_ext(made, extension, -1);
    X509_EXTENSION_free(extension);
}

certificate begin(const key& secret, const std::string& name, const wanted& what) {
    static std::atomic<long> serial{1};
    certificate made{X509_new(), X509_free};
    X509_set_version(made.get(), 2);
    ASN1_INTEGER_set(X509_get_serialNumber(made.get()), serial++);
    X509_gmtime_adj(X509_getm_notBefore(made.get()), what.valid_from);
    X509_gmtime_adj(X509_getm_notAfter(made.get()), what.valid_until);
    X509_set_pubkey(made.get(), secret.get());
    name_it(made.get(), name);
    return made;
}

} // namespace

authority::authority(const std::string& name) {
    self_.secret = new_key();
    self_.shown = begin(self_.secret, name, {});
    X509_set_issuer_name(self_.shown.get(), X509_get_subject_name(self_.shown.get()));
    extend(self_.shown.get(), NID_basic_constraints, "critical,CA:TRUE");
    X509_sign(self_.shown.get(), self_.secret.get(), EVP_sha256());

    const std::shared_ptr<BIO> out{BIO_new(BIO_s_mem()), BIO_free};
    PEM_write_bio_X509(out.get(), self_.shown.get());
    char* text = nullptr;
    const auto size = BIO_get_mem_data(out.get(), &text);
    file_ = temporary_file({text, static_cast<std::size_t>(size)});
}

authority::~authority() { ::unlink(file_.c_str()); }

identity authority::issue(const wanted& what) const {
    identity made{new_key(), nullptr};
    made.shown = begin(made.secret, "leaf", what);
    X509_set_issuer_name(made.shown.get(), X509_get_subject_name(self_.shown.get()));
    extend(made.shown.get(), NID_subject_alt_name, what.names);
    X509_sign(made.shown.get(), self_.secret.get(), EVP_sha256());
    return made;
}

identity self_signed(const wanted& what) {
    identity made{new_key(), nullptr};
    made.shown = begin(made.secret, "self", what);
    X509_set_issuer_name(made.shown.get(), X509_get_subject_name(made.shown.get()));
    extend(made.shown.get(), NID_subject_alt_name, what.names);
    X509_sign(made.shown.get(), made.secret.get(), EVP_sha256());
    return made;
}

std::string temporary_file(const std::string& text) {
    const char* folder = std::getenv("TMPDIR");
    std::string path = std::string(folder != nullptr ? folder : "/tmp") + "/mcp_oauth_XXXXXX";
    const int file = ::mkstemp(path.data());
    REQUIRE(file >= 0);
    REQUIRE(::write(file, text.data(), text.size()) == static_cast<ssize_t>(text.size()));
    ::close(file);
    return path;
}

} // namespace certificates
