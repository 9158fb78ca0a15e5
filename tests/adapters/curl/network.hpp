#pragma once

#include <string>
#include <vector>

/// The network as this program sees it. `getaddrinfo` and `connect` of the C library are the test's
/// own: names resolve to what it says, and no connection leaves the machine.
namespace network {

/// What `name`, as `getaddrinfo` is asked for it, resolves to: the first call gives the first
/// answer, and the last one stays. A name that is not told of does not exist.
void resolve(const std::string& name, std::vector<std::vector<std::string>> answers);

/// A connection to `address` fails; by default every one succeeds and ends at the same port of this
/// machine.
void unreachable(const std::string& address);
/// Connections to port 443 end at this port.
void serve_https_at(int port);

/// The names that were asked for, in order, and the addresses that were connected to.
[[nodiscard]] std::vector<std::string> asked();
[[nodiscard]] std::vector<std::string> connected();

/// Whether this machine can open sockets of IPv6 at all.
[[nodiscard]] bool has_ipv6();

/// Forgets all of it.
void reset();

} // namespace network
