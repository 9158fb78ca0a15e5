#!/bin/sh
# Runs Node.js: sh run.sh ARGUMENT... Without one it says so and ends with 77, which ctest counts as
# skipped, never as passed.
set -u

node=${MCP_OAUTH_NODE:-$(command -v node)}
if [ "$("$node" -p 'process.versions.node.split(".")[0] >= 18' 2>/dev/null)" != true ]; then
    echo "skipped: Node.js 18 or later is needed, see tests/run.sh"
    exit 77
fi
exec "$node" "$@"
