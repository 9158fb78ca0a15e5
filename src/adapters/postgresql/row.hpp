#pragma once

#include <cstddef>
#include <optional>

#include "adapters/postgresql/connection.hpp"
#include "adapters/postgresql/parameters.hpp"
#include "mcp_oauth/ports/record_store.hpp"

/// Records to rows and back.
namespace mcp_oauth {
inline namespace v0 {
namespace postgresql {

/// Adds what the columns after the key hold, in their order. `r` must outlive the statement.
void bind_row(parameters& values, const record& r);

/// The record in one row of a `SELECT` of all columns, in the binary form.
/// Errors: nothing where this library cannot have written it, such as a kind of a later one.
[[nodiscard]] std::optional<record> row_at(const result& rows, int index);

/// How many rows a statement wrote.
[[nodiscard]] std::size_t affected(const result& rows) noexcept;

} // namespace postgresql
} // namespace v0
} // namespace mcp_oauth
