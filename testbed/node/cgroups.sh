# shellcheck shell=bash
# The control group that all pods of the testbed live in: /podpilot-testbed in each hierarchy. Version 1 has a hierarchy
# for each controller, version 2 a single one. A kubelet of the machine itself uses /kubepods and is not disturbed.

cgroup_hierarchies() { # the mount points of all hierarchies
    awk '$3 == "cgroup" || $3 == "cgroup2" {print $2}' /proc/mounts
}

cgroups_create() {
    local cores mount
    cores=$(nproc)
    for mount in $(cgroup_hierarchies); do
        if [ -f "$mount/cgroup.controllers" ] && grep --quiet cpu "$mount/cgroup.controllers"; then # version 2
            # Controllers work in a group only if its parent hands them on. systemd does so on most machines.
            for controller in cpu cpuset hugetlb io memory pids; do # the kubelet insists on all it knows
                grep --quiet --word-regexp "$controller" "$mount/cgroup.controllers" || continue
                grep --quiet --word-regexp "$controller" "$mount/cgroup.subtree_control" ||
                    echo "+$controller" > "$mount/cgroup.subtree_control"
            done
        fi
        mkdir -p "$mount/$CGROUP"
        if [ -f "$mount/$CGROUP/cpuset.cpus" ] && [ ! -f "$mount/cgroup.controllers" ]; then # version 1: empty at first
            cat "$mount/cpuset.cpus" > "$mount/$CGROUP/cpuset.cpus"
            cat "$mount/cpuset.mems" > "$mount/$CGROUP/cpuset.mems"
        fi
        # All pods together weigh as much against other work as the machine has cores, as the kubelet would arrange it.
        if [ -f "$mount/$CGROUP/cpu.shares" ]; then echo $((cores * 1024)) > "$mount/$CGROUP/cpu.shares"; fi
        if [ -f "$mount/$CGROUP/cpu.weight" ]; then echo $((cores * 39)) > "$mount/$CGROUP/cpu.weight"; fi
    done
}

cgroups_remove() { # innermost first; a group that still empties itself is tried again
    local mount
    for _ in $(seq 50); do
        for mount in $(cgroup_hierarchies); do
            if [ -d "$mount/$CGROUP" ]; then
                find "$mount/$CGROUP" -depth -type d -exec rmdir --ignore-fail-on-non-empty {} + 2>/dev/null || true
            fi
        done
        [ -n "$(cgroups_left)" ] || return 0
        sleep 0.1
    done
}

cgroups_left() {
    local mount
    for mount in $(cgroup_hierarchies); do
        if [ -d "$mount/$CGROUP" ]; then printf '%s\n' "$mount/$CGROUP"; fi
    done
}
