#!/usr/bin/env bash
# promtool.sh: prints the path of promtool, the testbed's build. The first time it is built with Go, in minutes.
# Exit code 3: it is not built, and there is no Go.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
. "$here/kubernetes.sh"

if [ ! -x "$CACHE/$PROMETHEUS/promtool" ]; then
    command -v go > /dev/null || exit 3
    cached "$PROMETHEUS" "$repository/testbed/build/module.sh" github.com/prometheus/prometheus "$PROMETHEUS_VERSION" \
        "$PROMETHEUS_SUM" ./cmd/prometheus ./cmd/promtool
fi
printf '%s\n' "$CACHE/$PROMETHEUS/promtool"
