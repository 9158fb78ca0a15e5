#pragma once

#include <boost/beast/http/message.hpp>
#include <boost/beast/http/string_body.hpp>

#include "mcp_oauth/grammar/http_message.hpp"

/// Between Beast's messages and the library's. To copy: nothing here belongs to this example.

using beast_request = boost::beast::http::request<boost::beast::http::string_body>;
using beast_response = boost::beast::http::response<boost::beast::http::string_body>;

// [conversions]
/// The request as it came: raw target, repeated fields, raw body. `source` is the peer's address,
/// or what a proxy that you trust says of it.
inline mcp_oauth::http_request from_beast(beast_request&& in, std::string source) {
    mcp_oauth::http_request request;
    request.method = std::string{in.method_string()};
    request.target = std::string{in.target()};
    for (const auto& field : in) // each of those that are repeated
        request.headers.push_back({std::string{field.name_string()}, std::string{field.value()}});
    request.body = std::move(in.body());
    request.source = std::move(source);
    return request;
}

inline beast_response to_beast(const mcp_oauth::http_response& answer, bool head, bool keep_alive) {
    beast_response out;
    out.result(static_cast<unsigned>(answer.status));
    for (const auto& field : answer.headers) out.insert(field.name, field.value);
    out.keep_alive(keep_alive);
    out.body() = answer.body;
    if (!head) out.prepare_payload(); // the length of a HEAD is that of GET, or none: never 0
    return out;
}
// [conversions]
