#!/usr/bin/env bash
# kubernetes.sh FOLDER: Kubernetes' programs from the pinned module. Without the version stamps the server calls itself
# v0.0.0-master and clients refuse features. They are given to the linker, so a change of them recompiles nothing.
set -euo pipefail
cd "$(dirname "$0")/../go/kubernetes"

. ../../versions.env

pinned=$(go list -m -f '{{.Version}}' k8s.io/kubernetes)
if [ "$pinned" != "$KUBERNETES_VERSION" ]; then
    echo "go.mod pins k8s.io/kubernetes $pinned, versions.env $KUBERNETES_VERSION" >&2
    exit 1
fi

IFS=. read -r major minor _ <<< "${KUBERNETES_VERSION#v}"
stamps=""
for package in k8s.io/component-base/version k8s.io/client-go/pkg/version; do
    stamps+=" -X $package.gitVersion=$KUBERNETES_VERSION -X $package.gitMajor=$major -X $package.gitMinor=$minor"
    stamps+=" -X $package.gitCommit=unknown -X $package.gitTreeState=archive -X $package.buildDate=$KUBERNETES_BUILD_DATE"
done
CGO_ENABLED=0 GOFLAGS=-mod=readonly go build -trimpath -buildvcs=false -ldflags="-s -w$stamps" -o "$1/" tool
