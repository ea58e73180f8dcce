#!/usr/bin/env bash
# doctor-faults.sh PODPILOT: six faults in a running testbed, one after the other; podpilot doctor must name each, and find
# nothing before and after. Part of e2e.sh; leaves the testbed as it was.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
. "$here/lib/report.sh"
podpilot=$1

on() { "$here/enter" "$@" > /dev/null; }

says() { # TEXT EXIT-CODE: whether doctor ends so, and its answer holds the text
    local answer status=0
    answer=$("$here/enter" "$podpilot" doctor 2>&1) || status=$?
    [ "$status" -eq "$2" ] && grep --quiet --fixed-strings "$1" <<< "$answer"
}

within_two_minutes() { # TEXT EXIT-CODE
    local deadline=$((SECONDS + 120))
    until says "$@"; do
        if [ "$SECONDS" -ge "$deadline" ]; then
            "$here/enter" "$podpilot" doctor >&2 || true
            die "doctor does not say: $1"
        fi
        sleep 2
    done
    say "    doctor says: $1"
}

healthy() { within_two_minutes "the metrics API answers" 0; }

healthy
on kubectl set image deployment/web --namespace=demo web=localhost/none:1
within_two_minutes "is in ErrImageNeverPull" 1
on kubectl rollout undo deployment/web --namespace=demo
healthy

on kubectl patch service web --namespace=demo --patch='{"spec": {"selector": {"app": "wbe"}}}'
within_two_minutes "no pod carries its selector app=wbe" 1
on kubectl patch service web --namespace=demo --patch='{"spec": {"selector": {"app": "web"}}}'
healthy

on kubectl create deployment greedy --namespace=demo --image=localhost/web:1
on kubectl set resources deployment/greedy --namespace=demo --requests=cpu=1000
within_two_minutes "finds no node: Unschedulable" 1
on kubectl delete deployment greedy --namespace=demo
healthy

on kubectl patch hpa web --namespace=demo --type=merge --patch='{"spec": {"scaleTargetRef": {"name": "wbe"}}}'
within_two_minutes "its target, Deployment wbe, does not exist" 1
on kubectl patch hpa web --namespace=demo --type=merge --patch='{"spec": {"scaleTargetRef": {"name": "web"}}}'
healthy

on kubectl create ingress lost --namespace=demo --rule='/*=nowhere:80'
within_two_minutes "leads to Service nowhere, which does not exist" 1
on kubectl delete ingress lost --namespace=demo
healthy

"$here/component" stop metrics-server
within_two_minutes "the metrics API does not answer" 1
"$here/component" start metrics-server
healthy
