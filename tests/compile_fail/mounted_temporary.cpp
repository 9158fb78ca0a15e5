#include <string>
#include <utility>

#include "mcp_oauth/adapters/cpp_httplib.hpp"

struct http_server {
    template <class Handler> void Options(const std::string&, const Handler&) {}
    template <class Handler> void Get(const std::string&, const Handler&) {}
    template <class Handler> void Post(const std::string&, const Handler&) {}
    template <class Handler> void Put(const std::string&, const Handler&) {}
    template <class Handler> void Patch(const std::string&, const Handler&) {}
    template <class Handler> void Delete(const std::string&, const Handler&) {}
};

void serve(http_server& http, mcp_oauth::resource_server& gate,
           mcp_oauth::authorization_server& issuer, const mcp_oauth::cors_policy& cors) {
    const auto source_of = [](const auto&) { return std::string{}; };
// expect: use of deleted function | call to deleted function
#if MISUSE == 1
    mcp_oauth::mount(http, std::move(gate));
// expect: use of deleted function | call to deleted function
#elif MISUSE == 2
    mcp_oauth::mount(http, std::move(gate), cors);
// expect: use of deleted function | call to deleted function
#elif MISUSE == 3
    mcp_oauth::mount(http, std::move(issuer));
// expect: use of deleted function | call to deleted function
#elif MISUSE == 4
    mcp_oauth::mount(http, std::move(issuer), cors);
// expect: use of deleted function | call to deleted function
#elif MISUSE == 5
    mcp_oauth::mount(http, std::move(issuer), cors, source_of);
#endif
    mcp_oauth::mount(http, gate);
    mcp_oauth::mount(http, gate, cors);
    mcp_oauth::mount(http, issuer);
    mcp_oauth::mount(http, issuer, cors);
    mcp_oauth::mount(http, issuer, cors, source_of);
}
