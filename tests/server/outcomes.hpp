#pragma once

#include "given.hpp"

/// What the authorization endpoint ends in, taken apart.
namespace given {

using headers = std::vector<http_header>;

template <class Outcome> error_page the_page(Outcome outcome) {
    REQUIRE(std::holds_alternative<error_page>(outcome));
    return std::get<error_page>(std::move(outcome));
}
template <class Outcome> http_response the_redirect(Outcome outcome) {
    REQUIRE(std::holds_alternative<http_response>(outcome));
    auto redirect = std::get<http_response>(std::move(outcome));
    CHECK(redirect.status == 303);
    CHECK(redirect.body.empty());
    return redirect;
}
inline interaction the_interaction(authorize_outcome outcome) {
    REQUIRE(std::holds_alternative<interaction>(outcome));
    return std::get<interaction>(std::move(outcome));
}
inline consent_view the_view(authenticated_outcome outcome) {
    REQUIRE(std::holds_alternative<consent_view>(outcome));
    return std::get<consent_view>(std::move(outcome));
}

inline std::string location(const http_response& redirect) {
    return std::string{redirect.header("Location").value_or("")};
}
/// The whole `Location` of an error on its way back to the usual client.
inline std::string error_location(std::string_view code, std::string_view sentence,
                                  std::string_view state = "xyz") {
    fields answer{{"error", std::string{code}}, {"error_description", std::string{sentence}}};
    if (!state.empty()) answer.emplace_back("state", state);
    answer.emplace_back("iss", issuer);
    return std::string{callback} + "?" + encode(answer);
}

/// A page, a status and a code: never a redirect, never an interaction.
template <class Outcome> void check_page(const Outcome& outcome, int status, error_code code) {
    REQUIRE(std::holds_alternative<error_page>(outcome));
    CHECK(std::get<error_page>(outcome).status == status);
    CHECK(std::get<error_page>(outcome).why.code == code);
}
inline const error spent{error_code::invalid_request,
                         "this page has expired or was answered already; please start again"};
/// The page for a ticket that is good for nothing (any more).
template <class Outcome> void check_spent(const Outcome& outcome) {
    REQUIRE(std::holds_alternative<error_page>(outcome));
    CHECK(std::get<error_page>(outcome).status == 400);
    CHECK(std::get<error_page>(outcome).why == spent);
}

/// A web client with a redirect of its own, beside the usual two.
inline client web_client(std::string redirect = "https://c.example/cb") {
    client c;
    c.client_id = "web";
    c.client_name = "A web app";
    c.redirect_uris = {std::move(redirect)};
    c.application = application_type::web;
    return c;
}
/// The usual configuration, changed.
template <class Change> authorization_server_config config_but(Change change) {
    auto c = config(policy::mcp());
    change(c);
    return c;
}
/// What is wrong with a configuration: `member: problem`; empty where nothing is.
inline std::string fault_of(authorization_server_config c) {
    memory_store store;
    const auto made = authorization_server::make(std::move(c), {store});
    return made ? std::string{} : made.error().member + ": " + made.error().problem;
}
inline authorization_server_config config_with(client extra, policy rules = policy::mcp()) {
    auto c = config(std::move(rules));
    c.clients.push_back(std::move(extra));
    return c;
}
/// What every request of `web_client` differs in.
inline const fields as_web{{"client_id", "web"}, {"redirect_uri", "https://c.example/cb"}};

/// Every record of this kind that belongs to `owner`.
inline std::vector<record> records(const server& s, record_kind kind, const std::string& owner) {
    const auto page = s.store.list(kind, owner, {}, 1000);
    REQUIRE(page);
    return page->records;
}
inline const std::string owned_by_alice = "https://as.example#subject/alice";
inline const std::string owned_by_app = "https://as.example#client/app";

} // namespace given
