#!/usr/bin/env bash
# kwok.sh FOLDER MODULE VERSION SUM PACKAGE...: KWOK, with the definitions that its module brings (custom resources,
# stages of simulated nodes and pods, metrics) as one configuration, FOLDER/stages.yaml, and FOLDER/crds.
set -euo pipefail
"$(dirname "$0")/module.sh" "$@"
module=$(cd / && go mod download -json "$2@$3" | jq --raw-output .Dir)/kustomize
cp --recursive --no-preserve=mode "$module/crd/bases" "$1/crds"
# Heartbeats without leases: renewing a lease for each node every few seconds is the larger part of its traffic.
for definition in "$module"/stage/node/{fast,heartbeat}/*.yaml "$module"/stage/pod/fast/*.yaml "$module"/metrics/resource/*.yaml; do
    [ "$(basename "$definition")" != kustomization.yaml ] || continue
    printf -- '---\n'
    cat "$definition"
    printf '\n'
done > "$1/stages.yaml"
