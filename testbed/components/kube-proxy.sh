# shellcheck shell=bash
# kube-proxy: writes iptables rules that send a new connection to a Service's virtual address to one of its ready Pods,
# chosen at random. It sees connections, not requests.

kube_proxy_start() {
    render "$TESTBED/config/kube-proxy.yaml" > "$STATE/kube-proxy.yaml"
    launch kube-proxy "$STATE/bin/kube-proxy" --config="$STATE/kube-proxy.yaml" --hostname-override="$NODE_NAME"
}

kube_proxy_ready() { wait_until 60 kube-proxy curl --silent --fail http://127.0.0.1:10256/healthz; }

kube_proxy_stop() { stop_process kube-proxy; }
