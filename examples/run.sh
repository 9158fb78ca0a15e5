#!/bin/sh
# Builds the example server and starts it: sh examples/run.sh [its flags]
# With --build-only it stops after the build and prints the program's path as its last line.
# Installs what is missing (Debian and its kin; elsewhere it is named). Builds in build/examples.
set -eu

root=$(cd "$(dirname "$0")/.." && pwd)
. "$root/cmake/environment.sh"
build=$root/build/examples

# Standard output is the server's alone: scripts wait there for its "ready" line.
# shellcheck disable=SC2086 # these are lists of words
need $library_packages $example_packages
configure "$build" -DCMAKE_BUILD_TYPE=Release -DMCP_OAUTH_BUILD_TESTS=OFF >&2
cmake --build "$build" --target mcp_server >&2

program=$build/examples/mcp_server/mcp_server
if [ "${1:-}" = --build-only ]; then
    echo "$program"
    exit 0
fi
exec "$program" "$@"
