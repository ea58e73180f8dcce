# shellcheck shell=bash
# Where the testbed's builds of Kubernetes and etcd lie. Sourced.

repository=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
. "$repository/testbed/settings.sh"
. "$repository/testbed/lib/report.sh"
. "$repository/testbed/lib/cache.sh"
. "$repository/testbed/lib/entries.sh"

kubernetes_is_built() { [ -x "$CACHE/$KUBERNETES/kube-apiserver" ] && [ -x "$CACHE/$ETCD/etcd" ]; }
