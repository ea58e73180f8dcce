# shellcheck shell=bash
# containerd: unpacks images and runs containers, each through runc. The kubelet tells it what to run. A Pod's network is
# made by the programs that config/cni.json names.

containerd_start() {
    mkdir -p "$STATE/containerd/cni"
    render "$TESTBED/config/cni.json" > "$STATE/containerd/cni/10-pods.conflist"
    render "$TESTBED/config/containerd.toml" > "$STATE/containerd/config.toml"
    launch containerd containerd --config "$STATE/containerd/config.toml"
}

containerd_ready() {
    wait_until 30 containerd ctr version
    import_image pause
}

import_image() { # NAME: one of the testbed's images
    ctr --namespace k8s.io images import "$CACHE/$(image_entry "$1")/$1.tar" > /dev/null
}

containerd_stop() { stop_process containerd; }
