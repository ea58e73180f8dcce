# shellcheck shell=bash
# Prometheus: scrapes the kubelet (resource usage, cAdvisor) and the gateway's histogram, finds its targets through the
# apiserver with the token of the service account monitoring/prometheus, and takes what others push (remote write).

prometheus_start() {
    render "$TESTBED/manifests/prometheus.yaml" | kubectl apply --filename=- > /dev/null
    kubectl create token prometheus --namespace=monitoring --duration=168h > "$STATE/prometheus.token"
    mkdir -p "$STATE/rules"
    cp "$TESTBED"/../monitoring/rules/*.yaml "$STATE/rules/"
    render "$TESTBED/config/prometheus.yaml" > "$STATE/prometheus.yaml"
    launch prometheus "$STATE/bin/prometheus" --config.file="$STATE/prometheus.yaml" \
        --storage.tsdb.path="$STATE/prometheus" --storage.tsdb.retention.time=2d \
        --web.listen-address="$NODE_ADDRESS:9090" --web.enable-remote-write-receiver --query.lookback-delta=30s
}

prometheus_ready() { wait_until 60 prometheus curl --silent --fail "http://$NODE_ADDRESS:9090/-/ready"; }

prometheus_stop() { stop_process prometheus; }
