# shellcheck shell=bash
# What the machine looks like from outside the node, to be able to say that nothing stays behind.

machine_snapshot() { # interfaces, named network namespaces and firewall chains of the machine itself, one a line
    ip -brief link | awk '{print "interface", $1}'
    ip netns list | awk '{print "network-namespace", $1}'
    local tool
    for tool in iptables-nft-save iptables-legacy-save; do
        if [ -x "$CACHE/$NODE_FILES/usr/sbin/$tool" ]; then
            LD_LIBRARY_PATH="$CACHE/$NODE_FILES/usr/lib/$(uname --machine)-linux-gnu" \
                XTABLES_LIBDIR="$CACHE/$NODE_FILES/usr/lib/$(uname --machine)-linux-gnu/xtables" \
                "$CACHE/$NODE_FILES/usr/sbin/$tool" 2> /dev/null | awk -v tool="$tool" '/^:|^-A/ {print tool, $1, $2}'
        fi
    done
}

left_behind() { # NAMESPACES MACHINE-BEFORE: prints what is left of the testbed, one line each
    local namespaces=$1 before=$2 process kind namespace
    for process in /proc/[0-9]*; do
        for kind in net mnt pid; do
            namespace=$(readlink "$process/ns/$kind" 2> /dev/null) || continue
            if [ -n "$namespaces" ] && grep --quiet --fixed-strings --line-regexp "$namespace" <<< "$namespaces"; then
                printf 'process %s\n' "$(basename "$process") $(tr '\0' ' ' < "$process/cmdline" 2> /dev/null)"
                break
            fi
        done
        if grep --quiet --fixed-strings "$STATE" "$process/mountinfo" 2> /dev/null; then
            printf 'mount seen by process %s\n' "$(basename "$process")"
        fi
    done
    cgroups_left | sed 's/^/control group /'
    [ ! -e "$STATE" ] || printf 'folder %s\n' "$STATE"
    comm -13 <(sort <<< "$before") <(machine_snapshot | sort) |
        grep --extended-regexp 'KUBE-|CNI-|node0|veth|network-namespace' || true
}
