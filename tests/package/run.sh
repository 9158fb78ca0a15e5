#!/bin/sh
# Builds and runs a consumer for each way into a host's build: add_subdirectory, FetchContent,
# find_package, pkg-config, and a host without exceptions and RTTI; for the static and the shared library.
#
#     sh tests/package/run.sh [build folder]
set -eu

root=$(cd "$(dirname "$0")/../.." && pwd)
build=${1:-$root/build/package}
. "$root/cmake/environment.sh"
launcher=
if command -v ccache >/dev/null; then launcher=-DCMAKE_CXX_COMPILER_LAUNCHER=ccache; fi
rm -rf "$build"
mkdir -p "$build"
build=$(cd "$build" && pwd)

# What is said counts only if something fails.
quietly() {
    "$@" >"$build/log" 2>&1 || { cat "$build/log" >&2; echo "failed: $*" >&2; exit 1; }
}

# consumer NAME FOLDER [flags]: configures, builds and runs tests/package/FOLDER.
consumer() {
    name=$1 folder=$2
    shift 2
    quietly cmake -S "$root/tests/package/$folder" -B "$build/$name" -G Ninja $launcher "$@"
    quietly cmake --build "$build/$name"
    for program in consumer testing_consumer key_file_consumer stores_consumer bare_consumer; do
        if [ -x "$build/$name/$program" ]; then quietly "$build/$name/$program"; fi
    done
    echo "consumed: $name"
}

install_and_consume() {
    kind=$1 shared=$2
    shift 2
    quietly cmake -S "$root" -B "$build/$kind" -G Ninja $launcher -DBUILD_SHARED_LIBS="$shared" \
        -DMCP_OAUTH_BUILD_TESTS=OFF -DMCP_OAUTH_BUILD_EXAMPLES=OFF -DMCP_OAUTH_WERROR=ON "$@"
    quietly cmake --build "$build/$kind"
    quietly cmake --install "$build/$kind" --prefix "$build/staged"
    # Nothing in it may know where it was installed to.
    rm -rf "$build/$kind-prefix"
    mv "$build/staged" "$build/$kind-prefix"
    prefix=$build/$kind-prefix
    if grep -rIlE "nlohmann|$build|$root/" "$prefix" --include=*.cmake --include=*.pc; then
        echo "the installed package names nlohmann/json, or a folder of this machine" >&2
        exit 1
    fi

    consumer "$kind-find_package" find_package -DCMAKE_PREFIX_PATH="$prefix"

    PKG_CONFIG_PATH=$(dirname "$(find "$prefix" -name mcp_oauth.pc)")
    export PKG_CONFIG_PATH
    static=--static
    if [ "$shared" = ON ]; then static=; fi
    # shellcheck disable=SC2046,SC2086 # these are lists of flags
    quietly c++ -std=c++17 "$root/tests/package/main.cpp" -o "$build/pkg_config" \
        $(pkg-config --cflags mcp_oauth) $(pkg-config $static --libs mcp_oauth)
    quietly env LD_LIBRARY_PATH="$(dirname "$PKG_CONFIG_PATH")" "$build/pkg_config"
    echo "consumed: $kind-pkg_config"
}

# Where none of their libraries is installed the adapters are left out, and one that was asked for by
# name ends the configuration.
leave_out() {
    bare() {
        PKG_CONFIG_LIBDIR=$build/no_modules cmake -S "$root" -B "$build/bare" -G Ninja $launcher \
            -DMCP_OAUTH_BUILD_TESTS=OFF -DMCP_OAUTH_BUILD_EXAMPLES=OFF "$@" >"$build/log" 2>&1
    }
    rm -rf "$build/bare"
    bare || { cat "$build/log" >&2; echo "failed: without the adapters' libraries" >&2; exit 1; }
    for adapter in sqlite postgresql redis curl; do
        if ! grep -q "mcp_oauth::$adapter is left out" "$build/log" ||
            ninja -C "$build/bare" -t query "libmcp_oauth_$adapter.a" >/dev/null 2>&1; then
            echo "mcp_oauth::$adapter is not left out" >&2
            exit 1
        fi
    done
    for option in MCP_OAUTH_SQLITE MCP_OAUTH_POSTGRESQL MCP_OAUTH_REDIS MCP_OAUTH_CURL; do
        rm -rf "$build/bare"
        if bare "-D$option=ON" || ! grep -q "$option is ON, but" "$build/log"; then
            echo "$option=ON is not missed" >&2
            exit 1
        fi
    done
    echo "left out: the adapters whose libraries are missing"
}

leave_out
consumer subdirectory subdirectory -DMCP_OAUTH_SOURCE="$root"
consumer fetch_content fetch_content -DMCP_OAUTH_SOURCE="$root"
# The flags of CI's other builds of the two, so that one finds the other's objects in the cache.
install_and_consume static OFF \
    -DCMAKE_BUILD_TYPE=RelWithDebInfo -DCMAKE_CXX_FLAGS_RELWITHDEBINFO="-O2 -g1"
install_and_consume shared ON -DCMAKE_BUILD_TYPE=Debug -DCMAKE_CXX_FLAGS_DEBUG="-O1 -g0"
