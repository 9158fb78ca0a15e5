#include <cstdio>
#include <fstream>
#include <iterator>
#include <string>

#include <dirent.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "mcp_oauth/grammar/base64url.hpp"
#include "mcp_oauth/rfc/7518_jwa.hpp"
#include "secrets_file.hpp"
#include "support/catch.hpp"

using namespace mcp_server;

namespace {

using mcp_oauth::signature_algorithm;
constexpr auto es256 = signature_algorithm::es256;

/// A folder that is gone afterwards.
class folder {
public:
    folder() { REQUIRE(::mkdtemp(path_) != nullptr); }
    ~folder() {
        for (const auto& name : files()) std::remove((std::string{path_} + '/' + name).c_str());
        ::rmdir(path_);
    }
    [[nodiscard]] std::string file() const { return std::string{path_} + "/keys.json"; }
    [[nodiscard]] std::vector<std::string> files() const {
        std::vector<std::string> names;
        DIR* const entries = ::opendir(path_);
        while (const dirent* each = ::readdir(entries))
            if (each->d_name[0] != '.') names.emplace_back(each->d_name);
        ::closedir(entries);
        return names;
    }

private:
    char path_[40] = "/tmp/mcp_server_test_XXXXXX";
};

std::string text_of(const std::string& path) {
    std::ifstream in(path);
    return {std::istreambuf_iterator<char>{in}, {}};
}
void write(const std::string& path, const std::string& text) { std::ofstream{path} << text; }

// A file's only signing key, said to be for another algorithm than it is.
std::string with_algorithm(std::string text, const std::string& alg) {
    return text.replace(text.find("ES256"), 5, alg);
}

std::string fingerprint(const server_keys& keys) {
    return mcp_oauth::base64url(keys.secrets.at(0).octets.reveal()) +
           mcp_oauth::base64url(keys.signing_keys.at(0).public_key().x());
}

} // namespace

TEST_CASE("A secrets file is made once, for its owner only, and keeps what is in it",
          "[examples][secrets_file]") {
    const folder here;
    const auto first = load_or_create_keys(here.file(), es256);
    REQUIRE(first);
    struct stat about {};
    REQUIRE(::stat(here.file().c_str(), &about) == 0);
    CHECK((about.st_mode & 0777) == 0600);
    CHECK(here.files().size() == 1); // no draft is left behind
    const auto text = text_of(here.file());
    const auto second = load_or_create_keys(here.file(), es256);
    REQUIRE(second);
    CHECK(fingerprint(*first) == fingerprint(*second));
    CHECK(text_of(here.file()) == text);
    const auto other = generate_keys(es256);
    REQUIRE(other);
    CHECK(fingerprint(*other) != fingerprint(*first));
}

TEST_CASE("Processes that start at once agree on one secrets file", "[examples][secrets_file]") {
    for (int round = 0; round < 5; ++round) {
        const folder here;
        constexpr int processes = 4;
        int results[2];
        REQUIRE(::pipe(results) == 0);
        for (int i = 0; i < processes; ++i) {
            if (::fork() != 0) continue;
            const auto keys = load_or_create_keys(here.file(), es256);
            const std::string said = keys ? fingerprint(*keys) : std::string(86, '!');
            const bool told = ::write(results[1], said.data(), 86) == 86;
            ::_exit(told ? 0 : 1);
        }
        for (int i = 0; i < processes; ++i) ::wait(nullptr);
        char all[processes][86];
        REQUIRE(::read(results[0], all, sizeof all) == static_cast<ssize_t>(sizeof all));
        ::close(results[0]);
        ::close(results[1]);
        const std::string first(all[0], 86);
        CHECK(first[0] != '!');
        for (const auto& each : all) CHECK(std::string(each, 86) == first);
        CHECK(here.files().size() == 1);
    }
}

TEST_CASE("A secrets file that is none is refused, not replaced", "[examples][secrets_file]") {
    const folder here;
    REQUIRE(load_or_create_keys(here.file(), es256));
    const auto good = text_of(here.file());
    for (const std::string& bad :
         {std::string{}, std::string{"{"}, std::string{"{}"}, good.substr(0, good.size() / 2),
          std::string{R"({"server_secrets":[],"signing_keys":[]})"},
          std::string{R"({"server_secrets":[{"role":"current","octets":"AAAA"}],)"
                      R"("signing_keys":[]})"},
          std::string{R"({"server_secrets":[{"role":"boss","octets":"AAAA"}]})"},
          with_algorithm(good, "RS256"), with_algorithm(good, "none"),
          with_algorithm(good, "HS256")}) {
        write(here.file(), bad);
        CHECK_FALSE(load_or_create_keys(here.file(), es256));
        CHECK(text_of(here.file()) == bad);
    }
    CHECK_FALSE(load_or_create_keys(here.file() + "/no/such/folder", es256));
}

TEST_CASE("A secrets file may hold several secrets, for the time of a change",
          "[examples][secrets_file]") {
    const folder here;
    REQUIRE(load_or_create_keys(here.file(), es256));
    auto text = text_of(here.file());
    const auto at = text.find('[') + 1;
    text.insert(at, R"({"role":"next","octets":")" + std::string(43, 'A') + "\"},");
    write(here.file(), text);
    const auto keys = load_or_create_keys(here.file(), es256);
    REQUIRE(keys);
    REQUIRE(keys->secrets.size() == 2);
    CHECK(keys->secrets[0].role == mcp_oauth::secret_role::next);
    CHECK(keys->secrets[1].role == mcp_oauth::secret_role::current);
}

TEST_CASE("A secrets file is made with a key for the algorithm that tokens are to be signed with",
          "[examples][secrets_file]") {
    for (const auto algorithm : mcp_oauth::all_signature_algorithms) {
        const folder here;
        const auto made = load_or_create_keys(here.file(), algorithm);
        REQUIRE(made);
        REQUIRE(made->signing_keys.size() == 1);
        CHECK(made->signing_keys[0].algorithm() == algorithm);
        const auto again = load_or_create_keys(here.file(), algorithm);
        REQUIRE(again);
        CHECK(again->signing_keys[0].public_key().verify("x", *made->signing_keys[0].sign("x")));
    }
}

TEST_CASE("A secrets file without a key for the algorithm says so, and what to do",
          "[examples][secrets_file]") {
    const folder here;
    REQUIRE(load_or_create_keys(here.file(), es256));
    const auto text = text_of(here.file());
    const auto refused = load_or_create_keys(here.file(), signature_algorithm::rs256);
    REQUIRE_FALSE(refused);
    CHECK(refused.error() ==
          "holds no signing key for RS256, which access_token.signing_algorithm asks for, but one "
          "for ES256: set signing_algorithm to ES256, or add {\"alg\": \"RS256\", \"pem\": "
          "\"...\"} to signing_keys and keep what is there");
    CHECK(text_of(here.file()) == text);
}

TEST_CASE("Of several signing keys the first for the algorithm signs, and the others stay",
          "[examples][secrets_file]") {
    const folder here;
    const folder other;
    REQUIRE(load_or_create_keys(here.file(), es256));
    REQUIRE(load_or_create_keys(other.file(), signature_algorithm::eddsa));
    const auto entry_of = [](const std::string& text) {
        const auto list = text.find("signing_keys");
        const auto from = text.rfind('{', text.find("\"alg\"", text.rfind('[', list)));
        return text.substr(from, text.find('}', from) - from + 1);
    };
    auto text = text_of(here.file());
    const auto entry = entry_of(text);
    text.insert(text.find(entry), entry_of(text_of(other.file())) + ",");
    write(here.file(), text);
    for (const auto algorithm : {es256, signature_algorithm::eddsa}) {
        const auto keys = load_or_create_keys(here.file(), algorithm);
        REQUIRE(keys);
        REQUIRE(keys->signing_keys.size() == 2);
        CHECK(keys->signing_keys[0].algorithm() == algorithm);
    }
}

TEST_CASE("A bare PEM in a secrets file is a key for ES256", "[examples][secrets_file]") {
    const folder here;
    const auto made = load_or_create_keys(here.file(), es256);
    REQUIRE(made);
    auto text = text_of(here.file());
    const auto from = text.rfind('{', text.find("\"alg\""));
    const auto pem_from = text.find("\"-----BEGIN", from);
    const auto pem = text.substr(pem_from, text.find('"', pem_from + 1) - pem_from + 1);
    text.replace(from, text.find('}', from) - from + 1, pem);
    write(here.file(), text);
    const auto keys = load_or_create_keys(here.file(), es256);
    REQUIRE(keys);
    CHECK(fingerprint(*keys) == fingerprint(*made));
}
