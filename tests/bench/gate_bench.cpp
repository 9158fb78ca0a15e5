#include <string>
#include <string_view>
#include <vector>

#include <openssl/evp.h>
#include <openssl/pem.h>

#include "bench.hpp"
#include "deployment.hpp"
#include "mcp_oauth/base/octets.hpp"
#include "mcp_oauth/grammar/base64url.hpp"

namespace bench {
namespace {

using namespace mcp_oauth;

/// OpenSSL at its best: the key is parsed, the context prepared, and copied for each call.
class bare_verification {
public:
    bare_verification(const signing_key& key, std::string_view token) {
        const auto pem = key.to_pem();
        BIO* bio = BIO_new_mem_buf(pem.reveal().data(), static_cast<int>(pem.reveal().size()));
        key_ = PEM_read_bio_PrivateKey(bio, nullptr, nullptr, nullptr);
        BIO_free(bio);
        prepared_ = EVP_MD_CTX_new();
        EVP_DigestVerifyInit(prepared_, nullptr, EVP_sha256(), nullptr, key_);
        const auto dot = token.rfind('.');
        octets_ = token.substr(0, dot);
        der_ = der_of(*decode_base64url(token.substr(dot + 1)));
    }
    bare_verification(const bare_verification&) = delete;
    bare_verification& operator=(const bare_verification&) = delete;
    ~bare_verification() {
        EVP_MD_CTX_free(prepared_);
        EVP_PKEY_free(key_);
    }
    void operator()() const {
        EVP_MD_CTX* context = EVP_MD_CTX_new();
        EVP_MD_CTX_copy_ex(context, prepared_);
        const int right = EVP_DigestVerify(
            context, reinterpret_cast<const unsigned char*>(der_.data()), der_.size(),
            reinterpret_cast<const unsigned char*>(octets_.data()), octets_.size());
        if (right != 1) std::abort();
        EVP_MD_CTX_free(context);
    }

private:
    static std::string integer(std::string_view big_endian) {
        while (big_endian.size() > 1 && big_endian.front() == '\0') big_endian.remove_prefix(1);
        std::string value{big_endian};
        if (static_cast<unsigned char>(value.front()) >= 0x80) value.insert(0, 1, '\0');
        return std::string{"\x02"} + static_cast<char>(value.size()) + value;
    }
    static std::string der_of(const std::string& signature) {
        const auto both = integer(std::string_view{signature}.substr(0, 32)) +
                          integer(std::string_view{signature}.substr(32));
        return std::string{"\x30"} + static_cast<char>(both.size()) + both;
    }
    EVP_PKEY* key_ = nullptr;
    EVP_MD_CTX* prepared_ = nullptr;
    std::string octets_;
    std::string der_;
};

http_request call_with(const std::string& token) {
    return {"POST",
            "/mcp",
            {{"Host", "as.example"},
             {"Content-Type", "application/json"},
             {"Accept", "application/json, text/event-stream"},
             {"Authorization", "Bearer " + token}},
            R"({"jsonrpc":"2.0","id":1,"method":"tools/list"})",
            {},
            {}};
}

void admit_against_bare(gate_revocation revocation, const std::string& what) {
    policy rules = policy::strict();
    rules.gate.revocation = revocation;
    const deployment d{rules};
    const auto token = deployment::member(d.redeem(d.code()), "access_token");
    resource_server_ports ports;
    memory_store& store = const_cast<deployment&>(d).store;
    ports.store = &store;
    auto rs = resource_server::beside(
        d.as, {{"https://as.example/mcp", {"mcp"}, {"mcp"}, "MCP", {}}}, ports);
    if (!rs) std::abort();
    const auto request = call_with(token);
    const bare_verification bare{d.key, token};
    const auto [gate, signature] = compare(
        [&] {
            const auto admitted = rs->admit(request, scope_set{"mcp"});
            if (!std::holds_alternative<principal>(admitted)) std::abort();
        },
        [&] { bare(); });
    report(what, gate, "EVP_DigestVerify of the same octets", signature);
}

} // namespace

void gate() {
    admit_against_bare(gate_revocation::at_expiry, "gate, JWT ES256, no I/O");
    admit_against_bare(gate_revocation::at_once, "gate, JWT ES256, one load");
}

} // namespace bench
