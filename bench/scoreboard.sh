#!/usr/bin/env bash
# The scoreboard: tunes every rival and trains every agent on each recorded trace, then compares them all.
# Steps whose results are there are skipped, so an interrupted run goes on where it was.
# usage: bench/scoreboard.sh full|quick [TRACE_FOLDER [WORK_FOLDER]]
set -euo pipefail
cd "$(dirname "$0")/.."
. bench/peak_replicas.sh

size=${1:?usage: bench/scoreboard.sh full|quick [TRACE_FOLDER [WORK_FOLDER]]}
traces=${2:-../shared/traces}
work=${3:-runs/scoreboard-$size}

case "$size" in
  full)
    loads=(worldcup98 nasa95 elb_nab crane0 crane1 crane2 crane3 crane4 crane5 crane6 crane7)
    scenarios=(recorded study)
    rivals=(hpa keda knative feedforward threshold static-peak)
    agents=(ppo dqn hybrid)
    timesteps=100000
    limits=()
    compare=(--days 20 --perturbation all)
    ;;
  quick)
    loads=(nasa95 crane2)
    scenarios=(recorded)
    rivals=(hpa knative feedforward)
    agents=(hybrid)
    timesteps=20000
    limits=(--configurations 60)
    compare=(--days 10)
    ;;
  *)
    echo "scoreboard: $size: must be full or quick" >&2
    exit 2
    ;;
esac
if [ ! -f "$traces/nasa95.csv" ]; then
  echo "scoreboard: $traces: no traces here; docs/traces.md says where they come from" >&2
  exit 2
fi
traces=$(realpath "$traces")
cargo build --quiet --release --locked --package podpilot
podpilot="${CARGO_TARGET_DIR:-target}/release/podpilot"
mkdir -p "$work"

plan="$work/plan.yaml"
{
  echo "schema: podpilot/comparison/v1"
  echo "title: scoreboard-$size"
  echo "cases:"
} >"$plan.tmp"
for scenario in "${scenarios[@]}"; do
  for load in "${loads[@]}"; do
    name=$load
    [ "$scenario" = recorded ] || name="$load-$scenario"
    on=(--scenario "$scenario" --trace "$traces/$load.csv" --peak-replicas "$(peak_replicas "$load")" --quiet)
    tuned=()
    for rival in "${rivals[@]}"; do
      directory="$work/tune-$name-$rival"
      if [ ! -f "$directory/tuned.json" ]; then
        echo "scoreboard: tuning $rival on $name" >&2
        if [ -f "$directory/settings.json" ]; then
          "$podpilot" tune --resume "$directory" --quiet >/dev/null
        else
          "$podpilot" tune --autoscaler "$rival" "${on[@]}" "${limits[@]}" --out "$directory" >/dev/null
        fi
      fi
      tuned+=("$(basename "$directory")/tuned.json")
    done
    policies=()
    for agent in "${agents[@]}"; do
      directory="$work/train-$name-$agent"
      if [ ! -f "$directory/result.json" ]; then
        echo "scoreboard: training $agent on $name" >&2
        if [ -f "$directory/settings.json" ]; then
          "$podpilot" train --resume "$directory" --quiet >/dev/null
        else
          "$podpilot" train --agent "$agent" "${on[@]}" --timesteps "$timesteps" --episodes 2 --out "$directory" >/dev/null
        fi
      fi
      policies+=("$(basename "$directory")/policy.safetensors")
    done
    perturbed=false
    if [ "$scenario" = recorded ] && [[ " worldcup98 nasa95 crane1 crane2 " == *" $load "* ]]; then
      perturbed=true
    fi
    echo "- {name: $name, group: $scenario, perturbed: $perturbed, scenario: $scenario, trace: $traces/$load.csv, peak_replicas: $(peak_replicas "$load")," \
      "policies: [$(IFS=,; echo "${policies[*]}")], tuned: [$(IFS=,; echo "${tuned[*]}")]}" >>"$plan.tmp"
  done
done
mv "$plan.tmp" "$plan"

autoscalers=()
for rival in "${rivals[@]}"; do
  autoscalers+=(--autoscaler "$rival")
done
"$podpilot" compare --plan "$plan" "${autoscalers[@]}" "${compare[@]}" --cache "$work/cells" --out "$work/report"

# What is kept: report and raw cells, dated.
dated="bench/runs/$(date +%F)-scoreboard-$size"
mkdir -p "$dated"
cp "$work/report/scoreboard.md" "$work/report/scoreboard.html" "$work/report/scoreboard.csv" "$plan" "$dated/"
# Not there when every cell came from the cache.
[ ! -f "$work/report/throughput.txt" ] || cp "$work/report/throughput.txt" "$dated/"
gzip --best --no-name --stdout "$work/report/cells.csv" >"$dated/cells.csv.gz"
echo "scoreboard: $dated" >&2
