#!/usr/bin/env bash
# render.sh: makes deployments/install.yaml and the chart's copy of the CustomResourceDefinition. `render.sh --check` fails
# if they are not what is there. Needs cargo, and Go for helm (testbed/helm.sh builds it once).
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
root=$here/..
folder=$(mktemp --directory)
trap 'rm -rf "$folder"' EXIT

KUBERNETES=1.37.0 # helm without a cluster would assume an old one
helm=$("$root/testbed/helm.sh")
if [ -z "${PODPILOT:-}" ]; then # a binary that is built already
    (cd "$root" && cargo build --quiet --locked --package podpilot --features cluster)
    PODPILOT=${CARGO_TARGET_DIR:-$root/target}/debug/podpilot
fi
"$PODPILOT" crd > "$folder/crd.yaml"
cp -r "$here/chart" "$folder/chart"
mkdir -p "$folder/chart/files"
cp "$folder/crd.yaml" "$folder/chart/files/crd.yaml"
"$helm" lint --quiet --strict --kube-version "$KUBERNETES" "$folder/chart"
{
    echo "# Made by deployments/render.sh from deployments/chart. Starts in Observe: what podpilot may do to a workload is"
    echo "# written in each AdaptiveAutoscaler. To remove it: podpilot release && kubectl delete -f install.yaml"
    echo "apiVersion: v1"
    echo "kind: Namespace"
    echo "metadata: {name: podpilot, labels: {pod-security.kubernetes.io/enforce: restricted}}"
    "$helm" template podpilot "$folder/chart" --namespace podpilot --no-hooks --kube-version "$KUBERNETES"
} > "$folder/install.yaml"

if [ "${1:-}" = --check ]; then
    diff --unified "$here/chart/files/crd.yaml" "$folder/crd.yaml"
    diff --unified "$here/install.yaml" "$folder/install.yaml"
    exit
fi
mkdir -p "$here/chart/files"
cp "$folder/crd.yaml" "$here/chart/files/crd.yaml"
cp "$folder/install.yaml" "$here/install.yaml"
