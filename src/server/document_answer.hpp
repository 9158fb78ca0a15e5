#pragma once

#include <string>
#include <string_view>

#include "mcp_oauth/base/clock.hpp"
#include "mcp_oauth/grammar/http_message.hpp"

namespace mcp_oauth {
inline namespace v0 {

/// A public document that never changes while the server runs.
/// Requires: `method` is `GET` or `HEAD`, which gets the length that GET has, and no body
/// (RFC 9110 §8.6, §9.3.2).
[[nodiscard]] inline http_response document_answer(std::string_view method,
                                                   const std::string& document,
                                                   std::string_view type, seconds max_age) {
    http_response found{200,
                        {{"Content-Type", std::string{type}},
                         {"Cache-Control", "public, max-age=" + std::to_string(max_age.count())}},
                        {}};
    if (method == "HEAD")
        found.headers.push_back({"Content-Length", std::to_string(document.size())});
    else
        found.body = document;
    return found;
}

} // namespace v0
} // namespace mcp_oauth
