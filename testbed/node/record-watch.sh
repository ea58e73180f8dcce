#!/usr/bin/env bash
# record-watch.sh KIND FILE: appends each change of an object of KIND, as the apiserver's watch delivers it, to FILE: one
# JSON object a line, {time, type, object}. The apiserver ends a watch after half an hour or more; the next one begins
# with all objects there are, as type ADDED.
set -euo pipefail
while true; do
    kubectl get "$1" --all-namespaces --watch --output-watch-events --output=json |
        jq --unbuffered --compact-output '{time: now} + . | del(.object.metadata.managedFields)' >> "$2" || sleep 1
done
