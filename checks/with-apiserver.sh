#!/usr/bin/env bash
# with-apiserver.sh COMMAND...: runs COMMAND with KUBECONFIG of a kube-apiserver (and its etcd) of its own, and its kubectl
# in PATH. Objects are validated and stored as on any cluster; nothing acts on them. On loopback only, gone afterwards.
# Exit code 3: the binaries are not built (testbed/build.sh builds them).
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
. "$here/kubernetes.sh"

kubernetes_is_built || exit 3
folder=$(mktemp --directory)
processes=()

finish() {
    local status=$?
    trap - EXIT
    # Not asked to end, but ended: an apiserver that is asked waits for an etcd that is gone. Its data are a throw-away.
    for process in "${processes[@]}"; do kill -KILL "$process" 2> /dev/null || true; done
    wait 2> /dev/null || true
    [ "$status" -eq 0 ] || tail -n 5 "$folder"/*.log >&2
    rm -rf "$folder"
    exit "$status"
}
trap finish EXIT

read -r client peer server <<< "$(python3 -c '
import socket
sockets = [socket.create_server(("127.0.0.1", 0)) for _ in range(3)]
print(*(s.getsockname()[1] for s in sockets))')"
openssl genrsa -out "$folder/accounts.key" 2048 2> /dev/null
openssl rsa -in "$folder/accounts.key" -pubout -out "$folder/accounts.pub" 2> /dev/null
token=$(openssl rand -hex 16)
printf '%s,admin,admin,system:masters\n' "$token" > "$folder/tokens.csv"

"$CACHE/$ETCD/etcd" --name=check --data-dir="$folder/etcd" --unsafe-no-fsync --log-level=warn \
    --listen-client-urls="http://127.0.0.1:$client" --advertise-client-urls="http://127.0.0.1:$client" \
    --listen-peer-urls="http://127.0.0.1:$peer" --initial-advertise-peer-urls="http://127.0.0.1:$peer" \
    --initial-cluster="check=http://127.0.0.1:$peer" > "$folder/etcd.log" 2>&1 &
processes+=($!)
"$CACHE/$KUBERNETES/kube-apiserver" --bind-address=127.0.0.1 --advertise-address=127.0.0.1 --secure-port="$server" \
    --cert-dir="$folder" --etcd-servers="http://127.0.0.1:$client" --token-auth-file="$folder/tokens.csv" \
    --authorization-mode=RBAC --service-cluster-ip-range=10.96.0.0/16 \
    --service-account-issuer=https://kubernetes.default.svc --service-account-key-file="$folder/accounts.pub" \
    --service-account-signing-key-file="$folder/accounts.key" --endpoint-reconciler-type=none \
    > "$folder/kube-apiserver.log" 2>&1 &
processes+=($!)

cat > "$folder/kubeconfig" <<YAML
apiVersion: v1
kind: Config
clusters: [{name: check, cluster: {server: "https://127.0.0.1:$server", insecure-skip-tls-verify: true}}]
users: [{name: admin, user: {token: $token}}]
contexts: [{name: check, context: {cluster: check, user: admin}}]
current-context: check
YAML
export KUBECONFIG=$folder/kubeconfig PATH=$CACHE/$KUBERNETES:$PATH
unset HTTP_PROXY HTTPS_PROXY http_proxy https_proxy
deadline=$((SECONDS + 90))
until kubectl get --raw /readyz > /dev/null 2>&1; do
    [ "$SECONDS" -lt "$deadline" ] || die "the apiserver was not ready within 90 s"
    kill -0 "${processes[1]}" 2> /dev/null || die "the apiserver has ended"
    sleep 0.5
done
"$@"
