#!/usr/bin/env bash
# etcd.sh FOLDER: etcd's server. Its module cannot be installed by version (its go.mod replaces siblings by folders), so
# a module of our own requires it.
set -euo pipefail
cd "$(dirname "$0")/../go/etcd"
. ../../versions.env

pinned=$(go list -m -f '{{.Version}}' go.etcd.io/etcd/server/v3)
if [ "$pinned" != "$ETCD_VERSION" ]; then
    echo "go.mod pins go.etcd.io/etcd/server/v3 $pinned, versions.env $ETCD_VERSION" >&2
    exit 1
fi

CGO_ENABLED=0 GOFLAGS=-mod=readonly go build -trimpath -buildvcs=false -ldflags="-s -w" -o "$1/etcd" go.etcd.io/etcd/server/v3
