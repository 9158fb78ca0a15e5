#!/bin/sh
# server.sh start|stop|restart|kill DIR [CONFIGURATION ...]: a private Redis server for tests.
#
# It listens on a Unix socket only, appends every write to its file before it answers, and keeps
# everything in DIR; its URI stands in DIR/uri. `start` waits until it answers, and does nothing
# where one runs; `kill` ends it as a crash would; `stop` leaves nothing behind. Each CONFIGURATION
# is a line of redis.conf, for this start alone.
set -eu

verb=$1
mkdir -p "$2"
dir=$(cd "$2" && pwd -P)
shift 2

pid() { cat "$dir/pid" 2>/dev/null; }
runs() { [ -n "$(pid)" ] && kill -0 "$(pid)" 2>/dev/null; }

wait_until() { # for ten seconds at most
    tries=0
    until "$@"; do
        tries=$((tries + 1))
        [ "$tries" -lt 500 ] || return 1
        sleep 0.02
    done
}

socket() { cat "$dir/socket"; }
answers() { [ "$(redis-cli -s "$(socket)" ping 2>/dev/null)" != "" ]; }
is_gone() { ! runs; }

start() {
    if runs; then return; fi
    for tool in redis-server redis-cli; do
        command -v $tool >/dev/null || { echo "$tool is not installed" >&2; exit 1; }
    done
    # The path of a socket has 107 octets at most, so it does not lie in DIR.
    [ -f "$dir/socket" ] || echo "$(mktemp -d /tmp/mcp_oauth_redis.XXXXXX)/socket" >"$dir/socket"
    {
        printf '%s\n' "port 0" "unixsocket $(socket)" "dir $dir" "pidfile $dir/pid" \
            "daemonize yes" "logfile $dir/log" "save \"\"" "appendonly yes" "appendfsync always"
        for line in "$@"; do printf '%s\n' "$line"; done
    } >"$dir/redis.conf"
    redis-server "$dir/redis.conf" >>"$dir/log"
    wait_until answers || { tail "$dir/log" >&2; exit 1; }
    echo "unix:$(socket)" >"$dir/uri"
}

end_it() { # SIGNAL
    if runs; then
        kill "-$1" "$(pid)"
        wait_until is_gone
    fi
    rm -f "$dir/pid"
}

case $verb in
start) start "$@" ;;
stop)
    end_it TERM
    if [ -f "$dir/socket" ]; then rm -rf "$(dirname "$(socket)")"; fi
    rm -rf "$dir"
    ;;
restart)
    end_it TERM
    start "$@"
    ;;
kill) end_it KILL ;;
*)
    echo "server.sh start|stop|restart|kill DIR" >&2
    exit 2
    ;;
esac
