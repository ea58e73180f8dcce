#!/usr/bin/env bash
# What tracking costs of training time. Two answers from one run:
#  - trainings with JSON lines alone and with everything (W&B, TensorBoard), in turn, CPU time of the whole process;
#  - CPU time of a row, JSON lines included, times the rows of a training, over the time that it trained.
# The second is the one to judge by: what it measures is smaller than the noise of the first.
# Usage: bench/tracking-cost.sh [ROUNDS] [TIMESTEPS] [AGENT]
set -euo pipefail
cd "$(dirname "$0")/.."

rounds=${1:-5} timesteps=${2:-100000} agent=${3:-ppo}
export WANDB_MODE=offline

cargo build --quiet --release --locked --package podpilot
cargo build --quiet --release --locked --package podpilot-tracking --example row_cost
release=${CARGO_TARGET_DIR:-target}/release
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT

# CPU seconds, user and system, of a training recorded as $1 into $2.
cpu_seconds() {
    local TIMEFORMAT='%U %S'
    { time "$release/podpilot" train --agent "$agent" --timesteps "$timesteps" --episodes 1 --track "$1" --out "$2" \
        --quiet > /dev/null 2>&1; } 2>&1 | awk '{ print $1 + $2 }'
}

median() { sort --general-numeric-sort | awk '{ v[NR] = $1 } END { print (NR % 2) ? v[(NR + 1) / 2] : (v[NR / 2] + v[NR / 2 + 1]) / 2 }'; }

for round in $(seq "$rounds"); do
    cpu_seconds none "$scratch/none-$round" >> "$scratch/none"
    cpu_seconds wandb,tensorboard "$scratch/all-$round" >> "$scratch/all"
done
none=$(median < "$scratch/none")
all=$(median < "$scratch/all")

read -r json_lines_us all_us < <("$release/examples/row_cost")
rows=$(wc --lines < "$scratch/all-1/metrics.jsonl")
trained_s=$(for round in $(seq "$rounds"); do
    grep --only-matching '"time/time_elapsed":[0-9.]*' "$scratch/none-$round/tracking.jsonl" | tail --lines=1 | cut --delimiter=: --fields=2
done | median)

awk -v none="$none" -v all="$all" -v rows="$rows" -v trained="$trained_s" -v json="$json_lines_us" -v row="$all_us" \
    -v agent="$agent" -v steps="$timesteps" 'BEGIN {
    printf "%s, %d steps: %.2f s CPU with JSON lines alone, %.2f s with everything: ratio %.4f\n", agent, steps, none, all, all / none
    printf "a row costs %.1f us CPU with JSON lines alone, %.1f us with everything\n", json, row
    printf "%d rows in %.2f s of training: tracking takes %.3f %% of it (bar: 3 %%)\n", rows, trained, row * rows / trained / 1e4
}'
