# shellcheck shell=bash
# Fills settings and addresses into files of config/ and manifests/: @NAME@ stands for the value of NAME.

render() { # FILE
    local script="" name text
    for name in STATE PKI KUBECONFIGS CGROUP NODE_NAME NODE_ADDRESS POD_CIDR KWOK_POD_CIDR METRICS_SERVER_ADDRESS \
        WEB_ADDRESS GATEWAY_ADDRESS PROMETHEUS_ADDRESS TESTBED_SCRAPE_INTERVAL TESTBED_WEB_REPLICAS \
        TESTBED_WEB_CPU_REQUEST TESTBED_WEB_CPU_LIMIT METRICS_CA KWOK_NODE; do
        script+="s|@$name@|${!name:-}|g;"
    done
    text=$(sed "$script" "$1")
    if grep --quiet '@[A-Z_]*@' <<< "$text"; then
        die "$1: no value for $(grep --only-matching --max-count=1 '@[A-Z_]*@' <<< "$text")"
    fi
    printf '%s\n' "$text"
}
