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

void serve(http_server& http, mcp_oauth::resource_server& gate) {
#ifndef WITHOUT_THE_MISUSE
    mcp_oauth::mount(http, std::move(gate), mcp_oauth::cors_policy{{"*"}});
#else
    mcp_oauth::mount(http, gate, mcp_oauth::cors_policy{{"*"}});
#endif
}
