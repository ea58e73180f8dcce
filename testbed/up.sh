#!/usr/bin/env bash
# up.sh: starts the testbed. Does nothing if it runs; clears away one that did not get that far. See README.md.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
# shellcheck disable=SC2034  # read by settings.sh
TESTBED_STARTING=yes
. "$here/settings.sh"
for part in report lock tools process cache entries; do
    . "$here/lib/$part.sh"
done
. "$here/node/namespaces.sh"
. "$here/node/cgroups.sh"
. "$here/node/checks.sh"

[ "$(id --user)" -eq 0 ] || die "needs root: it makes namespaces, control groups and mounts (try: sudo make testbed)"
[ -f /etc/debian_version ] || die "needs Debian or Ubuntu: it takes containerd, runc and nginx from their packages"
require_tools unshare:util-linux setsid:util-linux flock:util-linux pgrep:procps ip:iproute2 openssl:openssl curl:curl

close_inherited
take_lock
if [ -e "$STATE/complete" ] && node_first_process > /dev/null; then
    running=$(sed --quiet 's/^PROFILE=//p' "$STATE/settings.env")
    [ "$running" = "$PROFILE" ] ||
        die "a testbed with profile $running runs; to have profile $PROFILE, stop it first: make testbed-down"
    "$here/enter" kubectl get --raw /readyz --request-timeout=5s > /dev/null ||
        die "the testbed runs, but its apiserver does not answer: see $LOGS, or start anew after make testbed-down"
    say "the testbed already runs (profile $PROFILE); stop it with: make testbed-down"
    exit 0
fi
if [ -e "$STATE" ]; then
    say "clearing away what is left of an earlier testbed"
    "$here/down.sh" --locked
fi

case $PROFILE in default | kwok) ;; *) die "PROFILE=$PROFILE is not known; it is default or kwok" ;; esac
"$here/build.sh"

began=$SECONDS
mkdir -p "$STATE"/{bin,logs,pids,tmp,kubeconfig}
mkdir -m 700 "$STATE/pki"
machine_snapshot > "$STATE/machine-before"
for name in "${SETTINGS[@]}"; do printf '%s=%s\n' "$name" "${!name}"; done > "$STATE/settings.env"
for program in "$CACHE/$KUBERNETES"/* "$CACHE/$ETCD"/* "$CACHE/$METRICS_SERVER"/* "$CACHE/$PROMETHEUS"/*; do
    ln -s "$program" "$STATE/bin/"
done
if [ "$PROFILE" = kwok ]; then ln -s "$CACHE/$KWOK/kwok" "$STATE/bin/"; fi

started=no
give_up() {
    [ "$started" = no ] || return 0
    say "the testbed did not start. The ends of the logs:"
    tail -n 8 "$LOGS"/*.log >&2 || true
    "$here/down.sh" --locked
}
trap give_up EXIT
cgroups_create
node_create
in_node "$here/node/boot.sh"
started=yes
touch "$STATE/complete"
say "the testbed runs, started in $((SECONDS - began)) s. Try: testbed/enter kubectl get pods --all-namespaces"
