// A host whose keys outlive it, as the header shows it.
#include <cstdio>

#include <mcp_oauth/adapters/key_file.hpp>

int main() {
    mcp_oauth::authorization_server_config config;
    const auto kept = mcp_oauth::load_or_create_keys("no/such/folder/keys", config);
    if (kept) return 1;
    std::puts(kept.error().problem.c_str());
    return kept.error().kind == mcp_oauth::key_file_failure::cannot_create ? 0 : 1;
}
