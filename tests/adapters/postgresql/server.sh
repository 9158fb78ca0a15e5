#!/bin/sh
# A private PostgreSQL for the tests: sh server.sh start|stop|restart|kill DIR
#
# start    makes a cluster and starts it, unless it runs; DIR/uri then says how to reach it by its
#          socket (no password), DIR/tcp_uri by TCP on the loopback (with one)
# restart  stops it as an administrator does, or finds it dead, and starts it on the same data
# kill     kills it on the spot, as the machine losing power would
# stop     ends it and removes everything
#
# The cluster lies in /tmp: the path of a socket is short, and an unprivileged user can get there.
# The server refuses to run as root, so there it runs as `postgres` or `nobody`.
set -eu

verb=$1
dir=$2

say() { echo "server.sh: $*" >&2; }

find_tools() {
    if command -v pg_ctl >/dev/null; then return; fi
    # Debian and its kin, and Red Hat and its kin, keep each major version in a folder of its own.
    for bin in /usr/lib/postgresql/*/bin /usr/pgsql-*/bin; do
        if [ -x "$bin/pg_ctl" ] && [ -x "$bin/initdb" ]; then newest=$bin; fi
    done
    if [ -z "${newest:-}" ]; then
        say "no PostgreSQL server is installed"
        exit 1
    fi
    PATH=$newest:$PATH
}

# as_server COMMAND...: as a user that is not root.
as_server() {
    if [ "$(id -u)" -ne 0 ]; then "$@"; return; fi
    user=postgres
    id "$user" >/dev/null 2>&1 || user=nobody
    setpriv --reuid="$user" --regid="$(id -g "$user")" --clear-groups \
        env HOME=/tmp PATH="$PATH" "$@"
}

place() { cat "$dir/place" 2>/dev/null || true; }
running() { [ -n "$(place)" ] && as_server pg_ctl -D "$(place)/data" status >/dev/null 2>&1; }

make_cluster() {
    mkdir -p "$dir"
    made=$(as_server mktemp -d /tmp/mcp_oauth_pg.XXXXXX)
    echo "$made" >"$dir/place"
    as_server sh -c "echo 'the test password' >'$made/password'"
    as_server initdb -D "$made/data" -U tester --encoding=UTF8 --locale=C --auth-local=trust \
        --auth-host=scram-sha-256 --pwfile="$made/password" >"$dir/initdb.log"
}

# The port is taken if something else listens there; then the next one is tried.
start_on() {
    as_server pg_ctl -D "$made/data" -w -t 60 -l "$made/log" -o "-p $1 -k $made \
        -c listen_addresses=127.0.0.1 -c max_connections=200 -c max_prepared_transactions=8" \
        start >/dev/null 2>&1
}

start() {
    if running; then return; fi
    [ -n "$(place)" ] || make_cluster
    made=$(place)
    port=$(cat "$dir/port" 2>/dev/null || echo $((20000 + $$ % 10000)))
    tries=0
    until start_on "$port"; do
        tries=$((tries + 1))
        if [ "$tries" -ge 20 ]; then
            as_server tail -n 20 "$made/log" >&2
            exit 1
        fi
        # The processes of one that was killed take a moment to notice, and hold the data till then.
        if [ -f "$dir/port" ]; then sleep 0.3; else port=$((port + 1)); fi
    done
    echo "$port" >"$dir/port"
    echo "host=$made port=$port user=tester dbname=postgres" >"$dir/uri"
    echo "postgresql://tester:the%20test%20password@127.0.0.1:$port/postgres" >"$dir/tcp_uri"
}

case $verb in
start)
    find_tools
    start
    ;;
restart)
    find_tools
    if running; then as_server pg_ctl -D "$(place)/data" -w -m fast stop >/dev/null; fi
    start
    ;;
kill)
    find_tools
    if running; then
        postmaster=$(as_server head -n 1 "$(place)/data/postmaster.pid")
        children=$(ps -o pid= --ppid "$postmaster")
        # shellcheck disable=SC2086 # a list of processes
        kill -9 "$postmaster" $children 2>/dev/null || true
        # Where nobody reaps it, the dead process still looks alive to the next one.
        as_server rm -f "$(place)/data/postmaster.pid"
    fi
    ;;
stop)
    find_tools
    if running; then as_server pg_ctl -D "$(place)/data" -w -m immediate stop >/dev/null; fi
    made=$(place)
    case $made in /tmp/mcp_oauth_pg.*) rm -rf "$made" ;; esac
    rm -rf "$dir"
    ;;
*)
    say "start, stop, restart or kill"
    exit 2
    ;;
esac
