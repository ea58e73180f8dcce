#!/usr/bin/env bash
# helm.sh: prints the path of helm, and builds it first if it is not in the testbed's cache.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
. "$here/settings.sh"
for part in report cache entries tools; do
    . "$here/lib/$part.sh"
done
require_tools go:golang jq:jq
HELM=$(module_entry helm "$HELM_VERSION" "$HELM_SUM")
cached "$HELM" "$here/build/module.sh" helm.sh/helm/v3 "$HELM_VERSION" "$HELM_SUM" ./cmd/helm >&2
echo "$CACHE/$HELM/helm"
