# shellcheck shell=bash
# shellcheck disable=SC2034  # the names set here are used by the files that source this one
# What can be changed, where things lie, and which addresses are used. Sourced by every script of the testbed.

# One testbed at a time: this folder is its state and exists exactly as long as the testbed does.
STATE=/var/lib/podpilot-testbed
CACHE="${XDG_CACHE_HOME:-$HOME/.cache}/podpilot/testbed"
LOGS="$STATE/logs"
PKI="$STATE/pki"
KUBECONFIGS="$STATE/kubeconfig"
CGROUP=podpilot-testbed

# A running testbed remembers its settings: restarting one of its components must not change the others' view. A new
# one (up.sh) does not take them over from an earlier one.
if [ -z "${TESTBED_STARTING:-}" ] && [ -f "$STATE/settings.env" ]; then
    while IFS='=' read -r name value; do
        [ -n "${!name+set}" ] || declare -g "$name=$value"
    done < "$STATE/settings.env"
    unset name value
fi

# ---- settings: take them from the environment, or these defaults ----
: "${PROFILE:=default}"                        # default | kwok: kwok adds simulated nodes
: "${TESTBED_HPA_SYNC_PERIOD:=15s}"            # how often the HPA controller decides (Kubernetes' default)
: "${TESTBED_METRICS_RESOLUTION:=10s}"         # how often metrics-server asks the kubelet (10s is its minimum)
: "${TESTBED_SCRAPE_INTERVAL:=5s}"             # how often Prometheus scrapes
: "${TESTBED_HOUSEKEEPING_INTERVAL:=10s}"      # how often the kubelet samples containers (kubelet's default)
: "${TESTBED_WEB_REPLICAS:=1}"
: "${TESTBED_WEB_CPU_REQUEST:=100m}"
: "${TESTBED_WEB_CPU_LIMIT:=200m}"             # "none": no CPU limit
: "${TESTBED_RECORD_HPA:=0}"                   # 1: log every answer that the HPA controller gets (README: recording)
: "${TESTBED_KWOK_NODES:=10}"
: "${TESTBED_CONTROLLER_MANAGER_ARGS:=}"       # more flags for kube-controller-manager, e.g. --kube-api-qps=300
SETTINGS=(PROFILE TESTBED_HPA_SYNC_PERIOD TESTBED_METRICS_RESOLUTION TESTBED_SCRAPE_INTERVAL
    TESTBED_HOUSEKEEPING_INTERVAL TESTBED_WEB_REPLICAS TESTBED_WEB_CPU_REQUEST TESTBED_WEB_CPU_LIMIT
    TESTBED_RECORD_HPA TESTBED_KWOK_NODES TESTBED_CONTROLLER_MANAGER_ARGS)

# ---- addresses, all inside the testbed's own network namespace ----
NODE_NAME=node1
NODE_ADDRESS=172.31.0.1
POD_CIDR=10.244.0.0/16
KWOK_POD_CIDR=10.245.0.0/16
SERVICE_CIDR=10.96.0.0/16
API_SERVICE_ADDRESS=10.96.0.1
METRICS_SERVER_ADDRESS=10.96.0.44
WEB_ADDRESS=10.96.0.80
GATEWAY_ADDRESS=10.96.0.81
PROMETHEUS_ADDRESS=10.96.0.90
