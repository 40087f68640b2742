# A PostgreSQL cluster of its own on 127.0.0.1, for as long as somebody holds the standard input open. Says `ready` each time it
# answers; takes the orders `crash` (kill -9), `stop` (what waits is ended) and `start`, one a line. $1 is the folder of
# PostgreSQL's programs, $2 an empty folder that is removed in the end, $3 the port; what follows are settings.
bin=$1 dir=$2 port=$3
shift 3

"$bin/initdb" -D "$dir/data" -U grantor --auth=trust --no-sync --encoding=UTF8 --locale=C >"$dir/log" 2>&1 || { cat "$dir/log" >&2; exit 1; }

start() {
    # After a crash the memory of the one before may be in use for a moment.
    for _ in $(seq 100); do
        "$bin/postgres" -D "$dir/data" -p "$port" -c listen_addresses=127.0.0.1 -c unix_socket_directories= "$@" >>"$dir/log" 2>&1 &
        pid=$!
        while kill -0 "$pid" 2>/dev/null; do
            if "$bin/pg_isready" -q -h 127.0.0.1 -p "$port"; then echo ready; return; fi
            sleep 0.02
        done
        sleep 0.1
    done
    cat "$dir/log" >&2
}

end() {
    kill "-$1" "$pid" 2>/dev/null
    wait "$pid" 2>/dev/null
}

start "$@"
while read -r order; do
    case $order in
        crash) end KILL; echo ended ;;
        stop) end INT; echo ended ;;
        start) start "$@" ;;
    esac
done
end INT
rm -rf "$dir"
