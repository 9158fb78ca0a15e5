#include "adapters/curl/network.hpp"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <map>
#include <mutex>

#include <arpa/inet.h>
#include <dlfcn.h>
#include <netdb.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

namespace network {

namespace {

struct {
    std::mutex lock;
    std::map<std::string, std::vector<std::vector<std::string>>> answers;
    std::vector<std::string> unreachable;
    std::vector<std::string> asked;
    std::vector<std::string> connected;
    int https_port = 0;
} state;

// The C library's own function of this name, and its type.
#define MCP_OAUTH_REAL(function)                                                                   \
    reinterpret_cast<decltype(&::function)>(::dlsym(RTLD_NEXT, #function))

std::vector<std::string> next_answer(const std::string& name) {
    const std::lock_guard held(state.lock);
    state.asked.push_back(name);
    auto& answers = state.answers[name];
    if (answers.empty()) return {};
    const auto answer = answers.front();
    if (answers.size() > 1) answers.erase(answers.begin());
    return answer;
}

addrinfo* numeric(const std::string& address, const addrinfo* hints) {
    addrinfo exact = hints != nullptr ? *hints : addrinfo{};
    exact.ai_flags = AI_NUMERICHOST;
    addrinfo* found = nullptr;
    static const auto real = MCP_OAUTH_REAL(getaddrinfo);
    return real(address.c_str(), nullptr, &exact, &found) == 0 ? found : nullptr;
}

// A destination on this machine in place of `wanted`, of the same family.
sockaddr_storage here(const sockaddr* wanted, std::string& address) {
    sockaddr_storage to{};
    char text[INET6_ADDRSTRLEN] = "";
    if (wanted->sa_family == AF_INET) {
        auto& v4 = reinterpret_cast<sockaddr_in&>(to);
        std::memcpy(&v4, wanted, sizeof v4);
        ::inet_ntop(AF_INET, &v4.sin_addr, text, sizeof text);
        v4.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        if (v4.sin_port == htons(443)) v4.sin_port = htons(std::uint16_t(state.https_port));
    } else {
        auto& v6 = reinterpret_cast<sockaddr_in6&>(to);
        std::memcpy(&v6, wanted, sizeof v6);
        ::inet_ntop(AF_INET6, &v6.sin6_addr, text, sizeof text);
        ::inet_pton(AF_INET6, "::ffff:127.0.0.1", &v6.sin6_addr);
        if (v6.sin6_port == htons(443)) v6.sin6_port = htons(std::uint16_t(state.https_port));
    }
    address = text;
    return to;
}

} // namespace

void resolve(const std::string& name, std::vector<std::vector<std::string>> answers) {
    const std::lock_guard held(state.lock);
    state.answers[name] = std::move(answers);
}
void unreachable(const std::string& address) {
    const std::lock_guard held(state.lock);
    state.unreachable.push_back(address);
}
void serve_https_at(int port) {
    const std::lock_guard held(state.lock);
    state.https_port = port;
}
std::vector<std::string> asked() {
    const std::lock_guard held(state.lock);
    return state.asked;
}
std::vector<std::string> connected() {
    const std::lock_guard held(state.lock);
    return state.connected;
}
bool has_ipv6() {
    const int one = ::socket(AF_INET6, SOCK_STREAM, 0);
    if (one >= 0) ::close(one);
    return one >= 0;
}
void reset() {
    const std::lock_guard held(state.lock);
    state.answers.clear();
    state.unreachable.clear();
    state.asked.clear();
    state.connected.clear();
    state.https_port = 0;
}

} // namespace network

// What a program defines, its shared libraries use: libcurl comes here.
extern "C" {

int getaddrinfo(const char* name, const char*, const addrinfo* hints, addrinfo** found) {
    addrinfo* first = nullptr;
    for (const auto& address : network::next_answer(name != nullptr ? name : "")) {
        auto* one = network::numeric(address, hints);
        if (one == nullptr) continue;
        one->ai_next = first;
        first = one;
    }
    *found = first;
    return first != nullptr ? 0 : EAI_NONAME;
}

void freeaddrinfo(addrinfo* found) {
    static const auto real = MCP_OAUTH_REAL(freeaddrinfo);
    while (found != nullptr) {
        auto* one = found;
        found = found->ai_next;
        one->ai_next = nullptr;
        real(one);
    }
}

int connect(int socket, const sockaddr* wanted, socklen_t size) {
    static const auto real = MCP_OAUTH_REAL(connect);
    if (wanted->sa_family != AF_INET && wanted->sa_family != AF_INET6)
        return real(socket, wanted, size);
    std::string address;
    sockaddr_storage to{};
    {
        const std::lock_guard held(network::state.lock);
        to = network::here(wanted, address);
        network::state.connected.push_back(address);
        const auto& none = network::state.unreachable;
        if (std::find(none.begin(), none.end(), address) != none.end()) {
            errno = ENETUNREACH;
            return -1;
        }
    }
    return real(socket, reinterpret_cast<const sockaddr*>(&to), size);
}

} // extern "C"
