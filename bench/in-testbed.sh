#!/usr/bin/env bash
# in-testbed.sh ARGUMENTS...: runs `podpilot-experiments ARGUMENTS` in the testbed's network, with the generator and the
# pods before everything else on the machine. Work in the idle class (chrt --idle 0) is not enough for that: it still
# takes about a tenth of a CPU from a pod that is busy all the time, and a knee moves by points.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
. "$here/../testbed/settings.sh"
[ "$(id --user)" -eq 0 ] || { echo "in-testbed.sh: needs root" >&2; exit 1; }
[ -d "$STATE" ] || { echo "in-testbed.sh: the testbed is not running (make testbed)" >&2; exit 1; }

cargo build --quiet --release --locked --package podpilot-experiments
program=${CARGO_TARGET_DIR:-$here/../target}/release/podpilot-experiments

# All pods of the testbed are in one group; control groups of version 1 and 2 name its weight differently.
weight=/sys/fs/cgroup/cpu/$CGROUP/cpu.shares highest=262144
[ -e "$weight" ] || { weight=/sys/fs/cgroup/$CGROUP/cpu.weight highest=10000; }
before=$(cat "$weight")
trap 'echo "$before" > "$weight"' EXIT
echo "$highest" > "$weight"
# The generator sends on time only if it need not wait for a pod that computes.
first=(chrt --rr 1)
"${first[@]}" true 2> /dev/null || first=(nice --adjustment=-20)
"${first[@]}" "$here/../testbed/enter" "$program" "$@"
