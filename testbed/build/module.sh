#!/usr/bin/env bash
# module.sh FOLDER MODULE VERSION SUM PACKAGE...: programs of a Go module, built where Go keeps the module's files, with
# its own go.mod and go.sum: exactly the versions its makers chose. SUM is the module's checksum (h1:).
set -euo pipefail
folder=$1 module=$2 version=$3 expected=$4
shift 4

answer=$(cd / && go mod download -json "$module@$version")
sum=$(jq --raw-output .Sum <<< "$answer")
if [ "$sum" != "$expected" ]; then
    echo "$module $version has checksum $sum, expected $expected" >&2
    exit 1
fi
cd "$(jq --raw-output .Dir <<< "$answer")"
# Prometheus carries a go.work that names folders which the module does not contain.
CGO_ENABLED=0 GOWORK=off GOFLAGS=-mod=readonly \
    go build -trimpath -buildvcs=false -ldflags="-s -w" -o "$folder/" "$@"
