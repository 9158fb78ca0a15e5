#!/bin/sh
# What the library costs those who use it: how long a source file compiles that includes the umbrella header,
# against one that includes the standard headers it needs anyway, and how large the library is.
#   sh tests/bench/footprint.sh BUILD_FOLDER
set -eu
build=${1:?the folder of a Release build}
root=$(cd "$(dirname "$0")/../.." && pwd)
cxx=${CXX:-g++}
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT

printf '#include <mcp_oauth/mcp_oauth.hpp>\n' > "$scratch/umbrella.cpp"
for header in string string_view vector optional variant chrono functional memory; do
    printf '#include <%s>\n' "$header"
done > "$scratch/basket.cpp"

once() { # milliseconds of processor time of one compilation: what else runs here does not count
    times > "$scratch/begin"
    "$cxx" -std=c++17 -O2 -I "$root/include" -c "$1" -o "$scratch/out.o"
    times > "$scratch/end"
    awk 'FNR == 2 { # of the children: user, system
             split($1, user, /[ms]/)
             split($2, kernel, /[ms]/)
             spent = 60 * (user[1] + kernel[1]) + user[2] + kernel[2]
             if (NR == FNR) before = spent
             else printf "%d\n", 1000 * (spent - before)
         }' "$scratch/begin" "$scratch/end"
}
best() { # the best of nine, by turns with the other one
    sort -n "$1" | head -n 1
}
i=0
while [ $i -lt 9 ]; do
    once "$scratch/umbrella.cpp" >> "$scratch/umbrella.ms"
    once "$scratch/basket.cpp" >> "$scratch/basket.ms"
    i=$((i + 1))
done
a=$(best "$scratch/umbrella.ms")
b=$(best "$scratch/basket.ms")
echo "umbrella header $a ms, basket $b ms, ratio $(awk "BEGIN { printf \"%.2f\", $a / $b }")"

library=$(find "$build" -name 'libmcp_oauth.a' | head -n 1)
[ -n "$library" ] || { echo "no libmcp_oauth.a below $build"; exit 1; }
cp "$library" "$scratch/stripped.a"
strip --strip-debug --strip-unneeded "$scratch/stripped.a"
echo "library $(wc -c < "$scratch/stripped.a") octets stripped;" \
     "text and data $(size -t "$scratch/stripped.a" | tail -n 1 | awk '{ print $1 + $2 }') octets"
