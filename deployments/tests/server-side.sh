#!/usr/bin/env bash
# server-side.sh: every manifest against the apiserver of KUBECONFIG, by server-side dry run with strict field checks, and
# `simulation` by client-side dry run as the tutorial does. Changes nothing but two definitions and the namespaces
# that the manifests name (a dry run into a namespace needs it), which are removed again if they were not there.
set -euo pipefail
cd "$(dirname "$0")/../.."
crds=$(checks/crds.sh)
created=()

finish() {
    for object in "${created[@]}"; do kubectl delete --ignore-not-found --wait=false "${object%%:*}" "${object##*:}" > /dev/null; done
}
trap finish EXIT

create() { # KIND NAME COMMAND...
    if ! kubectl get "$1" "$2" > /dev/null 2>&1; then
        created+=("$1:$2")
        "${@:3}" > /dev/null
    fi
}

dry_run() { # ARGUMENTS OF APPLY...
    echo "server-side dry run: $*"
    kubectl apply --dry-run=server --validate=strict --server-side --force-conflicts "$@" > /dev/null
}

# The demo goes into a namespace of its own name here: one that runs already must not matter.
dry_run_kustomization() { # FOLDER
    kubectl kustomize "$1" | sed -E 's/^(  namespace|  name): demo$/\1: manifest-check/' | dry_run --namespace=manifest-check --filename=-
    echo "    was $1"
}

for crd in scaledobjects.keda.sh prometheusrules.monitoring.coreos.com servicemonitors.monitoring.coreos.com; do
    create customresourcedefinition "$crd" kubectl apply --server-side --filename="$crds/${crd#*.}_${crd%%.*}.yaml"
done
for crd in scaledobjects.keda.sh prometheusrules.monitoring.coreos.com servicemonitors.monitoring.coreos.com; do
    kubectl wait --for=condition=Established --timeout=30s "customresourcedefinition/$crd" > /dev/null
done
for namespace in manifest-check production podpilot-doctor; do
    create namespace "$namespace" kubectl create namespace "$namespace"
done

echo "client-side dry run: --filename=simulation"
kubectl apply --filename=simulation --dry-run=client > /dev/null
dry_run --filename=simulation
dry_run_kustomization deployments/demo
dry_run --kustomize=deployments/production
for file in deployments/hpa.yaml deployments/keda-scaledobject.yaml deployments/demo/service-monitor.yaml; do
    dry_run --namespace=manifest-check --filename="$file"
done
dry_run --namespace=podpilot-doctor --filename=deployments/rbac.yaml
dry_run_kustomization load-test
dry_run_kustomization monitoring
dry_run --namespace=manifest-check --filename=monitoring/kubernetes/operator.yaml

# A misspelled field must be refused, or the above says nothing.
if sed 's/periodSeconds/periodSecond/' simulation/nginx.yaml | kubectl apply --dry-run=server --validate=strict --filename=- > /dev/null 2>&1; then
    echo "the apiserver took a manifest with a misspelled field" >&2
    exit 1
fi
echo "the apiserver accepts every manifest"
