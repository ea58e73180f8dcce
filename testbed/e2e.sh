#!/usr/bin/env bash
# e2e.sh: the end-to-end test on a real cluster (make e2e). Brings the testbed up, lets the real autoscaler work under
# our own load generator, and checks that the demo service is scaled up and down again, that Prometheus can answer for
# latency, and that nothing is left afterwards. About 8 minutes when everything is built.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
. "$here/settings.sh"
for part in report tools process checks; do
    . "$here/lib/$part.sh"
done
. "$here/node/namespaces.sh"

LOAD_SECONDS=150
LOAD_RPS=120 # of about 3.6 ms of CPU each: more than two pods with a limit of 200m can serve
SCALE_DOWN_SECONDS=150
export TESTBED_RECORD_HPA=1 # a failure then shows what the autoscaler saw
generator=""

finish() { # on every way out: say why it failed, then take the testbed down
    local status=$?
    trap - EXIT
    [ -z "$generator" ] || kill "$generator" 2> /dev/null || true
    if [ "$status" -ne 0 ] && [ -d "$LOGS" ]; then
        say "the end of each log:"
        tail -n 15 "$LOGS"/*.log >&2 || true
        in_testbed kubectl get pods,hpa --all-namespaces >&2 || true
        in_testbed kubectl describe hpa --namespace=demo >&2 || true
    fi
    "$here/down.sh" || status=1
    exit "$status"
}

replicas_reach() { # LOWEST HIGHEST SECONDS: until their number is between
    local deadline=$((SECONDS + $3)) before="" now
    while [ "$SECONDS" -lt "$deadline" ]; do
        now=$(replicas)
        if [ "$now" != "$before" ]; then say "    after $((SECONDS - began)) s: $now replicas"; fi
        before=$now
        if [ "$now" -ge "$1" ] && [ "$now" -le "$2" ]; then return 0; fi
        sleep 2
    done
    return 1
}

query() { # PROMQL: prints the value, or nothing
    in_testbed curl --silent --fail --get "http://$PROMETHEUS_ADDRESS:9090/api/v1/query" --data-urlencode "query=$1" |
        jq --raw-output '.data.result[0].value[1] // empty'
}

at_least() { # NUMBER LEAST: both may have decimals; NaN and nothing are not numbers
    jq --exit-status --null-input --argjson number "${1:-null}" --argjson least "$2" \
        '($number | type) == "number" and $number >= $least' > /dev/null 2>&1
}

within() { # SECONDS COMMAND...: until COMMAND succeeds; what it says is shown of the last try
    local deadline=$((SECONDS + $1)) said
    shift
    until said=$("$@" 2>&1); do
        if [ "$SECONDS" -ge "$deadline" ]; then
            say "$said"
            return 1
        fi
        sleep 5
    done
}

# Traefik, k6 and the operator are not there.
answers() {
    in_testbed "$python" "$here/../monitoring/answers.py" "http://$NODE_ADDRESS:9090" --without traefik_ k6_ \
        podpilot_leader podpilot_broken_watches podpilot_decisions podpilot_scale_writes podpilot_floor_writes \
        podpilot_status_writes podpilot_replicas podpilot_recommended podpilot_hpa podpilot_condition
}

[ "$(id --user)" -eq 0 ] || die "needs root, as the testbed does"
require_tools cargo:cargo jq:jq curl:curl python3:python3
python=$("$here/../checks/python.sh")
if node_first_process > /dev/null; then
    die "a testbed runs, and this test needs a new one; stop it with: make testbed-down"
fi
(cd "$here/.." && cargo build --quiet --release --locked --package podpilot)
podpilot=${CARGO_TARGET_DIR:-$here/../target}/release/podpilot

trap finish EXIT
"$here/up.sh"
server=$(in_testbed kubectl version --output=json | jq --raw-output .serverVersion.gitVersion)
check "the apiserver is the version that is pinned ($server)" grep --quiet "^KUBERNETES_VERSION=$server\$" "$here/versions.env"

"$here/component" start kube-state-metrics
check "the apiserver accepts every manifest" in_testbed "$here/../deployments/tests/server-side.sh"
in_testbed kubectl apply --filename="$here/manifests/hpa.yaml" >&2
# The default window of 5 minutes before scaling down is what a user gets, and longer than this test.
in_testbed kubectl patch hpa web --namespace=demo --type=merge \
    --patch='{"spec": {"behavior": {"scaleDown": {"stabilizationWindowSeconds": 30}}}}' >&2

began=$SECONDS
in_testbed "$podpilot" load "http://$GATEWAY_ADDRESS/" --rps "$LOAD_RPS" --duration-s "$LOAD_SECONDS" \
    --header 'Accept-Encoding: gzip' --prometheus-listen 172.31.0.1:9464 --output json > "$STATE/load.json" &
generator=$!
check "the autoscaler adds replicas under load" replicas_reach 4 10 "$LOAD_SECONDS"
# Minutes are judged once a minute, and this Prometheus forgets a sample after 30 s: they are there half of the time.
check "every query of dashboards and rules has an answer" within 90 answers
p95=$(query 'histogram_quantile(0.95, sum by (le) (rate(http_request_duration_seconds_bucket{app="gateway"}[1m])))')
check "Prometheus answers for the 95th percentile of latency ($p95 s)" at_least "$p95" 0.001
status=0
wait "$generator" || status=$?
generator=""
began=$SECONDS
check "the load generator kept up with its schedule" test "$status" -eq 0
check "the autoscaler removes them again when the load has ended" replicas_reach 1 1 "$SCALE_DOWN_SECONDS"
completed=$(jq .completed "$STATE/load.json")
served=$(query 'sum(http_requests_total{app="gateway", code="200"})')
check "most requests were served ($completed of $((LOAD_RPS * LOAD_SECONDS)))" \
    at_least "$completed" $((LOAD_RPS * LOAD_SECONDS / 2))
check "the gateway's count agrees ($served)" at_least "$served" "$completed"

# The real autoscaler's log holds every answer it got (TESTBED_RECORD_HPA): ours must decide the same from them.
check "our autoscaler decides like the real one at every sync" "$here/../bench/in-testbed.sh" live-check \
    --minutes 2 --tail 10 --hpa "$here/manifests/hpa.yaml" --out "$STATE/live-check"

# The live check has removed it.
in_testbed kubectl apply --filename="$here/manifests/hpa.yaml" >&2
check "doctor names six injected faults, and finds nothing without them" "$here/doctor-faults.sh" "$podpilot"

"$here/down.sh"
trap - EXIT
check "nothing is left behind" test ! -e "$STATE"
all_passed
