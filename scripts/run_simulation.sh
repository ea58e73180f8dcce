#!/usr/bin/env bash
# run_simulation.sh [--dry-run]: the demo service on the cluster of KUBECONFIG, under load, with a report at the end.
# May be repeated. Undo it with stop_simulation.sh.
#
# From the environment:
#   TARGET_URL=http://127.0.0.1/   where the demo's ingress answers from here
#   PEAK_RPS=60 DURATION_S=600     a flash crowd of this height in this time
#   SKIP_LOADTEST=false            true: no load, no report
#   AUTOSCALER=hpa                 hpa, keda, or none (podpilot or you)
#   OUT=runs/simulation-DATE       where the report goes
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
. "$here/lib/steps.sh"
cd "$here/.."

TARGET_URL=${TARGET_URL:-http://127.0.0.1/}
PEAK_RPS=${PEAK_RPS:-60}
DURATION_S=${DURATION_S:-600}
SKIP_LOADTEST=${SKIP_LOADTEST:-false}
AUTOSCALER=${AUTOSCALER:-hpa}
OUT=${OUT:-runs/simulation-$(date +%Y%m%d-%H%M%S)}
WAIT_S=${WAIT_S:-180}
LABEL=app.kubernetes.io/part-of=podpilot-demo

for argument in "$@"; do
    case $argument in
        --dry-run) DRY_RUN=1 ;;
        --help | -h) usage_and_exit ;;
        *) die "unknown argument $argument" "$0 --help" ;;
    esac
done
case $AUTOSCALER in hpa | keda | none) ;; *) die "AUTOSCALER is $AUTOSCALER, must be hpa, keda or none" ;; esac

has_kind() { kubectl get customresourcedefinition "$1" > /dev/null 2>&1; }

apply_in_demo() { # FILE KIND NAME: and mark it as ours
    run kubectl apply --namespace demo --filename "$1"
    run kubectl label --namespace demo --overwrite "$2" "$3" "$LABEL"
}

find_podpilot() {
    PODPILOT=$(command -v podpilot || true)
    if [ -z "$PODPILOT" ] && [ -x target/release/podpilot ]; then PODPILOT=$PWD/target/release/podpilot; fi
    [ -n "$PODPILOT" ] || die "podpilot is not built" "cargo build --release -p podpilot"
}

step "checking the cluster"
command -v kubectl > /dev/null || die "kubectl is not installed" "on MicroK8s: sudo snap alias microk8s.kubectl kubectl"
kubectl get --raw /readyz > /dev/null 2>&1 ||
    die "no cluster answers" "export KUBECONFIG=~/.kube/microk8s-config   (or scripts/install_microk8s.sh)"
[ "$SKIP_LOADTEST" = true ] || find_podpilot

step "the demo service"
run kubectl apply --kustomize deployments/demo
case $AUTOSCALER in
    hpa) apply_in_demo deployments/hpa.yaml horizontalpodautoscaler web ;;
    keda)
        has_kind scaledobjects.keda.sh || die "KEDA is not installed" "WITH_KEDA=1 scripts/install_microk8s.sh"
        apply_in_demo deployments/keda-scaledobject.yaml scaledobject web
        ;;
    none) say "no autoscaler" ;;
esac

step "monitoring"
if has_kind prometheusrules.monitoring.coreos.com; then
    run kubectl apply --namespace demo --filename deployments/demo/service-monitor.yaml
    run kubectl apply --namespace demo --kustomize monitoring
else
    say "skipped: this cluster has no Prometheus operator (MONITORING=lite scripts/install_microk8s.sh)"
fi

step "podpilot, watching only"
if has_kind adaptiveautoscalers.podpilot.dev; then
    run kubectl apply --namespace demo --filename deployments/demo/observe.yaml
else
    say "skipped: podpilot's operator is not installed"
fi

step "waiting for the pods"
for deployment in web gateway; do
    run kubectl rollout status --namespace demo "deployment/$deployment" --timeout "${WAIT_S}s" ||
        die "deployment $deployment did not become ready within $WAIT_S s" "podpilot doctor"
done

if [ "$SKIP_LOADTEST" = true ]; then
    step "what to do next"
    say "  podpilot doctor"
    say "  podpilot load $TARGET_URL --rps 20 --duration-s 300 --header 'Accept-Encoding: gzip'"
    say "  scripts/stop_simulation.sh"
    exit 0
fi

step "load: $PEAK_RPS requests a second at most, $DURATION_S s"
shape="{shape: flash_crowd, base_rps: $((PEAK_RPS / 6 + 1)), peak_rps: $PEAK_RPS, at_s: $((DURATION_S / 5)), rise_s: 30, hold_s: $((DURATION_S / 4)), decay_s: $((DURATION_S / 5))}"
if [ "$DRY_RUN" = 0 ]; then
    curl --silent --fail --max-time 10 --output /dev/null "$TARGET_URL" ||
        die "$TARGET_URL does not answer" "podpilot doctor --url $TARGET_URL"
    mkdir -p "$OUT"
    printf 't_seconds,spec_replicas,ready_replicas\n' > "$OUT/replicas.csv"
    began=$SECONDS
    while :; do
        if counts=$(kubectl get deployment web --namespace demo --output 'jsonpath={.spec.replicas},{.status.readyReplicas}' 2> /dev/null); then
            printf '%s,%s\n' "$((SECONDS - began))" "$counts" >> "$OUT/replicas.csv"
        fi
        sleep 5
    done &
    watcher=$!
    trap 'kill "$watcher" 2> /dev/null || true' EXIT
fi
status=0
run "$PODPILOT" load "$TARGET_URL" --load "$shape" --duration-s "$DURATION_S" --header 'Accept-Encoding: gzip' --out "$OUT/load" || status=$?
[ "$status" -le 1 ] || die "the load could not be sent" "see the line above"

step "the same load in the simulator"
run "$PODPILOT" simulate --trace "$OUT/load/load.csv" --autoscaler hpa=deployments/hpa.yaml --out "$OUT/simulated" ||
    say "the simulator could not play this load; the measurement above stands"

step "what to do next"
say "  $OUT/load/summary.json          what clients saw"
say "  $OUT/replicas.csv               what the autoscaler did"
say "  $OUT/simulated/report.html      what the simulator says of the same load"
say "  scripts/stop_simulation.sh      removes the demo"
[ "$status" -eq 0 ] || die "the load generator was saturated: its numbers do not count" "lower PEAK_RPS, or send from another machine"
