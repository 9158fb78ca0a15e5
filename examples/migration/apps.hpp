#pragma once

#include <string>

#include "mcp_oauth/server/authorization_server.hpp"
#include "mcp_oauth/testing/manual_clock.hpp"

namespace walk {

/// An application of somebody else's, with its user alice in front of it.
class app {
public:
    /// `knows_2_1`: whether it sends a code challenge and a resource, and takes up new refresh
    /// tokens. An OAuth 2.0 client does not.
    app(std::string client_id, bool knows_2_1)
        : client_id_(std::move(client_id)), knows_2_1_(knows_2_1) {}

    /// Returns, as below: `served`, or the error that the application is told.
    std::string log_in(const mcp_oauth::authorization_server& issuer, mcp_oauth::instant now);
    std::string refresh(const mcp_oauth::authorization_server& issuer);

    [[nodiscard]] const std::string& client_id() const noexcept { return client_id_; }

private:
    std::string redeem(const mcp_oauth::authorization_server& issuer, const std::string& code);
    [[nodiscard]] std::string callback() const {
        return "https://" + client_id_ + ".example/callback";
    }

    std::string client_id_;
    bool knows_2_1_;
    std::string refresh_token_;
};

} // namespace walk
