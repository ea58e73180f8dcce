#!/usr/bin/env bash
# build.sh: fills the cache with all that a testbed needs and that is not there yet. Needs Go, a C compiler and Debian's
# package mirrors; changes nothing on the machine but the cache.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
. "$here/settings.sh"
. "$here/lib/report.sh"
. "$here/lib/cache.sh"
. "$here/lib/entries.sh"
. "$here/lib/tools.sh"

require_tools go:golang cc:gcc jq:jq apt-get:apt dpkg-deb:dpkg awk:mawk ldd:libc-bin strip:binutils

cached "$NODE_FILES" "$here/build/debian.sh" "${NODE_PACKAGES[@]}"
cached "$IMAGE_FILES" "$here/build/debian.sh" "${IMAGE_PACKAGES[@]}"
cached "$PAUSE" "$here/build/pause.sh"
for image in "${IMAGES[@]}"; do
    cached "$(image_entry "$image")" "$here/build/image.sh" "$image" "$CACHE/$IMAGE_FILES" "$CACHE/$PAUSE"
done
cached "$ETCD" "$here/build/etcd.sh"
cached "$KUBERNETES" "$here/build/kubernetes.sh"
cached "$METRICS_SERVER" "$here/build/module.sh" sigs.k8s.io/metrics-server "$METRICS_SERVER_VERSION" \
    "$METRICS_SERVER_SUM" ./cmd/metrics-server
cached "$PROMETHEUS" "$here/build/module.sh" github.com/prometheus/prometheus "$PROMETHEUS_VERSION" \
    "$PROMETHEUS_SUM" ./cmd/prometheus ./cmd/promtool
cached "$KUBE_STATE_METRICS" "$here/build/module.sh" k8s.io/kube-state-metrics/v2 "$KUBE_STATE_METRICS_VERSION" \
    "$KUBE_STATE_METRICS_SUM" .
if [ "$PROFILE" = kwok ]; then
    cached "$KWOK" "$here/build/kwok.sh" sigs.k8s.io/kwok "$KWOK_VERSION" "$KWOK_SUM" ./cmd/kwok
fi
