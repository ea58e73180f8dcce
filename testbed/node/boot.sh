#!/usr/bin/env bash
# boot.sh: brings up all components, as a process of the node. What does not wait for another is started beside it.
set -euo pipefail
testbed=$(cd "$(dirname "$0")/.." && pwd)
. "$testbed/node/load.sh"
. "$testbed/node/mounts.sh"

began=${EPOCHREALTIME/[.,]/}
step() { # what has been reached, and after how many seconds
    local tenths=$(((${EPOCHREALTIME/[.,]/} - began) / 100000))
    say "$(printf '%4d.%d s  %s' $((tenths / 10)) $((tenths % 10)) "$*")"
}

mounts_create
network_start
pki_start
step "network and identities"

etcd_start
containerd_start
etcd_ready
kube_apiserver_start
containerd_ready
step "etcd, containerd"
kube_apiserver_ready
step "kube-apiserver"

kubectl apply --filename="$TESTBED/manifests/rbac.yaml" > /dev/null
kube_controller_manager_start
recorder_start
kube_scheduler_start
kube_proxy_start
kubelet_start
metrics_server_start
demo_start
prometheus_start
if [ "$PROFILE" = kwok ]; then kwok_start; fi

kube_controller_manager_ready
kube_scheduler_ready
kube_proxy_ready
kubelet_ready
step "kube-controller-manager, kube-scheduler, kube-proxy, kubelet"
demo_ready
step "the demo service answers"
prometheus_ready
if [ "$PROFILE" = kwok ]; then
    kwok_ready
    step "$TESTBED_KWOK_NODES simulated nodes"
fi
metrics_server_ready
step "metrics-server and Prometheus answer"
