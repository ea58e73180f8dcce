#!/usr/bin/env bash
# down.sh [--locked]: ends the testbed and removes every trace of it, also of one that was left half started. Fails, and
# says what is left, if anything is. --locked: the caller (up.sh) holds the lock already.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
. "$here/settings.sh"
for part in report lock process cache entries; do
    . "$here/lib/$part.sh"
done
. "$here/node/namespaces.sh"
. "$here/node/cgroups.sh"
. "$here/node/checks.sh"

[ "$(id --user)" -eq 0 ] || die "needs root (try: sudo make testbed-down)"
[ "${1:-}" = --locked ] || take_lock
if [ ! -e "$STATE" ] && [ -z "$(cgroups_left)" ]; then
    say "no testbed runs"
    exit 0
fi

began=$SECONDS
namespaces=$(cat "$STATE/namespaces" 2> /dev/null || true)
before=$(cat "$STATE/machine-before" 2> /dev/null || machine_snapshot)
node_end
if [ -n "$namespaces" ]; then node_end_visitors "$namespaces"; fi
cgroups_remove
rm -rf --one-file-system "$STATE"

for _ in 1 2 3 4 5; do # the kernel may need a moment
    left=$(left_behind "$namespaces" "$before")
    [ -n "$left" ] || break
    sleep 0.5
done
[ -z "$left" ] || die "this is left of the testbed:
$left"
say "the testbed is gone, in $((SECONDS - began)) s: no process, mount, interface, control group, rule or file is left"
