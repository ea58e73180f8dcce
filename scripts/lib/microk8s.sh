# shellcheck shell=bash
# The parts of MicroK8s, each checked before it is changed. Sourced by install_microk8s.sh.

VALUES=$(cd "$(dirname "${BASH_SOURCE[0]}")/../values" && pwd)
STACK_VERSION=77.6.2 # of kube-prometheus-stack, the one that MicroK8s' add-on brings
KEDA_VERSION=2.20.2
# Edges round the objective of 200 ms. Traefik's own are 0.1, 0.3, 1.2 and 5 s: between 100 and 300 ms it would guess.
BUCKETS='0.005\,0.01\,0.025\,0.05\,0.075\,0.1\,0.15\,0.2\,0.25\,0.3\,0.4\,0.5\,0.75\,1\,2.5\,5'

microk8s_is_installed() { snap list microk8s > /dev/null 2>&1; }

install_snap() {
    if microk8s_is_installed; then
        done_already "MicroK8s $(snap list microk8s | awk 'NR == 2 {print $2 " from " $4}')"
        return
    fi
    local channels
    channels=$(snap info microk8s) || die "the snap store does not answer" "check the network, then run this again"
    if ! grep -qE "^ *$CHANNEL:" <<< "$channels"; then
        printf '%s\n' "$channels" >&2
        die "there is no channel $CHANNEL" "choose one of the above: CHANNEL=1.36/stable $0"
    fi
    run "${ROOT[@]}" snap install microk8s --classic "--channel=$CHANNEL"
}

join_group() {
    local user=${SUDO_USER:-$(id -un)}
    if [ "$user" = root ]; then return; fi
    if id -nG "$user" | tr ' ' '\n' | grep -qx microk8s; then
        done_already "$user is in the group microk8s"
        return
    fi
    run "${ROOT[@]}" usermod -a -G microk8s "$user"
    say "the group counts from the next login on; this script goes on with sudo"
}

wait_ready() {
    run "${ROOT[@]}" microk8s status --wait-ready --timeout 600 > /dev/null ||
        die "MicroK8s was not ready within 10 minutes" "sudo microk8s inspect   (it names firewall, memory and cgroup problems)"
}

# "enabled", "disabled", or nothing if there is no such add-on.
# (`status --addon NAME` says "disabled" of those too.)
addon_state() { "${ROOT[@]}" microk8s status --format short 2> /dev/null | awk -F '[/:] *' -v name="$1" '$2 == name {print $3}' || true; }

enable_addon() { # NAME ARGUMENTS...: one at a time; several in one command are deprecated
    if [ "$(addon_state "$1")" = enabled ]; then
        done_already "add-on $1"
        return
    fi
    run "${ROOT[@]}" microk8s enable "$@" || die "enabling $1 failed" "sudo microk8s enable $1   (and read what it says)"
}

helm() { "${ROOT[@]}" microk8s helm3 "$@"; }

run_helm() { run "${ROOT[@]}" microk8s helm3 "$@"; }

deployed() { # RELEASE NAMESPACE: whether Helm has it, in good state
    helm status "$1" --namespace "$2" 2> /dev/null | grep -q '^STATUS: deployed'
}

monitoring_lite() {
    if deployed kube-prom-stack observability; then
        done_already "kube-prom-stack"
        return
    fi
    run_helm repo add prometheus-community https://prometheus-community.github.io/helm-charts
    run_helm repo update prometheus-community
    # The release and namespace of MicroK8s' own add-on, so that everything is found where its documentation says.
    run_helm upgrade --install kube-prom-stack prometheus-community/kube-prometheus-stack --version "$STACK_VERSION" \
        --namespace observability --create-namespace --values "$VALUES/monitoring-lite.yaml" --wait --timeout 15m
}

monitoring_full() {
    if [ -z "$(addon_state observability)" ] && [ "$DRY_RUN" = 0 ]; then
        say "this MicroK8s has no add-on observability; installing Prometheus and Grafana by Helm instead"
        monitoring_lite
        return
    fi
    enable_addon observability --without-tempo "--kube-prometheus-stack-values=$VALUES/monitoring-full.yaml"
}

traefik_metrics() {
    local releases chart
    if ! releases=$(helm list --namespace ingress 2> /dev/null); then
        [ "$DRY_RUN" = 1 ] || die "Helm does not answer" "sudo microk8s helm3 list --namespace ingress"
    fi
    chart=$(awk '$1 == "traefik" {for (i = 1; i <= NF; i++) if ($i ~ /^traefik-[0-9]/) print substr($i, 9)}' <<< "$releases")
    if [ -z "$chart" ] && [ "$DRY_RUN" = 0 ]; then
        say "the ingress controller is not Traefik (MicroK8s before 1.35 had ingress-nginx, retired since March 2026);"
        say "latency is then measured by the demo's gateway only: deployments/demo/gateway.yaml"
        return
    fi
    if helm get values traefik --namespace ingress 2> /dev/null | grep -q '0.15,0.2,0.25'; then
        done_already "Traefik's latency buckets"
        return
    fi
    run_helm repo add traefik https://traefik.github.io/charts
    run_helm repo update traefik
    # honorLabels: Traefik's label `service` names the backend, and would otherwise become exported_service.
    # The last two: on one node the old pod holds ports 80 and 443, and a new one beside it would stay Pending.
    run_helm upgrade traefik traefik/traefik --namespace ingress --version "${chart:-INSTALLED-VERSION}" --reuse-values \
        --set-string "metrics.prometheus.buckets=$BUCKETS" \
        --set metrics.prometheus.service.enabled=true \
        --set metrics.prometheus.serviceMonitor.enabled=true \
        --set metrics.prometheus.serviceMonitor.interval=15s \
        --set metrics.prometheus.serviceMonitor.honorLabels=true \
        --set metrics.prometheus.serviceMonitor.additionalLabels.release=kube-prom-stack \
        --set updateStrategy.rollingUpdate.maxUnavailable=1 \
        --set updateStrategy.rollingUpdate.maxSurge=0
}

install_keda() {
    if deployed keda keda; then
        done_already "KEDA"
        return
    fi
    run_helm repo add kedacore https://kedacore.github.io/charts
    run_helm repo update kedacore
    run_helm upgrade --install keda kedacore/keda --version "$KEDA_VERSION" --namespace keda --create-namespace --wait --timeout 10m
}
