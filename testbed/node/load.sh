# shellcheck shell=bash
# Everything a script needs that runs as a process of the node: settings, functions, components, and the node's programs.

TESTBED=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
. "$TESTBED/settings.sh"
for part in report cache entries process render; do
    . "$TESTBED/lib/$part.sh"
done
for part in "$TESTBED"/components/*.sh; do
    . "$part"
done

umask 022
export PATH="$STATE/bin:$PATH"
export KUBECONFIG="$KUBECONFIGS/admin.conf"
export TMPDIR="$STATE/tmp"
unset HTTP_PROXY HTTPS_PROXY http_proxy https_proxy
