// expect: use of deleted function | call to deleted function
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

void serve(http_server& http, mcp_oauth::authorization_server& issuer) {
    const auto source_of = [](const auto&) { return std::string{}; };
#ifndef WITHOUT_THE_MISUSE
    mcp_oauth::mount(http, std::move(issuer), mcp_oauth::cors_policy{{"*"}}, source_of);
#else
    mcp_oauth::mount(http, issuer, mcp_oauth::cors_policy{{"*"}}, source_of);
#endif
}
