#pragma once

#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include "foreign.hpp"
#include "mcp_oauth/grammar/form_urlencoded.hpp"

/// An authorization server that is asked about its tokens, and a gate that asks it.
namespace asking {

using namespace mcp_oauth;
using namespace std::chrono_literals;

inline constexpr const char* issuer = "https://id.example";
inline constexpr const char* metadata_url =
    "https://id.example/.well-known/oauth-authorization-server";
inline constexpr const char* openid_url = "https://id.example/.well-known/openid-configuration";
inline constexpr const char* asked_at = "https://id.example/introspect";

inline std::string metadata(const std::string& of = issuer, const std::string& where = asked_at) {
    return R"({"issuer":")" + of + R"(","introspection_endpoint":")" + where + R"("})";
}

/// Answers what it was asked, from memory, and keeps the questions. Threads: any number.
class provider final : public http_fetcher {
public:
    struct question {
        std::string url;
        bool is_post = false;
        std::string authorization;
        std::vector<form::parameter> sent; ///< the form, decoded
        std::size_t largest_body = 0;
        milliseconds time_limit{};
    };

    expected<http_response, fetch_error> fetch(const fetch_request& wanted) override {
        const std::lock_guard<std::mutex> held(lock_);
        asked_.push_back(read(wanted));
        const auto& q = asked_.back();
        if (q.is_post && meanwhile) meanwhile();
        if (is_down) return unexpected{fetch_error::timeout};
        if (!q.is_post) {
            const auto page = pages.find(q.url);
            return page == pages.end() ? http_response{404, {}, {}} : page->second;
        }
        if (status != 200) return http_response{status, {}, {}};
        for (const auto& [name, value] : q.sent)
            if (const auto known = tokens.find(value); name == "token" && known != tokens.end())
                return http_response{200, {}, known->second};
        return http_response{200, {}, R"({"active":false})"};
    }

    /// The questions since the last call.
    std::vector<question> take() {
        const std::lock_guard<std::mutex> held(lock_);
        return std::exchange(asked_, {});
    }

    std::map<std::string, http_response> pages{{metadata_url, {200, {}, metadata()}}};
    std::map<std::string, std::string> tokens; ///< what is known of each
    int status = 200;                          ///< of the introspection endpoint
    bool is_down = false;
    std::function<void()> meanwhile; ///< while a token is asked about

private:
    static question read(const fetch_request& wanted) {
        question q;
        q.url = wanted.url.text();
        q.largest_body = wanted.largest_body;
        q.time_limit = wanted.time_limit;
        if (wanted.form == nullptr) return q;
        q.is_post = true;
        q.authorization = wanted.form->authorization.reveal();
        q.sent = form::parse(wanted.form->body.reveal(), {64, 8192}).value().parameters();
        return q;
    }

    std::mutex lock_;
    std::vector<question> asked_;
};

inline introspected_issuer trust() {
    introspected_issuer t;
    t.issuer = issuer;
    t.client_id = "gate";
    t.client_secret = secret{"s3cret"};
    return t;
}

/// A gate before two resources that asks about every token.
inline resource_server_config config(introspected_issuer introspected = trust(),
                                     std::vector<trusted_issuer> trusted = {}) {
    auto c = foreign::config(std::move(trusted));
    c.introspected = std::move(introspected);
    return c;
}

class gate {
public:
    explicit gate(introspected_issuer with = trust()) : gate(config(std::move(with))) {}
    explicit gate(resource_server_config c, attempt_limiter* limiter = nullptr)
        : rs(make(std::move(c), limiter)) {
        know("good");
    }

    /// What the provider says of a good token; `with` is put in front of the other members.
    [[nodiscard]] std::string active(const std::string& with = {}, seconds lifetime = 1h,
                                     const std::string& type = "Bearer") const {
        const auto t = to_unix_seconds(clock.now());
        return R"({"active":true,)" + with + R"("iss":"https://id.example","sub":"alice",)" +
               R"("aud":")" + gates::notes + R"(","client_id":"app","scope":"mcp","token_type":")" +
               type + R"(","iat":)" + std::to_string(t) + R"(,"exp":)" +
               std::to_string(t + lifetime.count()) + "}";
    }
    void know(const std::string& token) { site.tokens[token] = active(); }

    [[nodiscard]] admission admit(const std::string& token, const std::string& source = "192.0.2.1",
                                  const scope_set& needed = {}) const {
        auto request = gates::request(token);
        request.source = source;
        return rs.admit(request, needed);
    }
    /// The status of what `admit` answers; 0 where it lets the caller in.
    [[nodiscard]] int status(const std::string& token,
                             const std::string& source = "192.0.2.1") const {
        const auto decided = admit(token, source);
        const auto* answer = std::get_if<http_response>(&decided);
        return answer == nullptr ? 0 : answer->status;
    }
    /// The status, and the kind and reason of the only event.
    [[nodiscard]] std::string verdict(const std::string& token,
                                      const std::string& source = "192.0.2.1") {
        const auto code = std::to_string(status(token, source));
        const auto told = events.take();
        if (told.empty()) return code;
        if (told.size() > 1) return code + " and " + std::to_string(told.size()) + " events";
        return code + " " + std::string{name(told[0].kind)} + " " + std::string{told[0].reason};
    }
    /// How many tokens were asked about since the last question was taken.
    [[nodiscard]] std::size_t questions() {
        std::size_t posts = 0;
        for (const auto& each : site.take())
            if (each.is_post) ++posts;
        return posts;
    }

    mutable provider site;
    memory_store store;
    testing::manual_clock clock;
    testing::counting_random random;
    testing::recording_events events;
    resource_server rs;

private:
    resource_server make(resource_server_config c, attempt_limiter* limiter) {
        return given::must(resource_server::make(
            std::move(c), {&store, &events, &clock, &random, &site, limiter}));
    }
};

} // namespace asking
