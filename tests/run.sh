#!/bin/sh
# Builds everything and runs every test: sh tests/run.sh [ctest flags, such as -R grant]
# Installs what is missing (Debian and its kin; elsewhere it is named). Builds in build/tests.
set -u

root=$(cd "$(dirname "$0")/.." && pwd)
. "$root/cmake/environment.sh"
build=$root/build/tests

# shellcheck disable=SC2086 # these are lists of words
need $library_packages $example_packages $test_packages || exit 1
. "$root/tests/support/node.sh"

# Assertions stay on; optimised, because some tests try every interleaving there is.
configure "$build" -DCMAKE_BUILD_TYPE=RelWithDebInfo -DCMAKE_CXX_FLAGS_RELWITHDEBINFO="-O2 -g1" \
    -DMCP_OAUTH_WERROR=ON || exit 1
cmake --build "$build" || exit 1
cd "$build" && exec ctest --output-on-failure --no-tests=error --timeout 600 -j2 "$@"
