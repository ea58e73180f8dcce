# shellcheck shell=bash
# KWOK: pretends to be the kubelet of nodes that do not exist. Pods bound to them become Ready without running, and
# report whatever usage the ClusterResourceUsage of manifests/kwok.yaml says, so that hundreds of autoscalers can be
# tried on a small machine. A pod gets there by tolerating the taint kwok.x-k8s.io/node and selecting type: kwok.

kwok_start() {
    kubectl apply --server-side --filename="$CACHE/$KWOK/crds" > /dev/null
    kubectl wait --for=condition=Established crd/clusterresourceusages.kwok.x-k8s.io --timeout=30s > /dev/null
    kubectl apply --filename="$TESTBED/manifests/kwok.yaml" > /dev/null
    { render "$TESTBED/config/kwok.yaml" && cat "$CACHE/$KWOK/stages.yaml"; } > "$STATE/kwok.yaml"
    launch kwok "$STATE/bin/kwok" --config="$STATE/kwok.yaml"
    local number
    for number in $(seq "$TESTBED_KWOK_NODES"); do
        KWOK_NODE=kwok-$number render "$TESTBED/manifests/kwok-node.yaml"
    done | kubectl apply --filename=- > /dev/null
}

kwok_ready() { wait_until 60 kwok kubectl wait --for=condition=Ready nodes --selector=type=kwok --timeout=2s; }

kwok_stop() { stop_process kwok; }
