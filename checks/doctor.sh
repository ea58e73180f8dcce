#!/usr/bin/env bash
# doctor.sh PODPILOT: faults in a real control plane, and whether podpilot doctor names each, and only while it is there. Run
# by checks/with-apiserver.sh; adds Kubernetes' own controller-manager and scheduler. There is no kubelet: this script says of
# each pod that it runs, as a kubelet would. testbed/doctor-faults.sh does it with pods that really run.
set -euo pipefail
cd "$(dirname "$0")/.."
podpilot=$1
logs=$(mktemp --directory)
processes=()

finish() {
    local status=$?
    trap - EXIT
    for process in "${processes[@]}"; do kill -KILL "$process" 2> /dev/null || true; done
    wait 2> /dev/null || true
    [ "$status" -eq 0 ] || tail -n 5 "$logs"/* >&2
    rm -rf "$logs"
    exit "$status"
}
trap finish EXIT

# Nobody renews the node's lease, so nobody may judge it by that.
kube-controller-manager --kubeconfig="$KUBECONFIG" --leader-elect=false --bind-address=127.0.0.1 --secure-port=0 \
    --controllers='*,-node-lifecycle-controller' --horizontal-pod-autoscaler-sync-period=2s > "$logs/controller-manager" 2>&1 &
processes+=($!)
kube-scheduler --kubeconfig="$KUBECONFIG" --leader-elect=false --bind-address=127.0.0.1 --secure-port=0 > "$logs/scheduler" 2>&1 &
processes+=($!)

quietly() { "$@" > /dev/null; }

addresses=0
pods_run() { # what a kubelet would do with pods that have a node: run those that are new, end those that are to go
    local name phase deleted
    while read -r name phase deleted; do
        if [ -n "$deleted" ]; then
            quietly kubectl delete pod "$name" --namespace demo --force --grace-period=0 2> /dev/null
        elif [ "$phase" = Pending ]; then
            addresses=$((addresses + 1))
            quietly kubectl patch pod "$name" --namespace demo --subresource=status --patch "{\"status\": {\"phase\": \"Running\",
                \"podIP\": \"10.244.0.$addresses\", \"podIPs\": [{\"ip\": \"10.244.0.$addresses\"}],
                \"conditions\": [{\"type\": \"Ready\", \"status\": \"True\"}, {\"type\": \"ContainersReady\", \"status\": \"True\"}]}}"
        fi
    done < <(kubectl get pods --namespace demo --output 'jsonpath={range .items[?(@.spec.nodeName)]}{.metadata.name} {.status.phase} {.metadata.deletionTimestamp}{"\n"}{end}' 2> /dev/null)
}

says() { # TEXT
    local answer
    answer=$("$podpilot" doctor 2>&1 || true)
    grep --quiet --fixed-strings "$1" <<< "$answer"
}

until_it() { # TRUE|FALSE TEXT
    local deadline=$((SECONDS + 60)) found
    while :; do
        pods_run
        found=false
        if says "$2"; then found=true; fi
        [ "$found" != "$1" ] || return 0
        if [ "$SECONDS" -ge "$deadline" ]; then
            "$podpilot" doctor >&2 || true
            echo "doctor ought $([ "$1" = true ] || printf 'not ')to say: $2" >&2
            exit 1
        fi
        sleep 1
    done
}

fault() { # TEXT INJECT UNDO
    until_it false "$1"
    quietly bash -euc "$2"
    until_it true "$1"
    quietly bash -euc "$3"
    until_it false "$1"
    echo "doctor names: $1"
}

kubectl apply --filename=- > /dev/null << 'YAML'
apiVersion: v1
kind: Node
metadata: {name: node1}
YAML
quietly kubectl taint node node1 node.kubernetes.io/not-ready-
quietly kubectl patch node node1 --subresource=status --patch '{"status": {"conditions": [{"type": "Ready", "status": "True"}],
    "capacity": {"cpu": "500m", "memory": "8Gi", "pods": "100"}, "allocatable": {"cpu": "500m", "memory": "8Gi", "pods": "100"}}}'
quietly kubectl apply --kustomize deployments/demo
quietly kubectl delete ingress web --namespace demo
quietly kubectl apply --namespace demo --filename deployments/hpa.yaml
until_it true "1 of 1 pods ready"
# There are no metrics here; the first two findings are therefore true from the start.
until_it true "no metrics API: HPA on CPU or memory"
until_it true "does not scale; FailedGetResourceMetric"

on="--namespace demo"
fault "no pod carries its selector app=wbe" \
    "kubectl patch service web $on --type=json --patch '[{\"op\": \"replace\", \"path\": \"/spec/selector\", \"value\": {\"app\": \"wbe\"}}]'" \
    "kubectl patch service web $on --type=json --patch '[{\"op\": \"replace\", \"path\": \"/spec/selector\", \"value\": {\"app.kubernetes.io/name\": \"web\"}}]'"
fault "finds no node: Unschedulable: 0/1 nodes are available: 1 Insufficient cpu" \
    "kubectl scale deployment web $on --replicas=9" "kubectl scale deployment web $on --replicas=1"
fault "its target, Deployment wbe, does not exist" \
    "kubectl patch hpa web $on --type=merge --patch '{\"spec\": {\"scaleTargetRef\": {\"name\": \"wbe\"}}}'" \
    "kubectl patch hpa web $on --type=merge --patch '{\"spec\": {\"scaleTargetRef\": {\"name\": \"web\"}}}'"
fault "leads to Service nowhere, which does not exist" \
    "kubectl create ingress lost $on --rule='/*=nowhere:80'" "kubectl delete ingress lost $on"
fault "2 autoscalers write its replica count: second, web" \
    "kubectl autoscale deployment web $on --name=second --max=5 --cpu=50%" "kubectl delete hpa second $on"
fault "the metrics API does not answer: ServiceNotFound" \
    "kubectl apply --filename=- << 'YAML'
apiVersion: apiregistration.k8s.io/v1
kind: APIService
metadata: {name: v1beta1.metrics.k8s.io}
spec: {group: metrics.k8s.io, version: v1beta1, groupPriorityMinimum: 100, versionPriority: 100, insecureSkipTLSVerify: true, service: {name: metrics-server, namespace: kube-system}}
YAML" "kubectl delete apiservice v1beta1.metrics.k8s.io"
