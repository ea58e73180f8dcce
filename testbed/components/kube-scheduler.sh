# shellcheck shell=bash
# kube-scheduler: gives each new Pod a node that has room for its requests.

kube_scheduler_start() {
    local kubeconfig=$KUBECONFIGS/kube-scheduler.conf
    launch kube-scheduler "$STATE/bin/kube-scheduler" \
        --kubeconfig="$kubeconfig" --authentication-kubeconfig="$kubeconfig" --authorization-kubeconfig="$kubeconfig" \
        --bind-address=127.0.0.1 --leader-elect=false
}

kube_scheduler_ready() { wait_until 60 kube-scheduler curl --silent --fail --insecure https://127.0.0.1:10259/healthz; }

kube_scheduler_stop() { stop_process kube-scheduler; }
