// The example server: an MCP server, its OAuth 2.1 authorization server and its resource-server
// guard, in one process. README.md says how to use it; `assembly.cpp` is where the library is put
// to work.
#include <csignal>
#include <cstdio>
#include <ctime>
#include <exception>
#include <fstream>
#include <iterator>
#include <memory>
#include <string>
#include <variant>

#include "assembly.hpp"
#include "config.hpp"
#include "http_server.hpp"
#include "options.hpp"

namespace {

using namespace mcp_server;

constexpr int wrong_use = 2;

int fail(const std::string& line) {
    std::fprintf(stderr, "mcp_server: %s\n", line.c_str());
    return wrong_use;
}

/// SIGTERM and SIGINT wait until somebody asks for them, in every thread. Call it before any is
/// started.
sigset_t hold_back_signals() {
    sigset_t ends;
    sigemptyset(&ends);
    sigaddset(&ends, SIGTERM);
    sigaddset(&ends, SIGINT);
    pthread_sigmask(SIG_BLOCK, &ends, nullptr);
    return ends;
}

config read_config(const std::string& file) {
    if (file.empty()) return parse_config("{}");
    std::ifstream in(file, std::ios::binary);
    if (!in) throw config_fault("", "cannot be read");
    const std::string text{std::istreambuf_iterator<char>{in}, {}};
    return parse_config(text);
}

std::string origin_of(const std::string& host, int port) {
    const bool v6 = host.find(':') != std::string::npos;
    return "http://" + (v6 ? '[' + host + ']' : host) + ':' + std::to_string(port);
}

int serve(const options& chosen) {
    const auto ends = hold_back_signals();
    auto wanted = read_config(chosen.config_file);
    std::unique_ptr<audit_log> audit;
    if (!chosen.audit.empty()) {
        audit = audit_log::open(chosen.audit);
        if (!audit) return fail("--audit: cannot be opened: " + chosen.audit);
    }
    http_server http;
    const int port = http.bind(chosen.host, chosen.port);
    if (port == 0) return fail("--port: cannot listen at " + origin_of(chosen.host, chosen.port));
    const auto origin = origin_of(chosen.host, port);
    const auto servers = assembly::make(std::move(wanted), origin, audit.get(), chosen.store);
    if (!http.start([&](const auto& request) { return servers->web().respond(request); }))
        return fail("--host: cannot accept connections at " + origin);
    std::printf("ready %s\n", origin.c_str());
    std::fflush(stdout);

    // Until a signal comes, there is nothing to do here but to clean up once a minute.
    const timespec minute{60, 0};
    while (sigtimedwait(&ends, nullptr, &minute) < 0) servers->sweep();
    http.stop();
    return 0;
}

} // namespace

int main(int argc, char** argv) {
    const auto parsed = parse_options(argc, argv);
    if (const auto* stopped = std::get_if<stop>(&parsed)) {
        std::fprintf(stopped->status == 0 ? stdout : stderr, "%s\n", stopped->text.c_str());
        return stopped->status;
    }
    const auto& chosen = std::get<options>(parsed);
    try {
        return serve(chosen);
    } catch (const config_fault& fault) {
        return fail((chosen.config_file.empty() ? "" : chosen.config_file + ": ") + fault.what());
    } catch (const storage_fault& fault) {
        return fail(std::string{"--storage: "} + fault.what());
    } catch (const std::exception& error) {
        return fail(error.what());
    }
}
