#include <string>

#include "storage.hpp"
#include "support/catch.hpp"

using mcp_server::storage;

TEST_CASE("A storage is named by its kind and its address", "[examples][storage]") {
    const auto address = [](const std::string& text) { return storage::parse(text)->address; };
    CHECK(storage::parse("memory")->where == storage::kind::memory);
    CHECK(storage::parse("sqlite:a b.db")->where == storage::kind::sqlite);
    CHECK(address("sqlite:a b.db") == "a b.db");
    CHECK(address("sqlite:/var/lib/x.db") == "/var/lib/x.db");
    CHECK(storage::parse("postgresql:host=/run dbname=a")->where == storage::kind::postgresql);
    CHECK(address("postgresql:host=/run dbname=a") == "host=/run dbname=a");
    CHECK(address("postgresql://u@h/d") == "postgresql://u@h/d");
    CHECK(address("postgresql:postgresql://u@h/d") == "postgresql://u@h/d");
    CHECK(storage::parse("redis://h:1/2")->where == storage::kind::redis);
    CHECK(address("redis://h:1/2") == "redis://h:1/2");
    CHECK(address("redis:redis://h:1/2") == "redis://h:1/2");
    CHECK(address("redis:unix:/run/r.sock") == "unix:/run/r.sock");
    for (const auto* const none :
         {"", "memory:", "sqlite", "sqlite:", "redis:", "floppy:a", "SQLITE:a"})
        CHECK_FALSE(storage::parse(none));
}

TEST_CASE("The secrets lie beside a SQLite store, and have to be named for the others",
          "[examples][storage]") {
    CHECK(storage::parse("sqlite:a.db")->secrets_file() == "a.db.secrets");
    CHECK_FALSE(storage::parse("memory")->secrets_file());
    CHECK_FALSE(storage::parse("postgresql:x")->secrets_file());
    CHECK_FALSE(storage::parse("memory")->is_durable());
    for (const auto* const durable : {"sqlite:a", "postgresql:a", "redis:a"})
        CHECK(storage::parse(durable)->is_durable());
}
