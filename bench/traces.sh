#!/usr/bin/env bash
# Trains and evaluates both agents on four recorded traces and prints the table of docs/results.md.
# usage: bench/traces.sh [TRACE_FOLDER [OUTPUT_FOLDER]]
set -euo pipefail
cd "$(dirname "$0")/.."
traces=${1:-../shared/traces}
out=${2:-runs/traces}
if [ ! -f "$traces/nasa95.csv" ]; then
    echo "$traces: no traces here; docs/traces.md says where they come from" >&2
    exit 2
fi
arguments=()
for trace in nasa95 worldcup98 crane1 crane2; do
    # World Cup's test part is eight times its train part: a quarter of the usual size keeps it within 200 pods.
    peak=20
    [ "$trace" = worldcup98 ] && peak=5
    for agent in ppo dqn; do
        directory="$out/$trace-$agent"
        if [ ! -f "$directory/result.json" ]; then
            rm -rf "$directory"
            make --silent train-simulation AGENT="$agent" SCENARIO=recorded TRACE="$traces/$trace.csv" \
                PEAK_REPLICAS="$peak" OUT="$directory" >/dev/null
        fi
        arguments+=("$trace=$directory")
    done
done
python3 bench/trace_table.py "${arguments[@]}"
