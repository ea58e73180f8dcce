# shellcheck shell=bash
# The node's network: a pair of connected interfaces, both ends inside the node's own network namespace, one of which
# carries the node's address. Nothing leads out. The default route exists so that a packet to a Service's virtual address
# is routed at all; kube-proxy's rules then change its destination.

network_start() {
    ip link set lo up
    ip link add node0 type veth peer name node0-peer
    ip address add "$NODE_ADDRESS/24" dev node0
    ip link set node0 up
    ip link set node0-peer up
    ip route add default via "${NODE_ADDRESS%.*}.254" dev node0
    echo 1 > /proc/sys/net/ipv4/ip_forward
}
