# shellcheck shell=sh disable=SC2034,SC2154
# Sourced by tests/run.sh, examples/run.sh and .ci/run, with `root` set: what they need, and how to
# get it. Debian and its kin install what is missing; elsewhere it is named.

library_packages="g++ cmake ninja-build ccache pkg-config libssl-dev nlohmann-json3-dev"
library_packages="$library_packages libsqlite3-dev libpq-dev libhiredis-dev libcurl4-openssl-dev"
example_packages="libcpp-httplib-dev libcli11-dev"
test_packages="catch2 postgresql redis-server libboost-dev doxygen"

# A cache hit must not depend on where the clone lies, nor on when its files were written.
export CCACHE_BASEDIR="$root" CCACHE_NOHASHDIR=1
export CCACHE_SLOPPINESS=pch_defines,time_macros,include_file_mtime,include_file_ctime

say() { echo "$*" >&2; }

installed() {
    dpkg-query -W -f='${db:Status-Status}\n' "$1" 2>/dev/null | grep -qx installed
}

# need PACKAGE...: installs those that are missing. Fails, and says which, if that cannot be done.
need() {
    if ! command -v apt-get >/dev/null; then
        need_elsewhere "$@"
        return
    fi
    missing=
    for package in "$@"; do installed "$package" || missing="$missing $package"; done
    [ -n "$missing" ] || return 0

    say "installing:$missing"
    as_root=
    if [ "$(id -u)" -ne 0 ]; then
        if ! command -v sudo >/dev/null; then
            say "missing, and only root can install them:$missing"
            return 1
        fi
        as_root=sudo
    fi
    # shellcheck disable=SC2086 # these are lists of words
    if $as_root apt-get update -qq >&2 &&
        $as_root env DEBIAN_FRONTEND=noninteractive \
            apt-get install -qq -y --no-install-recommends $missing >&2; then
        return 0
    fi
    say "could not be installed:$missing"
    return 1
}

# Other systems name their packages otherwise, so here tools and pkg-config's modules are asked for.
need_elsewhere() {
    missing=
    modules="libcrypto nlohmann_json"
    case " $* " in *" libcli11-dev "*) modules="$modules cpp-httplib CLI11" ;; esac
    case " $* " in *" catch2 "*) modules="$modules catch2" ;; esac
    for tool in c++ cmake ninja pkg-config; do
        command -v "$tool" >/dev/null || missing="$missing $tool"
    done
    for module in $modules; do
        pkg-config --exists "$module" 2>/dev/null || missing="$missing $module"
    done
    [ -n "$missing" ] || return 0
    say "missing:$missing"
    return 1
}

# configure BUILD_FOLDER [flags]
configure() {
    folder=$1
    shift
    if command -v ccache >/dev/null; then set -- -DCMAKE_CXX_COMPILER_LAUNCHER=ccache "$@"; fi
    cmake -S "$root" -B "$folder" -G Ninja "$@"
}
