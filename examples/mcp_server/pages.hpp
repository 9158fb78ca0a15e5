#pragma once

#include <optional>
#include <string>
#include <vector>

#include "mcp_oauth/grammar/http_message.hpp"
#include "mcp_oauth/server/authorization_server.hpp"

/// What people see. Each page is one card of plain HTML: no script, nothing from elsewhere,
/// readable without its style. Every text from outside is escaped.
namespace mcp_server {

/// Who wants the user to sign in, as `interaction` and `consent_view` have it.
struct applicant {
    std::string name;           ///< may be empty
    bool is_configured = false; ///< the operator says the name; otherwise the application itself
    std::string redirect_host;  ///< empty: a scheme of the application's own
};
template <class Told> applicant applicant_of(const Told& told) {
    return {told.client_name, told.provenance == mcp_oauth::client_provenance::configured,
            told.redirect_host};
}

/// The form with `username` and `password`.
struct login_page {
    std::string form_token;
    std::string ticket; ///< of the request that waits for it; empty: somebody just wants to sign in
    std::string username; ///< put in already
    std::string problem;  ///< what went wrong the last time; empty: nothing
    int status = 200;
    /// Nothing: it is not known here. The form brings it back, for when it has to be shown again.
    std::optional<applicant> who;
};

/// The form with the buttons `decision=allow` and `decision=deny`.
struct consent_page {
    const mcp_oauth::consent_view& view;
    std::string form_token;
    std::string login_ticket; ///< to begin again as somebody else
    std::string username;
};

/// Something is wrong, and no redirect can tell: what happened, and what to do now.
struct trouble_page {
    int status = 400;
    std::string code; ///< for machines and for bug reports
    std::string headline;
    std::string explanation;
    std::vector<std::string> steps;
};

/// The front page: what this server is, and who is signed in.
struct home_page {
    std::string resource;
    std::string form_token; ///< for signing out
    std::string username;   ///< empty: nobody
};

[[nodiscard]] mcp_oauth::http_response render(const login_page& page);
[[nodiscard]] mcp_oauth::http_response render(const consent_page& page);
[[nodiscard]] mcp_oauth::http_response render(const trouble_page& page);
[[nodiscard]] mcp_oauth::http_response render(const home_page& page);

/// The page for a refusal of the library's that cannot travel by redirect.
[[nodiscard]] mcp_oauth::http_response render(const mcp_oauth::error_page& page);

} // namespace mcp_server
