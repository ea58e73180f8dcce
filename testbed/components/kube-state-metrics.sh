# shellcheck shell=bash
# kube-state-metrics: replicas, limits and owners of pods as series, which the rules and dashboards of monitoring/ need. Not
# started with the others: testbed/component start kube-state-metrics.

kube_state_metrics_start() {
    launch kube-state-metrics "$CACHE/$KUBE_STATE_METRICS/kube-state-metrics" --kubeconfig="$KUBECONFIGS/admin.conf" \
        --host="$NODE_ADDRESS" --port=8088 --telemetry-host="$NODE_ADDRESS" --telemetry-port=8089 \
        --resources=deployments,pods,replicasets,horizontalpodautoscalers
}

kube_state_metrics_ready() { wait_until 30 kube-state-metrics curl --silent --fail "http://$NODE_ADDRESS:8088/healthz"; }

kube_state_metrics_stop() { stop_process kube-state-metrics; }
