#!/usr/bin/env bash
# operator-e2e.sh: the operator on a real cluster (make operator-e2e). Installs the custom resource and podpilot's own rights on a
# new testbed, runs the operator as a process of the node with exactly these rights, and checks Observe, Direct and removal
# under our own load. About 12 minutes when everything is built.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
. "$here/settings.sh"
for part in report tools process checks; do
    . "$here/lib/$part.sh"
done
. "$here/node/namespaces.sh"

load="" operator=""

finish() { # on every way out: say why it failed, then take the testbed down
    local status=$?
    trap - EXIT
    for process in $load $operator; do kill "$process" 2> /dev/null || true; done
    if [ "$status" -ne 0 ] && [ -d "$STATE" ]; then
        in_testbed kubectl get aas,deployments,pods --all-namespaces --output=wide >&2 || true
        in_testbed kubectl get aas web --namespace=demo --output=yaml >&2 || true
        tail -n 30 "$STATE/operator.log" >&2 || true
    fi
    "$here/down.sh" || status=1
    exit "$status"
}

field() { # JSONPATH: of the AdaptiveAutoscaler
    in_testbed kubectl get aas web --namespace=demo --output="jsonpath=$1"
}

condition() { field "{.status.conditions[?(@.type==\"$1\")].status}"; }

becomes() { # SECONDS COMMAND...: until the command succeeds
    local deadline=$((SECONDS + $1))
    shift
    until "$@"; do
        [ "$SECONDS" -lt "$deadline" ] || return 1
        sleep 2
    done
}

decided() { [ -n "$(field '{.status.recommendedReplicas}')" ]; }
fitted() { [ "$(condition ServiceFitted)" = True ]; }
at_least() { [ "$(replicas)" -ge "$1" ]; }
at_most() { [ "$(replicas)" -le "$1" ]; }

# The operator's rights are those of its service account, so that what RBAC forgets is found here.
start_operator() {
    local token
    token=$(in_testbed kubectl create token podpilot --namespace=podpilot --duration=2h)
    cat > "$STATE/operator.conf" <<EOF
apiVersion: v1
kind: Config
clusters: [{name: testbed, cluster: {server: "https://$NODE_ADDRESS:6443", certificate-authority: $PKI/ca.crt}}]
users: [{name: podpilot, user: {token: $token}}]
contexts: [{name: testbed, context: {cluster: testbed, user: podpilot}}]
current-context: testbed
EOF
    in_testbed env KUBECONFIG="$STATE/operator.conf" "$podpilot" operator --lease-namespace podpilot --identity e2e \
        --admin 127.0.0.1:18080 2>> "$STATE/operator.log" &
    operator=$!
}

send() { # RPS SECONDS: in the background
    in_testbed "$podpilot" load "http://$GATEWAY_ADDRESS/" --rps "$1" --duration-s "$2" \
        --header 'Accept-Encoding: gzip' --output json > "$STATE/load-$1.json" &
    load=$!
}

[ "$(id --user)" -eq 0 ] || die "needs root, as the testbed does"
require_tools cargo:cargo jq:jq curl:curl
if node_first_process > /dev/null; then
    die "a testbed runs, and this test needs a new one; stop it with: make testbed-down"
fi
podpilot=${PODPILOT:-} # a binary that is built already
if [ -z "$podpilot" ]; then
    (cd "$here/.." && cargo build --quiet --release --locked --package podpilot --features cluster)
    podpilot=${CARGO_TARGET_DIR:-$here/../target}/release/podpilot
fi

trap finish EXIT
"$here/up.sh"
in_testbed kubectl apply --filename="$here/../deployments/install.yaml" >&2
# The operator runs as a process: its Deployment would want an image.
in_testbed kubectl delete deployment podpilot-operator --namespace=podpilot >&2
start_operator
in_testbed kubectl apply --filename="$here/manifests/adaptive-autoscaler.yaml" >&2

check "the operator decides" becomes 60 decided
# Loads that differ, so that a request's cost can be told from idling.
send 20 150; wait "$load"
send 60 150; wait "$load"
load=""
check "the service model is fitted to the workload's own history" becomes 120 fitted
cost=$(field '{.status.service.cpuMsPerRequest}')
check "a request costs what the testbed measured, 3.6 ms ($cost ms)" jq --exit-status --null-input "$cost > 3.0 and $cost < 4.6"
check "Observe left the target alone" test "$(replicas)" -eq 1

in_testbed kubectl patch aas web --namespace=demo --type=merge --patch='{"spec": {"mode": "Direct"}}' >&2
send 120 150
check "Direct adds replicas under load" becomes 60 at_least 3
wait "$load"
load=""
check "Direct removes them when the load has ended" becomes 480 at_most 2
check "nobody else writes the count" test "$(condition SoleWriter)" = True
in_testbed curl --silent --fail http://127.0.0.1:18080/metrics > "$STATE/operator-metrics.txt"
check "its metrics are served" grep --quiet '^podpilot_scale_writes_total' "$STATE/operator-metrics.txt"

kill -TERM "$operator"
status=0
wait "$operator" || status=$?
operator=""
check "SIGTERM ends it cleanly" test "$status" -eq 0
"$here/down.sh"
trap - EXIT
check "nothing is left behind" test ! -e "$STATE"
all_passed
