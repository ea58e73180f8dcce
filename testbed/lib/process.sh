# shellcheck shell=bash
# Processes of the node: started in a session of their own, found again by process id and start time.
# To be used inside the node's namespaces, where the ids are counted.

start_ticks() { # PID: when the process was started, in clock ticks since boot; tells a reused id from the old one
    local stat
    stat=$(cat "/proc/$1/stat" 2>/dev/null) || return 1
    stat=${stat##*) }
    # shellcheck disable=SC2086  # the fields are split on purpose; the 20th after the name is the start time
    set -- $stat
    printf '%s\n' "${20}"
}

launch() { # NAME COMMAND...
    local name=$1
    shift
    setsid "$@" >> "$LOGS/$name.log" 2>&1 < /dev/null 9<&- &
    printf '%s %s\n' "$!" "$(start_ticks $!)" > "$STATE/pids/$name"
}

process_id() { # NAME: prints the id if the process runs
    local pid ticks
    read -r pid ticks 2> /dev/null < "$STATE/pids/$1" || return 1
    [ "$(start_ticks "$pid")" = "$ticks" ] && printf '%s\n' "$pid"
}

stop_process() { # NAME: ask it and the processes of its group, wait 10 s, insist
    local pid
    pid=$(process_id "$1") || return 0
    kill -TERM -- "-$pid" 2> /dev/null || return 0
    for _ in $(seq 100); do
        process_id "$1" > /dev/null || break
        sleep 0.1
    done
    if process_id "$1" > /dev/null; then kill -KILL -- "-$pid"; fi
    rm -f "$STATE/pids/$1"
}

wait_until() { # SECONDS PROCESS COMMAND...: until COMMAND succeeds; fails at once when PROCESS ("-" for none) has ended
    local limit=$1 process=$2 deadline=$((SECONDS + $1))
    shift 2
    until "$@" > /dev/null 2>&1; do
        if [ "$process" != - ] && ! process_id "$process" > /dev/null; then
            say "$process has ended; the end of its log:"
            tail -n 15 "$LOGS/$process.log" >&2
            return 1
        fi
        if [ "$SECONDS" -ge "$deadline" ]; then
            say "not within $limit s: $*"
            return 1
        fi
        sleep 0.2
    done
}
