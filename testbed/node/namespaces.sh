# shellcheck shell=bash
# The node: namespaces of its own for the network, for mounts and for processes, held open by a first process that does
# nothing. Ending that process ends every process of the node, and with them go its mounts, interfaces and rules:
# the kernel sees to it, whatever state a start or a stop was left in.

node_create() {
    local launcher
    setsid unshare --net --mount --pid --fork --mount-proc --propagation private \
        "$CACHE/$PAUSE/pause" < /dev/null > "$LOGS/node.log" 2>&1 9<&- &
    launcher=$!
    local first=""
    for _ in $(seq 50); do
        first=$(pgrep --parent "$launcher") && break
        sleep 0.1
    done
    [ -n "$first" ] || die "the node's namespaces could not be made: $(cat "$LOGS/node.log")"
    printf '%s %s\n' "$first" "$(start_ticks "$first")" > "$STATE/node"
    # What the namespaces are called, so that it can be checked afterwards that none of them is left.
    for kind in net mnt pid; do
        readlink "/proc/$first/ns/$kind"
    done > "$STATE/namespaces"
}

node_first_process() { # prints the id of the node's first process, as the machine counts, if it runs
    local pid ticks
    read -r pid ticks 2> /dev/null < "$STATE/node" || return 1
    [ "$(start_ticks "$pid")" = "$ticks" ] && printf '%s\n' "$pid"
}

in_node() { # COMMAND...: runs it as a process of the node
    local first
    first=$(node_first_process) || die "the testbed is not running (make testbed)"
    nsenter --target "$first" --net --mount --pid --wdns=/ -- "$@" 9<&-
}

node_end() {
    local first
    if first=$(node_first_process); then
        kill -KILL "$first"
        for _ in $(seq 300); do
            node_first_process > /dev/null || return 0
            sleep 0.1
        done
        die "process $first, the node's first, does not end"
    fi
}

node_end_visitors() { # NAMESPACES: ends what `enter` started in the node's network and still runs
    local process signal found
    for signal in TERM KILL; do
        found=no
        for process in /proc/[0-9]*; do
            if grep --quiet --fixed-strings --line-regexp "$(readlink "$process/ns/net" 2> /dev/null || echo gone)" <<< "$1"; then
                say "ending process ${process##*/}, which runs in the testbed's network: $(tr '\0' ' ' < "$process/cmdline")"
                kill "-$signal" "${process##*/}" 2> /dev/null || true
                found=yes
            fi
        done
        [ "$found" = yes ] || return 0
        sleep 1
    done
}
