#include "adapters/owned_grants.hpp"

#include "adapters/sqlite/given_sqlite.hpp"

using namespace sqlite_tests;

TEST_CASE("grants are listed and revoked by user and by client over every page on SQLite",
          "[sqlite]") {
    const scratch folder;
    auto store = opened(folder.path());
    owned_grants::check(store);
}
