# shellcheck shell=bash
# What the node sees of the machine's files: all of them, with the files of the Debian packages laid over /usr as if they
# were installed, and with a memory-backed layer over the folders that the node's programs write to at fixed paths
# (/run/containerd, /var/lib/cni, /var/log/pods, ...), so that no such write reaches the machine.
# To be run inside the node's mount namespace.

mounts_create() {
    # Volumes that the kubelet mounts must reach the containers' mount namespaces.
    mount --make-rshared /
    mount -t overlay testbed-usr -o "lowerdir=$CACHE/$NODE_FILES/usr:/usr" /usr

    mkdir -p "$STATE/scratch"
    mount -t tmpfs testbed-scratch "$STATE/scratch"
    exec 8< "$STATE"
    local path
    for path in /run /var/log /var/lib; do
        mkdir -p "$STATE/scratch$path/upper" "$STATE/scratch$path/work"
        mount -t overlay testbed-scratch \
            -o "lowerdir=$path,upperdir=$STATE/scratch$path/upper,workdir=$STATE/scratch$path/work" "$path"
    done
    # The testbed's own state lies under /var/lib and stays what it is: it is bound again over the new layer.
    mount --no-canonicalize --bind /proc/self/fd/8 "$STATE"
    exec 8<&-
}
