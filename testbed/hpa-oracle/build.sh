#!/usr/bin/env bash
# Builds the oracle unless it is cached, and prints the path of its binary. Upstream's package is copied from the
# module cache to a folder outside this repository and the files under podautoscaler/ are added to it; no byte of
# upstream changes.
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
version=$(awk 'NF > 1 && $(NF - 1) == "k8s.io/kubernetes" { print $NF }' "$here/go.mod")
sources=$(cat "$here/go.mod" "$here/go.sum" "$here/build.sh" "$here"/podautoscaler/*.go | sha256sum | cut -c1-16)
cache=${XDG_CACHE_HOME:-$HOME/.cache}/podpilot
binary=$cache/hpa-oracle-$version-$sources

if [ -x "$binary" ]; then
    echo "$binary"
    exit
fi
if ! command -v go >/dev/null; then
    echo "hpa-oracle: go is not installed, so upstream's autoscaler cannot be built" >&2
    exit 3
fi

# The flags of the testbed's other components: one build cache serves all.
export CGO_ENABLED=0
mkdir -p "$cache"
folder=$(mktemp -d "$cache/hpa-oracle-build.XXXXXX")
trap 'rm -rf "$folder"' EXIT
cp "$here/go.mod" "$here/go.sum" "$folder"
upstream=$(cd "$folder" && go mod download -json "k8s.io/kubernetes@$version" | sed -n 's/^\t"Dir": "\(.*\)",$/\1/p')
mkdir "$folder/podautoscaler"
for file in "$upstream"/pkg/controller/podautoscaler/*.go; do
    case $file in
        *_test.go) ;;
        *) cp --no-preserve=mode "$file" "$folder/podautoscaler" ;;
    esac
done
cp "$here"/podautoscaler/*.go "$folder/podautoscaler"
name_version="-X podpilot.dev/testbed/hpa-oracle/podautoscaler.oracleUpstreamVersion=$version"
echo "hpa-oracle: building for Kubernetes $version" >&2
(cd "$folder" && go test -c -trimpath -buildvcs=false -ldflags="-s -w $name_version" -o "$folder/oracle" ./podautoscaler) >&2
mv "$folder/oracle" "$binary"
echo "$binary"
