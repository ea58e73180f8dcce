#!/usr/bin/env bash
# install_microk8s_macos.sh [--dry-run]: MicroK8s in a Multipass virtual machine on a Mac, kubeconfig on the Mac.
# May be repeated: what is there is left alone. --dry-run prints every command that would change something.
#
# From the environment:
#   CPUS=2 MEMORY=4G DISK=40G    of a new virtual machine (20G is tight with Prometheus)
#   VM=microk8s-vm               its name
#   MERGE=0                      1: also merge into ~/.kube/config (a copy of the old file is kept)
#   CHANNEL, MONITORING, WITH_KEDA, KUBECONFIG_FILE: as in install_microk8s.sh, which does the rest inside
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
. "$here/lib/steps.sh"
. "$here/lib/kubeconfig.sh"

VM=${VM:-microk8s-vm}
CPUS=${CPUS:-2}
MEMORY=${MEMORY:-4G}
DISK=${DISK:-40G}
MERGE=${MERGE:-0}
KUBECONFIG_FILE=${KUBECONFIG_FILE:-$HOME/.kube/microk8s-config}
INSIDE=/home/ubuntu/podpilot-scripts

for argument in "$@"; do
    case $argument in
        --dry-run) DRY_RUN=1 ;;
        --help | -h) usage_and_exit ;;
        *) die "unknown argument $argument" "$0 --help" ;;
    esac
done

vm_state() { multipass info "$VM" --format csv 2> /dev/null | awk -F, 'NR == 2 {print $2}'; }

step "checking this machine"
[ "$(uname -s)" = Darwin ] || die "this is $(uname -s)" "on Linux: scripts/install_microk8s.sh"
command -v multipass > /dev/null || die "Multipass is not installed" "brew install --cask multipass   (or https://canonical.com/multipass)"
command -v kubectl > /dev/null || die "kubectl is not installed" "brew install kubectl"

step "virtual machine $VM"
case $(vm_state) in
    Running) done_already "$VM runs" ;;
    '') run multipass launch 24.04 --name "$VM" --cpus "$CPUS" --memory "$MEMORY" --disk "$DISK" ;;
    Deleted) die "$VM is deleted, but not purged" "multipass recover $VM   (or: multipass purge)" ;;
    *) run multipass start "$VM" ;;
esac

step "MicroK8s inside"
run multipass transfer --recursive --parents "$here" "$VM:$INSIDE"
inside=(env "CHANNEL=${CHANNEL:-1.35/stable}" "MONITORING=${MONITORING:-lite}" "WITH_KEDA=${WITH_KEDA:-0}")
run multipass exec "$VM" -- "${inside[@]}" bash "$INSIDE/install_microk8s.sh"

step "kubeconfig"
write_kubeconfig "$KUBECONFIG_FILE" multipass exec "$VM" -- sudo /snap/bin/microk8s config
if [ "$MERGE" = 1 ]; then merge_kubeconfig "$KUBECONFIG_FILE"; fi
if [ "$DRY_RUN" = 0 ]; then
    KUBECONFIG=$KUBECONFIG_FILE kubectl get nodes >&2 ||
        die "the cluster does not answer from here" "multipass restart $VM, then run this again: the machine's address may have changed"
fi

step "what to do next"
say "  export KUBECONFIG=$KUBECONFIG_FILE"
say "  kubectl get nodes"
say "  podpilot doctor"
say "  TARGET_URL=http://ADDRESS/ scripts/run_simulation.sh     # ADDRESS: multipass info $VM"
say "After a restart of the machine its address may be another: run this script again."
