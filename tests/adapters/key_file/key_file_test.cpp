#include <cstdio>
#include <fstream>
#include <iterator>
#include <string>

#include <dirent.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "mcp_oauth/adapters/key_file.hpp"
#include "mcp_oauth/grammar/base64url.hpp"
#include "mcp_oauth/rfc/7518_jwa.hpp"
#include "support/catch.hpp"

using namespace mcp_oauth;

namespace {

constexpr auto es256 = signature_algorithm::es256;

/// A folder that is gone afterwards.
class folder {
public:
    folder() { REQUIRE(::mkdtemp(path_) != nullptr); }
    ~folder() {
        for (const auto& name : files()) std::remove((std::string{path_} + '/' + name).c_str());
        ::rmdir(path_);
    }
    [[nodiscard]] std::string path() const { return path_; }
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
    char path_[40] = "/tmp/mcp_oauth_test_XXXXXX";
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
    return base64url(keys.secrets.at(0).octets.reveal()) +
           base64url(keys.signing_keys.at(0).public_key().x());
}

} // namespace

TEST_CASE("A key file is made once, for its owner only, and keeps what is in it", "[key_file]") {
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

TEST_CASE("Processes that start at once agree on one key file", "[key_file]") {
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

TEST_CASE("A key file that is none is refused, not replaced", "[key_file]") {
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
        const auto refused = load_or_create_keys(here.file(), es256);
        REQUIRE_FALSE(refused);
        CHECK(refused.error().kind == key_file_failure::malformed);
        CHECK(refused.error().problem.find(here.file() + ": ") == 0);
        CHECK(text_of(here.file()) == bad);
    }
}

TEST_CASE("A key file may hold several secrets, for the time of a change", "[key_file]") {
    const folder here;
    REQUIRE(load_or_create_keys(here.file(), es256));
    auto text = text_of(here.file());
    const auto at = text.find('[') + 1;
    text.insert(at, R"({"role":"next","octets":")" + std::string(43, 'A') + "\"},");
    write(here.file(), text);
    const auto keys = load_or_create_keys(here.file(), es256);
    REQUIRE(keys);
    REQUIRE(keys->secrets.size() == 2);
    CHECK(keys->secrets[0].role == secret_role::next);
    CHECK(keys->secrets[1].role == secret_role::current);
}

TEST_CASE("A key file is made with a key for the algorithm that tokens are to be signed with",
          "[key_file]") {
    for (const auto algorithm : all_signature_algorithms) {
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

TEST_CASE("A key file without a key for the algorithm says so, and what to do", "[key_file]") {
    const folder here;
    REQUIRE(load_or_create_keys(here.file(), es256));
    const auto text = text_of(here.file());
    const auto refused = load_or_create_keys(here.file(), signature_algorithm::rs256);
    REQUIRE_FALSE(refused);
    CHECK(refused.error().kind == key_file_failure::no_key_for_algorithm);
    CHECK(refused.error().problem ==
          here.file() +
              ": holds no signing key for RS256, but one for ES256: ask for ES256, or add "
              "{\"alg\": \"RS256\", \"pem\": \"...\"} to signing_keys and keep what is "
              "there");
    CHECK(text_of(here.file()) == text);
}

TEST_CASE("Of several signing keys the first for the algorithm signs, and the others stay",
          "[key_file]") {
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

TEST_CASE("A bare PEM in a key file is a key for ES256", "[key_file]") {
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

TEST_CASE("A key file that others can read or write is refused and left as it was", "[key_file]") {
    const folder here;
    REQUIRE(load_or_create_keys(here.file()));
    const auto text = text_of(here.file());
    for (const mode_t mode : {0601U, 0602U, 0604U, 0610U, 0620U, 0644U, 0660U, 0666U, 0777U}) {
        REQUIRE(::chmod(here.file().c_str(), mode) == 0);
        const auto refused = load_or_create_keys(here.file());
        REQUIRE_FALSE(refused);
        CHECK(refused.error().kind == key_file_failure::open_to_others);
        CHECK(refused.error().problem.find("set it to 0600") != std::string::npos);
        CHECK(text_of(here.file()) == text);
    }
    REQUIRE(::chmod(here.file().c_str(), 0644) == 0);
    CHECK(load_or_create_keys(here.file()).error().problem.find("its mode is 0644") !=
          std::string::npos);
    for (const mode_t mode : {0400U, 0600U, 0700U}) {
        REQUIRE(::chmod(here.file().c_str(), mode) == 0);
        CHECK(load_or_create_keys(here.file()));
    }
}

TEST_CASE("The group may read a key file where it is root's only", "[key_file]") {
    const folder here;
    REQUIRE(load_or_create_keys(here.file()));
    REQUIRE(::chmod(here.file().c_str(), 0640) == 0);
    CHECK(load_or_create_keys(here.file()).has_value() == (::geteuid() == 0));
    if (::geteuid() != 0) return; // nobody else can give a file away
    REQUIRE(::chown(here.file().c_str(), 1, 1) == 0);
    CHECK_FALSE(load_or_create_keys(here.file()));
}

TEST_CASE("A key file is its owner's alone under every umask", "[key_file]") {
    for (const mode_t mask : {0000U, 0022U, 0777U}) {
        const folder here;
        const mode_t before = ::umask(mask);
        const auto made = load_or_create_keys(here.file());
        ::umask(before);
        CHECK(made);
        struct stat about {};
        REQUIRE(::stat(here.file().c_str(), &about) == 0);
        CHECK((about.st_mode & 07777) == 0600);
    }
}

TEST_CASE("A path that leads to no file of keys is refused", "[key_file]") {
    const folder here;
    const auto kind_of = [](const std::string& path) {
        const auto refused = load_or_create_keys(path);
        REQUIRE_FALSE(refused);
        return refused.error().kind;
    };
    CHECK(kind_of(here.file() + ".d/keys") == key_file_failure::cannot_create);
    CHECK(kind_of("") == key_file_failure::cannot_create);
    CHECK(kind_of(here.path()) == key_file_failure::cannot_read); // a folder
    REQUIRE(::mkfifo(here.file().c_str(), 0600) == 0);
    CHECK(kind_of(here.file()) == key_file_failure::cannot_read); // at once
    REQUIRE(::unlink(here.file().c_str()) == 0);
    REQUIRE(::symlink((here.path() + "/nowhere").c_str(), here.file().c_str()) == 0);
    CHECK(kind_of(here.file()) == key_file_failure::cannot_read);
    CHECK(here.files().size() == 1); // the link, and no draft
}

TEST_CASE("A key file that is reached by a link is read", "[key_file]") {
    const folder here;
    const auto real = here.path() + "/real";
    const auto made = load_or_create_keys(real);
    REQUIRE(made);
    REQUIRE(::symlink(real.c_str(), here.file().c_str()) == 0);
    const auto read = load_or_create_keys(here.file());
    REQUIRE(read);
    CHECK(fingerprint(*read) == fingerprint(*made));
}

TEST_CASE("A configuration takes its keys from the file, and stays as it was where it cannot",
          "[key_file]") {
    const folder here;
    authorization_server_config config;
    REQUIRE(load_or_create_keys(here.file(), config));
    REQUIRE(config.secrets.size() == 1);
    REQUIRE(config.signing_keys.size() == 1);
    const auto kept = load_or_create_keys(here.file());
    REQUIRE(kept);
    CHECK(base64url(config.secrets[0].octets.reveal()) ==
          base64url(kept->secrets[0].octets.reveal()));
    CHECK_FALSE(load_or_create_keys(here.file(), config, signature_algorithm::ps256));
    CHECK(config.secrets.size() == 1);
    CHECK(config.signing_keys[0].algorithm() == es256);
}

TEST_CASE("What is said of a bad key file holds nothing of it", "[key_file]") {
    const folder here;
    REQUIRE(load_or_create_keys(here.file()));
    const auto good = text_of(here.file());
    const auto octets = good.substr(good.find("\"octets\":\"") + 10, 43);
    write(here.file(), with_algorithm(good, "PS256"));
    const auto refused = load_or_create_keys(here.file());
    REQUIRE_FALSE(refused);
    CHECK(refused.error().problem.find(octets) == std::string::npos);
    CHECK(refused.error().problem.find("BEGIN") == std::string::npos);
}
