#include "adapters/owned_grants.hpp"

#include "adapters/redis/given_redis.hpp"

TEST_CASE("a user's and a client's grants are listed and ended over every page in Redis",
          "[redis][owned_grants]") {
    const given_redis::server redis{{"appendonly no"}};
    auto store = redis.store();
    owned_grants::check(store);
}
