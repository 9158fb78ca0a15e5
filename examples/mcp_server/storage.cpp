#include "storage.hpp"

#include <string_view>
#include <utility>

#include "mcp_oauth/ports/memory_store.hpp"

// Each of the library's stores is a component of its own; the build says which there are.
#if defined(MCP_SERVER_SQLITE)
#include "mcp_oauth/adapters/sqlite.hpp"
#endif
#if defined(MCP_SERVER_POSTGRESQL)
#include "mcp_oauth/adapters/postgresql.hpp"
#endif
#if defined(MCP_SERVER_REDIS)
#include "mcp_oauth/adapters/redis.hpp"
#endif

namespace mcp_server {
namespace {

using opened = mcp_oauth::expected<std::unique_ptr<mcp_oauth::record_store>, std::string>;
using kind = storage::kind;

constexpr std::pair<std::string_view, kind> schemes[] = {
    {"sqlite:", kind::sqlite}, {"postgresql:", kind::postgresql}, {"redis:", kind::redis}};

opened refused(std::string why) { return mcp_oauth::unexpected<std::string>{std::move(why)}; }

/// What the stores' own `open` gives, whichever it is.
template <class Store, class Error> opened ready(mcp_oauth::expected<Store, Error> store) {
    if (!store) return refused(std::move(store).error().problem);
    return std::unique_ptr<mcp_oauth::record_store>{std::make_unique<Store>(std::move(*store))};
}

} // namespace

std::optional<storage> storage::parse(const std::string& text) {
    if (text == "memory") return storage{};
    for (const auto& [scheme, where] : schemes) {
        if (text.compare(0, scheme.size(), scheme) != 0) continue;
        storage chosen{where, text.substr(scheme.size())};
        // redis:redis://host and redis://host are the same, and so for PostgreSQL.
        if (where != kind::sqlite && chosen.address.compare(0, 2, "//") == 0) chosen.address = text;
        if (chosen.address.empty()) return std::nullopt;
        return chosen;
    }
    return std::nullopt;
}

bool storage::is_built_in() const noexcept {
    switch (where) {
    case kind::memory: return true;
    case kind::sqlite:
#if defined(MCP_SERVER_SQLITE)
        return true;
#else
        return false;
#endif
    case kind::postgresql:
#if defined(MCP_SERVER_POSTGRESQL)
        return true;
#else
        return false;
#endif
    case kind::redis:
#if defined(MCP_SERVER_REDIS)
        return true;
#else
        return false;
#endif
    }
    return false;
}

std::optional<std::string> storage::secrets_file() const {
    if (where != kind::sqlite) return std::nullopt;
    return address + ".secrets";
}

opened open_store(const storage& chosen) {
    switch (chosen.where) {
    case kind::memory:
        return std::unique_ptr<mcp_oauth::record_store>{
            std::make_unique<mcp_oauth::memory_store>()};
    case kind::sqlite: {
#if defined(MCP_SERVER_SQLITE)
        mcp_oauth::sqlite_options wanted;
        wanted.path = chosen.address;
        return ready(mcp_oauth::sqlite_store::open(wanted));
#else
        break;
#endif
    }
    case kind::postgresql: {
#if defined(MCP_SERVER_POSTGRESQL)
        mcp_oauth::postgresql_options wanted;
        wanted.connection = chosen.address;
        return ready(mcp_oauth::postgresql_store::open(wanted));
#else
        break;
#endif
    }
    case kind::redis: {
#if defined(MCP_SERVER_REDIS)
        mcp_oauth::redis_options wanted;
        wanted.uri = chosen.address;
        return ready(mcp_oauth::redis_store::open(wanted));
#else
        break;
#endif
    }
    }
    return refused("not built in");
}

} // namespace mcp_server
