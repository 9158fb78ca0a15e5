#!/bin/sh
# Runs one topic of the end-to-end tests: sh run.sh TOPIC.test.mjs SERVER ARTIFACTS
# Without what it needs it says so and ends with 77, which ctest counts as skipped, never as passed.
set -u

here=$(cd "$(dirname "$0")" && pwd)
skip() {
    echo "skipped: $*"
    exit 77
}

export MCP_OAUTH_SERVER="$2" MCP_OAUTH_ARTIFACTS="${MCP_OAUTH_ARTIFACTS:-$3}"
[ -x "$MCP_OAUTH_SERVER" ] || skip "the example server was not built (its dependencies are missing)"
[ -x "${MCP_OAUTH_NODE:-}" ] || skip "MCP_OAUTH_NODE names no Node.js, see tests/run.sh"
[ -d "${MCP_OAUTH_E2E_MODULES:-}" ] ||
    skip "MCP_OAUTH_E2E_MODULES names no folder with the npm packages, see tests/run.sh"
"$MCP_OAUTH_NODE" -e 'process.exit(require("module").registerHooks ? 0 : 1)' ||
    skip "Node.js 22.15 or later is needed, found $("$MCP_OAUTH_NODE" --version)"
case $1 in
chromium*) [ -x "${CHROMIUM:-}" ] || skip "CHROMIUM names no browser, see tests/run.sh" ;;
foreign_issuer*)
    [ -x "${MCP_OAUTH_RESOURCE_SERVER:-}" ] ||
        skip "examples/resource_server_only was not built (cpp-httplib or libcurl is missing)"
    command -v openssl >/dev/null || skip "openssl, which makes the certificate, is not there"
    ;;
esac
exec "$MCP_OAUTH_NODE" --import "$here/support/modules.mjs" --test --test-reporter=spec \
    --test-timeout=280000 --test-force-exit "$here/$1"
