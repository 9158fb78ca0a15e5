#pragma once

#include <memory>
#include <optional>
#include <string>

#include "mcp_oauth/ports/record_store.hpp"

namespace mcp_server {

/// Where grants and clients are kept, as the command line says it.
struct storage {
    enum class kind { memory, sqlite, postgresql, redis };
    kind where = kind::memory;
    std::string address; ///< a path, a conninfo or a URI; empty for memory

    /// `memory`, `sqlite:PATH`, `postgresql:CONNINFO` or `redis:URI`.
    /// Errors: nothing where it is none of these, or names no place.
    [[nodiscard]] static std::optional<storage> parse(const std::string& text);
    /// Whether this program was built with it.
    [[nodiscard]] bool is_built_in() const noexcept;

    /// The secrets file where the configuration names none: beside a SQLite store.
    [[nodiscard]] std::optional<std::string> secrets_file() const;
    /// Whether a restart finds everything again, so that the secrets must be found again too.
    [[nodiscard]] bool is_durable() const noexcept { return where != kind::memory; }
};

/// Errors: a sentence for the operator.
[[nodiscard]] mcp_oauth::expected<std::unique_ptr<mcp_oauth::record_store>, std::string>
open_store(const storage& chosen);

} // namespace mcp_server
