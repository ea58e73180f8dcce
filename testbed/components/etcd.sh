# shellcheck shell=bash
# etcd: the database that holds every object of the cluster. Only kube-apiserver talks to it.

etcd_start() {
    # Losing the database with the machine is fine here, so writes need not wait for the disk.
    launch etcd "$STATE/bin/etcd" --name=testbed --data-dir="$STATE/etcd" --unsafe-no-fsync \
        --listen-client-urls=https://127.0.0.1:2379 --advertise-client-urls=https://127.0.0.1:2379 \
        --listen-peer-urls=http://127.0.0.1:2380 --initial-advertise-peer-urls=http://127.0.0.1:2380 \
        --initial-cluster=testbed=http://127.0.0.1:2380 --listen-metrics-urls=http://127.0.0.1:2381 \
        --cert-file="$PKI/etcd.crt" --key-file="$PKI/etcd.key" \
        --trusted-ca-file="$PKI/etcd-ca.crt" --client-cert-auth --log-level=warn
}

etcd_ready() { wait_until 30 etcd curl --silent --fail http://127.0.0.1:2381/health; }

etcd_stop() { stop_process etcd; }
