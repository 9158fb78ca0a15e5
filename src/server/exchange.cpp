#include "server/exchange.hpp"

#include <utility>

#include "mcp_oauth/grammar/json_writer.hpp"
#include "server/request_event.hpp"

namespace mcp_oauth {
inline namespace v0 {

exchange::exchange(std::shared_ptr<const server_state> server, http_request request)
    : server_(std::move(server)), request_(std::move(request)), arrived_(server_->clock.now()) {}

event exchange::describe(event_kind kind, std::string_view reason) const {
    event e = event_of(request_, arrived_);
    e.kind = kind;
    e.reason = reason;
    return e;
}

event exchange::describe(event_kind kind, const grant& g, std::string_view reason) const {
    event e = describe(kind, reason);
    e.grant_id = to_text(g.id);
    e.client_id = g.client_id;
    e.subject = g.subject;
    return e;
}

void exchange::report(const event& e) const noexcept {
    if (server_->events == nullptr) return;
#if defined(__cpp_exceptions)
    try {
        server_->events->on_event(e);
    } catch (...) {
        return; // an audit log that fails must not change an answer
    }
#else
    server_->events->on_event(e);
#endif
}

namespace {

template <class Question>
std::optional<seconds> guarded(attempt_limiter* limiter, Question question) noexcept {
    if (limiter == nullptr) return std::nullopt;
#if defined(__cpp_exceptions)
    try {
        return question(*limiter);
    } catch (...) {
        return std::nullopt;
    }
#else
    return question(*limiter);
#endif
}

} // namespace

std::optional<seconds> exchange::count_attempt(attempt what, std::string_view key) const noexcept {
    return guarded(server_->limiter,
                   [&](attempt_limiter& limiter) { return limiter.admit(what, key, arrived_); });
}
std::optional<seconds> exchange::must_wait(attempt what, std::string_view key) const noexcept {
    return guarded(server_->limiter,
                   [&](attempt_limiter& limiter) { return limiter.peek(what, key, arrived_); });
}

http_response json_answer(int status, std::string body) {
    return {status,
            {{"Content-Type", "application/json"},
             {"Cache-Control", "no-store"},
             {"Pragma", "no-cache"}},
            std::move(body)};
}

http_response error_answer(const error& why) {
    json_object_writer body;
    body.add("error", why.wire().name)
        .add_unless_empty("error_description", why.description.view());
    auto answer = json_answer(why.wire().http_status, body.take());
    // Any 401 carries a challenge, and Basic is what this endpoint understands (OA21-TOK-08).
    if (answer.status == 401)
        answer.headers.push_back({"WWW-Authenticate", "Basic realm=\"oauth\""});
    return answer;
}

http_response unavailable_answer() {
    auto answer = error_answer({error_code::temporarily_unavailable, "try again in a moment"});
    answer.headers.push_back({"Retry-After", "1"});
    return answer;
}

http_response method_not_allowed(std::string_view allow) {
    auto answer = error_answer({error_code::invalid_request, "the method is not allowed here"});
    answer.status = 405;
    answer.headers.push_back({"Allow", std::string{allow}});
    return answer;
}

http_response slow_down_answer(seconds wait) {
    auto answer = error_answer({error_code::temporarily_unavailable, "too many attempts"});
    answer.status = 429;
    answer.headers.push_back({"Retry-After", std::to_string(wait.count())});
    return answer;
}

http_response redirect_answer(std::string location) {
    return {303,
            {{"Location", std::move(location)},
             {"Cache-Control", "no-store"},
             {"Pragma", "no-cache"},
             {"Referrer-Policy", "no-referrer"},
             {"Content-Length", "0"}},
            {}};
}

} // namespace v0
} // namespace mcp_oauth
