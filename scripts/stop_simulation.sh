#!/usr/bin/env bash
# stop_simulation.sh [--yes] [--dry-run]: removes what run_simulation.sh created, and nothing else. It goes by the label
# app.kubernetes.io/part-of=podpilot-demo, shows what carries it, and asks first. MicroK8s, monitoring and your
# own objects stay, also those that you put into the namespace demo.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
. "$here/lib/steps.sh"

LABEL=app.kubernetes.io/part-of=podpilot-demo
KINDS=deployment,service,ingress,configmap,horizontalpodautoscaler,job
EXTRA=(scaledobjects.keda.sh servicemonitors.monitoring.coreos.com prometheusrules.monitoring.coreos.com
    adaptiveautoscalers.podpilot.dev)
yes=0

for argument in "$@"; do
    case $argument in
        --yes | -y) yes=1 ;;
        --dry-run) DRY_RUN=1 ;;
        --help | -h) usage_and_exit ;;
        *) die "unknown argument $argument" "$0 --help" ;;
    esac
done

command -v kubectl > /dev/null || die "kubectl is not installed"
kubectl get --raw /readyz > /dev/null 2>&1 || die "no cluster answers" "export KUBECONFIG=~/.kube/microk8s-config"

for kind in "${EXTRA[@]}"; do
    if kubectl get customresourcedefinition "$kind" > /dev/null 2>&1; then KINDS=$KINDS,$kind; fi
done
found=$(kubectl get "$KINDS" --namespace demo --selector "$LABEL" --output name)
namespace=$(kubectl get namespace --selector "$LABEL" --output name | grep -x namespace/demo || true)
if [ -z "$found$namespace" ]; then
    done_already "nothing of the demo is there"
    exit 0
fi

say "In the namespace demo these carry the label $LABEL:"
say "$found"
if [ "$yes" = 0 ] && [ "$DRY_RUN" = 0 ]; then
    [ -t 0 ] || die "nobody to ask" "$0 --yes"
    read -r -p "Remove them? [y/N] " answer
    case $answer in y | Y | yes) ;; *) die "nothing was removed" ;; esac
fi
if [ -n "$found" ]; then run kubectl delete "$KINDS" --namespace demo --selector "$LABEL" --wait=false; fi

# What an empty namespace holds anyway: made by Kubernetes itself, or going with what was just removed.
others=$(kubectl get "$KINDS,secret,persistentvolumeclaim,statefulset,daemonset,cronjob" --namespace demo \
    --selector "${LABEL/=/!=}" --output name)
others=$(grep -vx 'configmap/kube-root-ca.crt' <<< "$others" || true)
if [ -z "$namespace" ]; then
    say "the namespace demo stays: it was not made by run_simulation.sh"
elif [ -n "$others" ]; then
    say "the namespace demo stays, because it also holds:"
    say "$others"
else
    run kubectl delete "$namespace" --wait=false
fi
say "removed; reports in runs/ stay"
