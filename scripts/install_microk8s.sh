#!/usr/bin/env bash
# install_microk8s.sh [--dry-run]: MicroK8s with what podpilot needs, on Ubuntu 22.04 or 24.04.
# May be repeated: what is there is left alone. --dry-run prints every command that would change something.
#
# From the environment:
#   CHANNEL=1.35/stable          snap channel; an installed MicroK8s keeps its own
#   MONITORING=lite              lite (2 cores, 4 GB), full (the observability add-on), or none
#   WITH_KEDA=0                  1: KEDA 2.20.2 by Helm (the community add-on is of 2023)
#   KUBECONFIG_FILE=~/.kube/microk8s-config
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
. "$here/lib/steps.sh"
. "$here/lib/kubeconfig.sh"
. "$here/lib/microk8s.sh"

CHANNEL=${CHANNEL:-1.35/stable}
MONITORING=${MONITORING:-lite}
WITH_KEDA=${WITH_KEDA:-0}
KUBECONFIG_FILE=${KUBECONFIG_FILE:-$HOME/.kube/microk8s-config}
PATH=$PATH:/snap/bin

for argument in "$@"; do
    case $argument in
        --dry-run) DRY_RUN=1 ;;
        --help | -h) usage_and_exit ;;
        *) die "unknown argument $argument" "$0 --help" ;;
    esac
done
case $MONITORING in lite | full | none) ;; *) die "MONITORING is $MONITORING, must be lite, full or none" ;; esac

step "checking this machine"
[ "$(uname -s)" = Linux ] || die "this is $(uname -s)" "on a Mac: scripts/install_microk8s_macos.sh"
case $(uname -m) in x86_64 | aarch64) ;; *) die "MicroK8s' ingress controller has no build for $(uname -m)" ;; esac
command -v snap > /dev/null || die "snap is not installed" "sudo apt-get install snapd && sudo snap install snapd, then log in again"
as_root

step "MicroK8s"
install_snap
join_group
wait_ready

step "add-ons"
for addon in dns hostpath-storage metrics-server rbac ingress; do
    enable_addon "$addon"
done

step "kubeconfig"
write_kubeconfig "$KUBECONFIG_FILE" "${ROOT[@]}" microk8s config

step "monitoring ($MONITORING)"
case $MONITORING in
    lite) monitoring_lite ;;
    full) monitoring_full ;;
    none) say "skipped" ;;
esac

step "ingress metrics"
if [ "$MONITORING" = none ]; then say "skipped: they need the monitoring"; else traefik_metrics; fi

if [ "$WITH_KEDA" = 1 ]; then
    step "KEDA"
    install_keda
fi

step "what to do next"
say "  export KUBECONFIG=$KUBECONFIG_FILE"
say "  podpilot doctor                      # is everything running?"
say "  scripts/run_simulation.sh            # demo, load, report"
if [ "$MONITORING" != none ]; then
    say "  kubectl port-forward -n observability svc/kube-prom-stack-grafana 3000:80"
    say "  kubectl get secret -n observability kube-prom-stack-grafana -o jsonpath='{.data.admin-password}' | base64 -d"
fi
