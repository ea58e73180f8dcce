# shellcheck shell=bash
# metrics-server: asks the kubelets for the usage of containers and answers metrics.k8s.io from it, which is what
# `kubectl top` and the autoscaler's resource metrics read. It runs as a process of the node, not as a Pod; a Service with
# an EndpointSlice written by hand (manifests/metrics-server.yaml) tells the apiserver where.

metrics_server_start() {
    local kubeconfig=$KUBECONFIGS/metrics-server-client.conf
    # Its rights come first: it reads the apiserver's client authority when it starts, and ends if it may not.
    METRICS_CA=$(base64 --wrap=0 < "$PKI/ca.crt") render "$TESTBED/manifests/metrics-server.yaml" | kubectl apply --filename=- > /dev/null
    # The request time-out must be shorter than the resolution, or it refuses to start.
    launch metrics-server "$STATE/bin/metrics-server" --kubeconfig="$kubeconfig" \
        --authentication-kubeconfig="$kubeconfig" --authorization-kubeconfig="$kubeconfig" \
        --bind-address="$NODE_ADDRESS" --secure-port=4443 \
        --tls-cert-file="$PKI/metrics-server.crt" --tls-private-key-file="$PKI/metrics-server.key" \
        --kubelet-certificate-authority="$PKI/ca.crt" --kubelet-preferred-address-types=InternalIP \
        --kubelet-use-node-status-port --kubelet-request-timeout=5s --metric-resolution="$TESTBED_METRICS_RESOLUTION"
}

# Usage is a difference of two samples: the first answer takes two rounds.
metrics_server_ready() { wait_until 90 metrics-server kubectl top pods --namespace=demo --selector=app=web; }

metrics_server_stop() { stop_process metrics-server; }
