#include "adapters/owned_grants.hpp"

#include "database.hpp"

TEST_CASE("a user's and a client's grants are listed and ended over every page",
          "[postgresql][server][owned_grants]") {
    const postgresql_tests::database db;
    const auto store = db.open();
    owned_grants::check(*store);
}
