#include "adapters/postgresql/row.hpp"

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <string_view>

namespace mcp_oauth {
inline namespace v0 {
namespace postgresql {

namespace {

enum column : int { key, kind, version, subject_owner, client_owner, expires_at, body, columns };

std::string_view octets(const PGresult* rows, int index, column which) noexcept {
    return {PQgetvalue(rows, index, which),
            static_cast<std::size_t>(PQgetlength(rows, index, which))};
}

std::int64_t big_endian(std::string_view octets) noexcept {
    std::uint64_t value = 0;
    for (const char c : octets) value = value << 8 | static_cast<unsigned char>(c);
    return static_cast<std::int64_t>(value);
}

} // namespace

void bind_row(parameters& values, const record& r) {
    values.text(name(r.kind))
        .uuid(r.version)
        .text(r.subject_owner)
        .text(r.client_owner)
        .bigint(to_unix_ms(r.expires_at))
        .jsonb(r.body);
}

std::optional<record> row_at(const result& rows, int index) {
    const PGresult* all = rows.get();
    if (PQnfields(all) != column::columns) return std::nullopt;
    const auto found_kind = record_kind_from(octets(all, index, kind));
    const auto found_version = octets(all, index, version);
    const auto found_expiry = octets(all, index, expires_at);
    auto found_body = octets(all, index, body);
    record r;
    if (!found_kind || found_version.size() != r.version.size() || found_expiry.size() != 8 ||
        found_body.empty() || found_body.front() != '\x01')
        return std::nullopt;
    found_body.remove_prefix(1); // the version of jsonb's binary form
    r.key = octets(all, index, key);
    r.kind = *found_kind;
    std::copy(found_version.begin(), found_version.end(), r.version.begin());
    r.subject_owner = octets(all, index, subject_owner);
    r.client_owner = octets(all, index, client_owner);
    r.expires_at = from_unix_ms(big_endian(found_expiry));
    r.body = found_body;
    return r;
}

std::size_t affected(const result& rows) noexcept {
    return std::strtoull(PQcmdTuples(rows.get()), nullptr, 10);
}

} // namespace postgresql
} // namespace v0
} // namespace mcp_oauth
