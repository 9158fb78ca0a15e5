#include "my_server.hpp"

#include <sstream>
#include <stdexcept>

#include <nlohmann/json.hpp>

#include "report.hpp"

namespace walk {

namespace oauth = mcp_oauth;

namespace {

oauth::client app(const char* client_id) {
    oauth::client c;
    c.client_id = client_id;
    c.redirect_uris = {"https://" + std::string{client_id} + ".example/callback"};
    return c;
}

} // namespace

void audit_log::on_event(const oauth::event& event) {
    if (event.kind != oauth::event_kind::would_be_refused) return;
    nlohmann::ordered_json line{{"at", migration::to_text(event.at)},
                                {"event", name(event.kind)},
                                {"client_id", event.client_id},
                                {"rule", event.reason},
                                {"requirement", event.requirement},
                                {"refused_by", {"strict"}},
                                {"count", event.count}};
    if (event.mcp_refuses) line["refused_by"].push_back("mcp");
    text_ += line.dump() + '\n';
}

my_server::my_server()
    : secret_(32, 's'), // yours are random, and in a file
      key_(oauth::signing_key::generate_es256().value()) {}

void my_server::restart(oauth::policy rules) {
    oauth::authorization_server_config config;
    config.issuer = "https://notes.example";
    config.resources = {"https://notes.example/mcp"};
    config.scopes_supported = config.default_scopes = {"notes"};
    config.secrets.push_back({oauth::secret{secret_}, oauth::secret_role::current});
    config.signing_keys = {key_};
    config.clients = {app("old-app"), app("older-app"), app("new-app")};
    config.policy = std::move(rules);
    oauth::server_ports ports{store_};
    ports.events = &events_;
    ports.clock = &clock_;
    auto made = oauth::authorization_server::make(std::move(config), ports);
    if (!made) throw std::runtime_error(made.error().member + ": " + made.error().problem);
    issuer_ = std::make_unique<oauth::authorization_server>(std::move(*made));
}

std::string my_server::report() {
    events_.flush(); // or wait for the hour to end
    std::istringstream lines{log_.text()};
    const auto since = migration::to_text(clock_.now() - std::chrono::hours{24} * 7);
    return migration::to_table(migration::read_report(lines, since));
}

} // namespace walk
