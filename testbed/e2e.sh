#!/usr/bin/env bash
# e2e.sh: the end-to-end test on a real cluster (make e2e). Brings the testbed up, lets the real autoscaler work under
# our own load generator, and checks that the demo service is scaled up and down again, that Prometheus can answer for
# latency, and that nothing is left afterwards. About 6 minutes when everything is built.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
. "$here/settings.sh"
for part in report tools process; do
    . "$here/lib/$part.sh"
done
require_tools cargo:cargo jq:jq curl:curl

LOAD_SECONDS=150
LOAD_RPS=120        # about 45 % of a core: more than twice what one pod may use
SCALE_DOWN_SECONDS=150
passed=0

check() { # WHAT COMMAND...
    local what=$1
    shift
    if "$@"; then
        passed=$((passed + 1))
        say "ok: $what"
    else
        say "FAILED: $what"
        printf '%d passed, 1 failed\n' "$passed"
        exit 1
    fi
}

in_testbed() { "$here/enter" "$@"; }

report_failure() {
    local status=$?
    [ -z "${generator:-}" ] || kill "$generator" 2> /dev/null || true
    if [ "$status" -ne 0 ] && [ -d "$LOGS" ]; then
        say "the end of each log:"
        tail -n 15 "$LOGS"/*.log >&2 || true
        in_testbed kubectl get pods,hpa --all-namespaces >&2 || true
        in_testbed kubectl describe hpa --namespace=demo >&2 || true
    fi
    "$here/down.sh" || status=1
    exit "$status"
}

replicas() { in_testbed kubectl get deployment web --namespace=demo --output=jsonpath='{.spec.replicas}'; }

replicas_reach() { # TEST COUNT SECONDS: until the number of replicas is "-ge 3", "-eq 1", ...
    local deadline=$((SECONDS + $3)) now=""
    while [ "$SECONDS" -lt "$deadline" ]; do
        if [ "$(replicas)" != "$now" ]; then
            now=$(replicas)
            say "  $((SECONDS - began)) s: $now replicas"
        fi
        [ "$now" "$1" "$2" ] && return 0
        sleep 2
    done
    return 1
}

query() { # PROMQL: prints the value, or nothing
    in_testbed curl --silent --fail --get "http://$PROMETHEUS_ADDRESS:9090/api/v1/query" --data-urlencode "query=$1" |
        jq --raw-output '.data.result[0].value[1] // empty'
}

is_number() { [[ $1 =~ ^[0-9]+(\.[0-9]+)?(e[+-]?[0-9]+)?$ ]]; }

cargo build --release --locked --package podpilot
load_generator=${CARGO_TARGET_DIR:-$here/../target}/release/podpilot

trap report_failure EXIT
"$here/up.sh"
check "the cluster is the version that is pinned" \
    test "$(in_testbed kubectl version --output=json | jq --raw-output .serverVersion.gitVersion)" = \
    "$(. "$here/versions.env" && echo "$KUBERNETES_VERSION")"

in_testbed kubectl apply --filename="$here/manifests/hpa.yaml"
# The default window of 5 minutes before scaling down is what a user gets, and longer than this test.
in_testbed kubectl patch hpa web --namespace=demo --type=merge \
    --patch='{"spec": {"behavior": {"scaleDown": {"stabilizationWindowSeconds": 30}}}}'

began=$SECONDS
in_testbed "$load_generator" load --url "http://$GATEWAY_ADDRESS/" --shape constant --rps "$LOAD_RPS" \
    --duration-s "$LOAD_SECONDS" --output json > "$STATE/load.json" &
generator=$!
check "the autoscaler adds replicas under load" replicas_reach -ge 3 "$LOAD_SECONDS"
p95=$(query 'histogram_quantile(0.95, sum by (le) (rate(http_request_duration_seconds_bucket{app="gateway"}[1m])))')
check "Prometheus knows the 95th percentile of latency ($p95 s)" is_number "$p95"
check "the load generator ends well" wait "$generator"
generator=""
check "the autoscaler removes them again" replicas_reach -eq 1 "$SCALE_DOWN_SECONDS"
served=$(query 'sum(http_requests_total{app="gateway", code="200"})')
check "most requests were served ($served of $((LOAD_RPS * LOAD_SECONDS)))" \
    test "${served%.*}" -ge $((LOAD_RPS * LOAD_SECONDS / 2))

trap - EXIT
check "nothing is left behind" "$here/down.sh"
printf '%d passed, 0 failed\n' "$passed"
