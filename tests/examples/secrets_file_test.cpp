#include <cstdio>
#include <fstream>
#include <iterator>
#include <string>

#include <dirent.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "mcp_oauth/grammar/base64url.hpp"
#include "secrets_file.hpp"
#include "support/catch.hpp"

using namespace mcp_server;

namespace {

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

std::string fingerprint(const server_keys& keys) {
    return mcp_oauth::base64url(keys.secrets.at(0).octets.reveal()) +
           mcp_oauth::base64url(keys.signing_keys.at(0).public_key().x());
}

} // namespace

TEST_CASE("A secrets file is made once, for its owner only, and keeps what is in it",
          "[examples][secrets_file]") {
    const folder here;
    const auto first = load_or_create_keys(here.file());
    REQUIRE(first);
    struct stat about {};
    REQUIRE(::stat(here.file().c_str(), &about) == 0);
    CHECK((about.st_mode & 0777) == 0600);
    CHECK(here.files().size() == 1); // no draft is left behind
    const auto text = text_of(here.file());
    const auto second = load_or_create_keys(here.file());
    REQUIRE(second);
    CHECK(fingerprint(*first) == fingerprint(*second));
    CHECK(text_of(here.file()) == text);
    const auto other = generate_keys();
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
            const auto keys = load_or_create_keys(here.file());
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
    REQUIRE(load_or_create_keys(here.file()));
    const auto good = text_of(here.file());
    for (const std::string& bad :
         {std::string{}, std::string{"{"}, std::string{"{}"}, good.substr(0, good.size() / 2),
          std::string{R"({"server_secrets":[],"signing_keys":[]})"},
          std::string{R"({"server_secrets":[{"role":"current","octets":"AAAA"}],)"
                      R"("signing_keys":[]})"},
          std::string{R"({"server_secrets":[{"role":"boss","octets":"AAAA"}]})"}}) {
        write(here.file(), bad);
        CHECK_FALSE(load_or_create_keys(here.file()));
        CHECK(text_of(here.file()) == bad);
    }
    CHECK_FALSE(load_or_create_keys(here.file() + "/no/such/folder"));
}

TEST_CASE("A secrets file may hold several secrets, for the time of a change",
          "[examples][secrets_file]") {
    const folder here;
    REQUIRE(load_or_create_keys(here.file()));
    auto text = text_of(here.file());
    const auto at = text.find('[') + 1;
    text.insert(at, R"({"role":"next","octets":")" + std::string(43, 'A') + "\"},");
    write(here.file(), text);
    const auto keys = load_or_create_keys(here.file());
    REQUIRE(keys);
    REQUIRE(keys->secrets.size() == 2);
    CHECK(keys->secrets[0].role == mcp_oauth::secret_role::next);
    CHECK(keys->secrets[1].role == mcp_oauth::secret_role::current);
}
