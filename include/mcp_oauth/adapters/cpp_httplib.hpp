#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "mcp_oauth/grammar/http_message.hpp"
#include "mcp_oauth/server/authorization_server.hpp"
#include "mcp_oauth/server/cors.hpp"
#include "mcp_oauth/server/resource_server.hpp"

/// cpp-httplib, whichever version the host has: nothing here names one of its types, and its header
/// is not included. Include it first, with the macros that it was built with.
///
///     httplib::Server http;
///     mcp_oauth::mount(http, issuer);
///     mcp_oauth::mount(http, gate);
///     http.Post("/mcp", [&](const httplib::Request& in, httplib::Response& out) {
///         const auto who = mcp_oauth::admitted(gate, in, out, {"notes:read"});
///         if (who) out.set_content(answer(in.body, *who), "application/json");
///     });
///
/// Never call the gate in the pre-routing hook: it runs before the body is read, and before version
/// 0.40 a refusal there leaves the body on the connection, to be served as the next request.
namespace mcp_oauth {
inline namespace v0 {

namespace detail {

/// All but the target, the body and the source.
template <class Request> [[nodiscard]] http_request head_of(const Request& in) {
    http_request request;
    request.method = in.method;
    for (const auto& field : in.headers) request.headers.push_back({field.first, field.second});
    return request;
}

} // namespace detail

/// The request as it came: raw target, repeated fields, raw body. `source` is the peer's address;
/// behind a proxy that the host trusts, put the forwarded one in its place (BCP-15), and tell
/// `mount` where it is.
template <class Request> [[nodiscard]] http_request from_httplib(const Request& in) {
    auto request = detail::head_of(in);
    request.target = in.target;
    request.body = in.body;
    request.source = in.remote_addr;
    return request;
}

/// Puts `answer` into `out` as it is. Requires: `out` has no status, no body and no field of the
/// same name yet. Other fields may be there, such as the `Set-Cookie` of a login.
template <class Response> void to_httplib(const http_response& answer, Response& out) {
    out.status = answer.status;
    std::string content_type;
    for (const auto& field : answer.headers) {
        const bool counted = equal_ignoring_case(field.name, "content-length");
        if (equal_ignoring_case(field.name, "content-type"))
            content_type = field.value;
        else if (!counted || answer.body.empty()) // httplib counts a body itself
            out.set_header(field.name, field.value);
    }
    if (!answer.body.empty())
        out.set_content(answer.body, content_type);
    else if (!content_type.empty())
        out.set_header("Content-Type", content_type);
}

/// Who is calling, or nothing, and then `out` holds the refusal. For route handlers.
template <class Request, class Response>
[[nodiscard]] std::optional<principal> admitted(const resource_server& gate, const Request& in,
                                                Response& out, const scope_set& needed = {},
                                                std::string_view resource = {}) {
    auto decision = gate.admit(from_httplib(in), needed, resource);
    if (auto* who = std::get_if<principal>(&decision)) return std::move(*who);
    to_httplib(std::get<http_response>(decision), out);
    return std::nullopt;
}

/// A route handler for pages of other origins too: it answers preflights, and adds to what
/// `handler` answers what lets the page read it. Route OPTIONS to it as well; see `cors_policy` for
/// where.
///
///     const auto mcp = mcp_oauth::with_cors(cors, [&](const auto& in, auto& out) { … });
///     http.Post("/mcp", mcp).Get("/mcp", mcp).Options("/mcp", mcp);
template <class Handler> [[nodiscard]] auto with_cors(cors_policy cors, Handler handler) {
    return [cors = std::move(cors), handler = std::move(handler)](const auto& in, auto& out) {
        const auto head = detail::head_of(in);
        if (const auto answer = cors.preflight(head)) return to_httplib(*answer, out);
        handler(in, out);
        out.headers.erase("Access-Control-Expose-Headers"); // of the gate's challenge
        for (const auto& field : cors.headers_for(head)) out.set_header(field.name, field.value);
    };
}

namespace detail {

/// A pattern for the path that httplib decodes `path` to. Which raw path it is, `handle` decides.
[[nodiscard]] inline std::string route_pattern(std::string_view path) {
    const auto value_of = [](char c) {
        const auto at = std::string_view{"0123456789abcdef0123456789ABCDEF"}.find(c);
        return at == std::string_view::npos ? -1 : static_cast<int>(at % 16);
    };
    std::string pattern;
    for (std::size_t i = 0; i < path.size(); ++i) {
        char c = path[i];
        if (c == '%' && i + 2 < path.size() && value_of(path[i + 1]) >= 0 &&
            value_of(path[i + 2]) >= 0) {
            c = static_cast<char>(value_of(path[i + 1]) * 16 + value_of(path[i + 2]));
            i += 2;
        }
        if (std::string_view{"\\^$.|?*+()[]{}"}.find(c) != std::string_view::npos) pattern += '\\';
        if (c == ':') // newer versions take "/:name" for a parameter
            pattern += "[:]";
        else
            pattern += c;
    }
    return pattern;
}

/// Every method, so that a wrong one is answered with 405 and `Allow`; HEAD comes with GET.
template <class Server, class Handler>
void route(Server& http, const std::string& pattern, const Handler& handler) {
    http.Get(pattern, handler);
    http.Post(pattern, handler);
    http.Put(pattern, handler);
    http.Patch(pattern, handler);
    http.Delete(pattern, handler);
}

/// The patterns of every path of `service`, each once.
template <class Service>
[[nodiscard]] std::vector<std::string> patterns_of(const Service& service) {
    std::vector<std::string> patterns;
    for (const auto& each : service.endpoints()) {
        auto pattern = route_pattern(each.path);
        bool known = false;
        for (const auto& other : patterns) known = known || other == pattern;
        if (!known) patterns.push_back(std::move(pattern));
    }
    return patterns;
}

/// The source of a request that came without a proxy.
struct peer_address {
    template <class Request> [[nodiscard]] std::string operator()(const Request& in) const {
        return in.remote_addr;
    }
};

template <class Service, class SourceOf = peer_address>
[[nodiscard]] auto handler_of(const Service& service, SourceOf source_of = {}) {
    return [&service, source_of = std::move(source_of)](const auto& in, auto& out) {
        auto request = from_httplib(in);
        request.source = source_of(in);
        to_httplib(service.handle(request), out);
    };
}

template <class Server, class Service> void mount_endpoints(Server& http, const Service& service) {
    for (const auto& pattern : patterns_of(service)) route(http, pattern, handler_of(service));
}

template <class Server, class Service, class SourceOf = peer_address>
void mount_endpoints(Server& http, const Service& service, const cors_policy& cors,
                     SourceOf source_of = {}) {
    const auto serve = with_cors(cors, handler_of(service, std::move(source_of)));
    for (const auto& pattern : patterns_of(service)) {
        route(http, pattern, serve);
        http.Options(pattern, serve);
    }
}

} // namespace detail

/// Routes what clients call directly to `issuer`, which must outlive `http`. The authorization
/// endpoint is the host's: it shows pages.
///
/// Without `cors` no client that runs in a browser gets in, and preflights (OPTIONS) are left to
/// the host; with it both are served.
/// @{
template <class Server> void mount(Server& http, const authorization_server& issuer) {
    detail::mount_endpoints(http, issuer);
}
template <class Server>
void mount(Server& http, const authorization_server& issuer, const cors_policy& cors) {
    detail::mount_endpoints(http, issuer, cors);
}
template <class Server> void mount(Server& http, const authorization_server&& issuer) = delete;
template <class Server>
void mount(Server& http, const authorization_server&& issuer, const cors_policy& cors) = delete;
/// @}
/// The same behind a proxy. `source_of(request)` is the address of whoever called the proxy, for
/// limits and events (BCP-15): without it, all users have the proxy's address and share one limit.
/// Take it from a field that the proxy itself writes over what came, and that nobody can send
/// around it.
///
///     mcp_oauth::mount(http, issuer, cors, [](const httplib::Request& in) {
///         return in.get_header_value("X-Real-IP");
///     });
/// @{
template <class Server, class SourceOf>
void mount(Server& http, const authorization_server& issuer, const cors_policy& cors,
           SourceOf source_of) {
    detail::mount_endpoints(http, issuer, cors, std::move(source_of));
}
template <class Server, class SourceOf>
void mount(Server& http, const authorization_server&& issuer, const cors_policy& cors,
           SourceOf source_of) = delete;
/// @}
/// Routes the metadata documents to `gate`, which must outlive `http`; `cors` as above.
/// @{
template <class Server> void mount(Server& http, const resource_server& gate) {
    detail::mount_endpoints(http, gate);
}
template <class Server>
void mount(Server& http, const resource_server& gate, const cors_policy& cors) {
    detail::mount_endpoints(http, gate, cors);
}
template <class Server> void mount(Server& http, const resource_server&& gate) = delete;
template <class Server>
void mount(Server& http, const resource_server&& gate, const cors_policy& cors) = delete;
/// @}

/// Makes the caller known to code that is called from a handler and gets no request.
///
/// One thread's: a tool that runs on another, or in a coroutine that was suspended, finds nobody,
/// or somebody else.
class principal_scope {
public:
    /// From here on `current` is `who`, which must outlive this. Scopes may nest, and end in the
    /// reverse order.
    explicit principal_scope(const principal& who) noexcept
        : outer_(std::exchange(current_, &who)) {}
    ~principal_scope() { current_ = outer_; }
    principal_scope(const principal_scope&) = delete;
    principal_scope& operator=(const principal_scope&) = delete;

    /// The caller; null outside of every scope.
    [[nodiscard]] static const principal* current() noexcept { return current_; }

private:
    static inline thread_local const principal* current_ = nullptr;
    const principal* outer_;
};

} // namespace v0
} // namespace mcp_oauth
