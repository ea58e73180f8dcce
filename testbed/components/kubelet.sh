# shellcheck shell=bash
# kubelet: the node's agent. It starts the Pods that are bound to its node, probes them, and measures them: cAdvisor
# inside it samples each container's control group at the housekeeping interval.

kubelet_start() {
    render "$TESTBED/config/kubelet.yaml" > "$STATE/kubelet.yaml"
    launch kubelet "$STATE/bin/kubelet" --config="$STATE/kubelet.yaml" --kubeconfig="$KUBECONFIGS/kubelet-client.conf" \
        --root-dir="$STATE/kubelet" --cert-dir="$STATE/kubelet-pki" --hostname-override="$NODE_NAME" \
        --node-ip="$NODE_ADDRESS" --housekeeping-interval="$TESTBED_HOUSEKEEPING_INTERVAL"
}

kubelet_ready() { wait_until 60 kubelet kubectl wait --for=condition=Ready "node/$NODE_NAME" --timeout=2s; }

kubelet_stop() { stop_process kubelet; }
