#!/usr/bin/env bash
# stop_for_real.sh: run and stop against the apiserver of KUBECONFIG (checks/with-apiserver.sh gives one): what
# run_simulation.sh creates is removed, somebody else's objects in the same namespace are not.
set -euo pipefail
cd "$(dirname "$0")/../.."
kubectl apply --kustomize deployments/demo > /dev/null
kubectl apply --namespace demo --filename deployments/hpa.yaml > /dev/null
kubectl label --namespace demo horizontalpodautoscaler web app.kubernetes.io/part-of=podpilot-demo > /dev/null
kubectl create configmap mine --namespace demo --from-literal=a=b > /dev/null
kubectl create deployment other --namespace default --image=nginx:1.29-alpine > /dev/null

scripts/stop_simulation.sh --yes 2> /dev/null
left=$(kubectl get deployment,service,ingress,configmap,horizontalpodautoscaler --namespace demo --output name)
[ "$left" = configmap/mine ] || { echo "expected only configmap/mine, found: $left" >&2; exit 1; }
kubectl get namespace demo --output 'jsonpath={.status.phase}' | grep -qx Active
kubectl get deployment other --namespace default > /dev/null

kubectl delete configmap mine --namespace demo > /dev/null
scripts/stop_simulation.sh --yes 2> /dev/null
kubectl get namespace demo --output 'jsonpath={.status.phase}' | grep -qx Terminating
echo "stop_simulation.sh removed its own objects and no others"
