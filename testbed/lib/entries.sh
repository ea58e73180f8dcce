# shellcheck shell=bash
# shellcheck disable=SC2034  # used by the files that source this one
# The names of the cache entries: what each is called follows from what it is made of.

TESTBED=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)

. "$TESTBED/versions.env"

# Programs of the node that Debian packages bring; libraries that they need come along (build/debian.sh).
NODE_PACKAGES=(containerd runc containernetworking-plugins iptables conntrack)
IMAGE_PACKAGES=(nginx nginx-common libnginx-mod-http-lua libnginx-mod-http-ndk lua-resty-core lua-resty-lrucache)

distribution=$(. /etc/os-release && printf '%s-%s' "$ID" "${VERSION_CODENAME:-$VERSION_ID}")
debian_entry() { # NAME PACKAGE...
    printf '%s-%s-%s' "$1" "$distribution" "$( (printf '%s\n' "${@:2}" && cat "$TESTBED/build/debian.sh") | sha256sum | cut --characters=1-12)"
}
module_entry() { # NAME VERSION SUM
    printf '%s-%s-%s' "$1" "$2" "$( (printf '%s\n' "$3" && cat "$TESTBED/build/module.sh") | sha256sum | cut --characters=1-12)"
}

KUBERNETES=kubernetes-$KUBERNETES_VERSION-$(hash_of "$TESTBED/go/kubernetes" "$TESTBED/build/kubernetes.sh")
ETCD=etcd-$ETCD_VERSION-$(hash_of "$TESTBED/go/etcd" "$TESTBED/build/etcd.sh")
METRICS_SERVER=$(module_entry metrics-server "$METRICS_SERVER_VERSION" "$METRICS_SERVER_SUM")
PROMETHEUS=$(module_entry prometheus "$PROMETHEUS_VERSION" "$PROMETHEUS_SUM")
KUBE_STATE_METRICS=$(module_entry kube-state-metrics "$KUBE_STATE_METRICS_VERSION" "$KUBE_STATE_METRICS_SUM")
KWOK=$(module_entry kwok "$KWOK_VERSION" "$KWOK_SUM")-$(hash_of "$TESTBED/build/kwok.sh")
NODE_FILES=$(debian_entry node "${NODE_PACKAGES[@]}")
IMAGE_FILES=$(debian_entry nginx "${IMAGE_PACKAGES[@]}")
PAUSE=pause-1-$(hash_of "$TESTBED/images/pause/pause.c" "$TESTBED/build/pause.sh")
image_entry() { # NAME: an image is made of its folder, the builder and what it packs
    printf 'image-%s-1-%s' "$1" "$( (hash_of "$TESTBED/images/$1" "$TESTBED/build/image.sh" "$TESTBED/build/archive.sh" &&
        printf '%s\n' "$IMAGE_FILES" "$PAUSE") | sha256sum | cut --characters=1-12)"
}
IMAGES=(pause web gateway)
