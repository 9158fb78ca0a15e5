#pragma once

#include <memory>
#include <string>

#include "database.hpp"
#include "mcp_oauth/testing/fault_proxy.hpp"

namespace postgresql_tests {

/// A way to the private server on which faults happen when they are asked for.
inline std::shared_ptr<testing::fault_proxy> proxy_to_server() {
    std::shared_ptr<testing::fault_proxy> proxy = testing::fault_proxy::to_socket(
        first_line_of("place") + "/.s.PGSQL." + first_line_of("port"));
    REQUIRE(proxy);
    return proxy;
}
inline std::string connection_through(const testing::fault_proxy& proxy) {
    return "host=127.0.0.1 port=" + std::to_string(proxy.port()) + " user=tester dbname=postgres";
}

} // namespace postgresql_tests
