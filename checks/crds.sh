#!/usr/bin/env bash
# crds.sh: prints a folder with the custom resource definitions that our manifests use: KEDA's ScaledObject, the
# Prometheus operator's PrometheusRule and ServiceMonitor. They come from the projects' Go modules, checked by checksum;
# the first time needs Go.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
. "$here/kubernetes.sh"

KEDA=(github.com/kedacore/keda/v2 v2.20.2 h1:SR60v8uIcelbveS8n/1jcl8tLdBBIbHMxmdOHw8tKqA=)
OPERATOR=(github.com/prometheus-operator/prometheus-operator v0.85.0 h1:M5xLCLEoaW2IJfnuCwFzzpL+jSVQu3KGT84Pye+fW8s=)
place=$CACHE/crds-keda-${KEDA[1]}-prometheus-operator-${OPERATOR[1]}

module_folder() { # MODULE VERSION SUM
    local answer
    answer=$(cd / && go mod download -json "$1@$2")
    [ "$(jq --raw-output .Sum <<< "$answer")" = "$3" ] || die "$1 $2 has another checksum than $3"
    jq --raw-output .Dir <<< "$answer"
}

if [ ! -d "$place" ]; then
    mkdir -p "$CACHE"
    unfinished=$(mktemp --directory "$CACHE/.unfinished-crds.XXXXXX")
    keda=$(module_folder "${KEDA[@]}")
    operator=$(module_folder "${OPERATOR[@]}")
    cp --no-preserve=mode "$keda/config/crd/bases/keda.sh_scaledobjects.yaml" "$unfinished/"
    for kind in prometheusrules servicemonitors; do
        cp --no-preserve=mode "$operator/example/prometheus-operator-crd/monitoring.coreos.com_$kind.yaml" "$unfinished/"
    done
    mv --no-target-directory "$unfinished" "$place" 2> /dev/null || rm -rf "$unfinished"
fi
printf '%s\n' "$place"
