#pragma once

#include "outcomes.hpp"

/// Clients that register themselves.
namespace given {

inline http_request registration_request(std::string document) {
    return {"POST",      "/register", {{"Content-Type", "application/json"}}, std::move(document),
            "192.0.2.1", "request-1"};
}
inline http_response registered(const server& s, std::string document) {
    return s.as.handle(registration_request(std::move(document)));
}
/// A public client at the usual callback.
inline const std::string plain_registration =
    R"({"redirect_uris":["http://127.0.0.1:4711/callback"],"token_endpoint_auth_method":"none"})";
/// The same, with refresh tokens.
inline const std::string refreshing_registration =
    R"({"redirect_uris":["http://127.0.0.1:4711/callback"],"token_endpoint_auth_method":"none",)"
    R"("client_name":"Registered","grant_types":["authorization_code","refresh_token"]})";
inline std::string registered_id(const server& s,
                                 const std::string& document = plain_registration) {
    const auto response = registered(s, document);
    REQUIRE(response.status == 201);
    return member(response, "client_id");
}
inline std::string error_body(std::string_view code, std::string_view sentence) {
    return "{\"error\":\"" + std::string{code} + "\",\"error_description\":\"" +
           std::string{sentence} + "\"}";
}

} // namespace given
