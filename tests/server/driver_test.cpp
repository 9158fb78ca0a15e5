#include "mcp_oauth/server/driver.hpp"

#include <memory>
#include <stdexcept>

#include "mcp_oauth/ports/memory_store.hpp"
#include "support/catch.hpp"

using namespace mcp_oauth;

namespace {

// Throws from every function: a database driver that has lost its connection.
class throwing_store final : public record_store {
public:
    expected<std::optional<record>, unavailable> load(std::string_view) override { fail(); }
    create_result create(const record&) override { fail(); }
    write_outcome replace(const record&, const record_version&) override { fail(); }
    write_outcome erase(std::string_view, const record_version&) override { fail(); }
    expected<record_page, unavailable> list(record_kind, std::string_view, std::string_view,
                                            std::size_t) override {
        fail();
    }

private:
    [[noreturn]] static void fail() { throw std::runtime_error("connection lost"); }
};

class some_registry final : public client_registry {
public:
    expected<std::optional<client>, unavailable> find(std::string_view client_id) override {
        if (client_id == "throw") throw 1;
        if (client_id == "nobody") return std::optional<client>{};
        client found;
        found.client_id = client_id;
        return std::optional<client>{found};
    }
};

class some_fetcher final : public http_fetcher {
public:
    expected<http_response, fetch_error> fetch(const fetch_request& wanted) override {
        if (wanted.url.path() == "/throw") throw std::bad_alloc();
        if (wanted.url.path() == "/refuse") return unexpected{fetch_error::refused_address};
        if (wanted.form != nullptr)
            return http_response{200, {}, std::string{wanted.form->body.reveal()}};
        return http_response{302, {}, wanted.url.text()};
    }
};

fetch_step fetch(std::string_view url) {
    fetch_step s;
    s.wanted.url = *uri::parse(url);
    return s;
}

record some_record() {
    record r;
    r.key = "k";
    r.subject_owner = "alice";
    r.body = "{}";
    return r;
}

template <class Answer> Answer carried(const step& s, const step_ports& ports) {
    auto given = carry_out(s, ports);
    REQUIRE(std::holds_alternative<Answer>(given));
    return std::get<Answer>(std::move(given));
}

} // namespace

TEST_CASE("each step of the store is carried out and answered in kind", "[driver]") {
    memory_store store;
    const step_ports ports{&store, nullptr, {}};
    CHECK(!*carried<load_answer>(load_step{"k"}, ports));
    CHECK(carried<create_answer>(create_step{some_record()}, ports).outcome == write_outcome::done);
    CHECK(carried<create_answer>(create_step{some_record()}, ports).existing.has_value());
    CHECK((*carried<load_answer>(load_step{"k"}, ports))->body == "{}");
    CHECK(carried<replace_answer>(replace_step{some_record(), {}}, ports).outcome ==
          write_outcome::done);
    CHECK(carried<list_answer>(list_step{record_kind::grant, "alice", "", 9}, ports)
              ->records.size() == 1);
    CHECK(carried<erase_answer>(erase_step{"k", {9}}, ports).outcome == write_outcome::conflict);
    CHECK(carried<erase_answer>(erase_step{"k", {}}, ports).outcome == write_outcome::done);
}

TEST_CASE("clients are found and octets signed by those whom the host named", "[driver]") {
    some_registry registry;
    const step_ports ports{nullptr, &registry, [](const sign_step& wanted) {
                               return expected<std::string, unavailable>{
                                   wanted.key_id + " signed " + wanted.octets};
                           }};
    CHECK((*carried<find_client_answer>(find_client_step{"app"}, ports))->client_id == "app");
    CHECK(!*carried<find_client_answer>(find_client_step{"nobody"}, ports));
    CHECK(*carried<sign_answer>(sign_step{"key", "octets"}, ports) == "key signed octets");
}

TEST_CASE("URLs are fetched by the fetcher, and its answer is handed on as it is",
          "[driver][MCP-SEC-07]") {
    some_fetcher fetcher;
    step_ports ports;
    ports.fetcher = &fetcher;
    const auto found = carried<fetch_answer>(fetch("https://id.example/jwks"), ports);
    REQUIRE(found);
    CHECK(found->status == 302);
    CHECK(found->body == "https://id.example/jwks");
    auto with_form = fetch("https://id.example/introspect");
    with_form.wanted.form = std::make_shared<form_post>(form_post{secret{"token=x"}, secret{}});
    CHECK(carried<fetch_answer>(with_form, ports)->body == "token=x");
    CHECK(carried<fetch_answer>(fetch("https://id.example/refuse"), ports).error() ==
          fetch_error::refused_address);
    CHECK(carried<fetch_answer>(fetch("https://id.example/throw"), ports).error() ==
          fetch_error::unavailable);
    CHECK(carried<fetch_answer>(fetch("https://id.example/jwks"), {}).error() ==
          fetch_error::unavailable);
}

TEST_CASE("what a port throws is its failure: a read is unavailable, a write's outcome unknown",
          "[driver][MCP-ERR-07]") {
    throwing_store store;
    some_registry registry;
    const step_ports ports{&store, &registry,
                           [](const sign_step&) -> sign_answer { throw std::bad_alloc(); }};
    CHECK(!carried<load_answer>(load_step{"k"}, ports));
    CHECK(!carried<list_answer>(list_step{record_kind::grant, "a", "", 1}, ports));
    CHECK(!carried<find_client_answer>(find_client_step{"throw"}, ports));
    CHECK(!carried<sign_answer>(sign_step{"key", "x"}, ports));
    CHECK(carried<create_answer>(create_step{some_record()}, ports).outcome ==
          write_outcome::unknown);
    CHECK(carried<replace_answer>(replace_step{some_record(), {}}, ports).outcome ==
          write_outcome::unknown);
    CHECK(carried<erase_answer>(erase_step{"k", {}}, ports).outcome == write_outcome::unknown);
}

TEST_CASE("a port that is not there is unavailable, and nothing was written", "[driver]") {
    const step_ports none;
    CHECK(!carried<load_answer>(load_step{"k"}, none));
    CHECK(!carried<list_answer>(list_step{record_kind::grant, "a", "", 1}, none));
    CHECK(!carried<find_client_answer>(find_client_step{"app"}, none));
    CHECK(!carried<sign_answer>(sign_step{"key", "x"}, none));
    CHECK(carried<create_answer>(create_step{some_record()}, none).outcome ==
          write_outcome::unavailable);
    CHECK(carried<replace_answer>(replace_step{some_record(), {}}, none).outcome ==
          write_outcome::unavailable);
    CHECK(carried<erase_answer>(erase_step{"k", {}}, none).outcome == write_outcome::unavailable);
}

TEST_CASE("an operation is run step by step to its end", "[driver]") {
    class two_loads final : public operation_state<int> {
    public:
        two_loads() { pending = load_step{"k"}; }
        void resume(step_answer&& given) override {
            found_ += std::get<load_answer>(given)->has_value() ? 1 : 0;
            if (++loads_ == 2) result = found_;
        }

    private:
        int loads_ = 0;
        int found_ = 0;
    };
    memory_store store;
    (void)store.create(some_record());
    CHECK(run(operation<int>{std::make_unique<two_loads>()}, {&store, nullptr, {}}) == 2);
}
