#pragma once

#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <map>
#include <optional>
#include <sstream>
#include <string>

#include "mcp_oauth/grammar/json.hpp"
#include "support/catch.hpp"

/// Project Wycheproof's vectors. They are not part of this project: the CMake option
/// MCP_OAUTH_WYCHEPROOF names the folder that holds them (testvectors_v1), and tests read it from
/// the environment variable of that name. Every `valid` vector must verify and no `invalid` one.
namespace wycheproof {

/// Errors: nothing, and a warning, where no folder is named.
inline std::optional<mcp_oauth::json_document> vectors(const std::string& name) {
    const char* folder = std::getenv("MCP_OAUTH_WYCHEPROOF");
    if (folder == nullptr || *folder == '\0') {
        WARN("not run: MCP_OAUTH_WYCHEPROOF does not name the folder of " << name);
        return std::nullopt;
    }
    std::ifstream file(std::string(folder) + '/' + name, std::ios::binary);
    std::ostringstream text;
    text << file.rdbuf();
    auto document = mcp_oauth::json_document::parse(text.str(), {16U << 20U, 16});
    REQUIRE(document);
    return *std::move(document);
}

/// Why a vector is not run; empty: it is.
using why_skipped = std::string;

/// Goes through a file and keeps count.
class tally {
public:
    explicit tally(std::string file) : file_(std::move(file)) {}
    ~tally() {
        std::printf("Wycheproof %s: run %d (valid %d, invalid %d), wrong %d, skipped %d\n",
                    file_.c_str(), valid_ + invalid_, valid_, invalid_, wrong_, skipped());
        for (const auto& [why, count] : skipped_) std::printf("    %4d %s\n", count, why.c_str());
    }
    tally(const tally&) = delete;
    tally& operator=(const tally&) = delete;

    /// `skip(group, test)` says why a vector is not run, `accepts(group, test)` runs it.
    template <class Skip, class Accepts>
    void run(const mcp_oauth::json_document& document, const Skip& skip, const Accepts& accepts) {
        document.root().find("testGroups")->for_each_element([&](mcp_oauth::json_value group) {
            group.find("tests")->for_each_element([&](mcp_oauth::json_value test) {
                const why_skipped why = skip(group, test);
                if (!why.empty())
                    ++skipped_[why];
                else
                    judge(test, accepts(group, test));
            });
        });
        CHECK(wrong_ == 0);
        CHECK(valid_ > 0);
        CHECK(invalid_ > 0);
    }

private:
    void judge(mcp_oauth::json_value test, bool accepted) {
        const bool valid = test.string_at("result") == "valid";
        ++(valid ? valid_ : invalid_);
        if (accepted == valid) return;
        ++wrong_;
        UNSCOPED_INFO("vector " << test.integer_at("tcId").value_or(-1) << ": "
                                << std::string(test.string_at("comment").value_or("")));
    }
    [[nodiscard]] int skipped() const {
        int all = 0;
        for (const auto& [why, count] : skipped_) all += count;
        return all;
    }
    std::string file_;
    int valid_ = 0;
    int invalid_ = 0;
    int wrong_ = 0;
    std::map<std::string, int> skipped_;
};

/// For files in which every vector applies, except those that may go either way.
inline why_skipped either_way(mcp_oauth::json_value, mcp_oauth::json_value test) {
    if (test.string_at("result") == "acceptable") return "acceptable: may verify or not";
    return {};
}

} // namespace wycheproof
