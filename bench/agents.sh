#!/usr/bin/env bash
# Trains every agent on each recorded trace with several seeds and compares it with the quantile controller it starts
# from, at matched service. Steps whose results are there are skipped, so an interrupted run goes on where it was.
# usage: bench/agents.sh [TRACE_FOLDER [WORK_FOLDER]]
# TRACES, AGENTS, SEEDS, TIMESTEPS, EPISODES and AGENT_SCENARIO in the environment make it smaller or larger.
set -euo pipefail
cd "$(dirname "$0")/.."
. bench/peak_replicas.sh
folder=${1:-../shared/traces}
work=${2:-runs/agents}
scenario=${AGENT_SCENARIO:-study}
read -ra traces <<<"${TRACES:-worldcup98 nasa95 elb_nab crane0 crane1 crane2 crane3 crane4 crane5 crane6 crane7}"
read -ra agents <<<"${AGENTS:-ppo dqn hybrid}"
read -ra seeds <<<"${SEEDS:-1 2 3 4 5}"
# Set points of the trim: the curve of cost over bad minutes that is read at the objective's 0.5 %.
limits=(--bad-minutes 0.0025 --bad-minutes 0.0035 --bad-minutes 0.007 --bad-minutes 0.01)

if [ ! -f "$folder/nasa95.csv" ]; then
  echo "agents: $folder: no traces here; docs/traces.md says where they come from" >&2
  exit 2
fi
cargo build --quiet --release --locked --package podpilot
podpilot="${CARGO_TARGET_DIR:-target}/release/podpilot"
mkdir -p "$work"

for trace in "${traces[@]}"; do
  on=(--scenario "$scenario" --trace "$folder/$trace.csv" --peak-replicas "$(peak_replicas "$trace")" --quiet)
  for seed in "${seeds[@]}"; do
    policies=()
    for agent in "${agents[@]}"; do
      run="$work/$trace-$agent-$seed"
      if [ ! -f "$run/result.json" ]; then
        echo "agents: training $agent on $trace, seed $seed" >&2
        if [ -f "$run/settings.json" ]; then
          "$podpilot" train --resume "$run" --quiet >/dev/null
        else
          "$podpilot" train --agent "$agent" "${on[@]}" --seed "$seed" --timesteps "${TIMESTEPS:-100000}" --episodes 1 \
            --out "$run" >/dev/null
        fi
      fi
      policies+=(--policy "$run/policy.safetensors")
      # What the admission kept out is judged too.
      [ ! -f "$run/refused.safetensors" ] || policies+=(--policy "$run/refused.safetensors")
    done
    judged="$work/$trace-$seed"
    if [ ! -f "$judged/result.json" ]; then
      echo "agents: judging on $trace, seed $seed" >&2
      "$podpilot" evaluate "${policies[@]}" "${limits[@]}" "${on[@]}" --seed "$((seed + 4000))" \
        --episodes "${EPISODES:-20}" --out "$judged" >/dev/null
    fi
  done
done
python3 bench/agents_table.py "$work" "${traces[@]}"
