# shellcheck shell=bash
# kube-controller-manager: the control loops that turn Deployments into ReplicaSets into Pods, fill EndpointSlices, ...,
# and the horizontal pod autoscaler. Each loop acts as a service account of its own.
# With TESTBED_RECORD_HPA=1 the autoscaler runs in a second process, whose log holds every answer it got (README).

kube_controller_manager_start() {
    local autoscaler=("--horizontal-pod-autoscaler-sync-period=$TESTBED_HPA_SYNC_PERIOD")
    if [ "$TESTBED_RECORD_HPA" = 1 ]; then
        # JSON instead of Protobuf makes the answers readable. client-go logs a body if request.go has level 8 and so has
        # the caller (type.go: typed clients, client.go: the scale and the custom metrics clients); 10 logs it uncut.
        controller_manager kube-controller-manager 10257 '*,-horizontal-pod-autoscaler-controller'
        controller_manager hpa-controller 10258 horizontal-pod-autoscaler-controller "${autoscaler[@]}" \
            --kube-api-content-type=application/json --vmodule=request=10,type=8,client=8,round_trippers=6,horizontal=4
    else
        controller_manager kube-controller-manager 10257 '*' "${autoscaler[@]}"
    fi
}

controller_manager() { # NAME PORT CONTROLLERS FLAG...
    local name=$1 port=$2 controllers=$3 kubeconfig=$KUBECONFIGS/kube-controller-manager.conf
    shift 3
    # shellcheck disable=SC2086  # the setting is a list of flags
    launch "$name" "$STATE/bin/kube-controller-manager" \
        --kubeconfig="$kubeconfig" --authentication-kubeconfig="$kubeconfig" --authorization-kubeconfig="$kubeconfig" \
        --bind-address=127.0.0.1 --secure-port="$port" --controllers="$controllers" --leader-elect=false \
        --use-service-account-credentials --service-account-private-key-file="$PKI/service-accounts.key" \
        --root-ca-file="$PKI/ca.crt" --cluster-signing-cert-file="$PKI/ca.crt" --cluster-signing-key-file="$PKI/ca.key" \
        "$@" $TESTBED_CONTROLLER_MANAGER_ARGS
}

kube_controller_manager_ready() {
    wait_until 60 kube-controller-manager curl --silent --fail --insecure https://127.0.0.1:10257/healthz
}

kube_controller_manager_stop() {
    stop_process kube-controller-manager
    stop_process hpa-controller
}
