#!/usr/bin/env bash
# Training speed of podpilot-learning beside Stable-Baselines3's, on one thread, in the same run.
# The first time it makes a Python environment of its own (a few GB: PyTorch) under ${XDG_CACHE_HOME:-~/.cache}/podpilot.
# Usage: bench/learning-speed.sh [--rounds 3] [--out FILE]
set -euo pipefail
cd "$(dirname "$0")/.."

venv="${XDG_CACHE_HOME:-$HOME/.cache}/podpilot/sb3-venv"
if ! "$venv/bin/python" -c 'import stable_baselines3' 2>/dev/null; then
  command -v python3 >/dev/null || { echo "learning-speed: python3 is needed to run Stable-Baselines3" >&2; exit 2; }
  echo "learning-speed: installing Stable-Baselines3 into $venv (once)" >&2
  python3 -m venv "$venv"
  "$venv/bin/pip" install --quiet --requirement bench/sb3/requirements.txt
fi

cargo build --quiet --release --locked --package podpilot-learning --example learning_speed
exec "$venv/bin/python" bench/sb3/compare_speed.py --podpilot "${CARGO_TARGET_DIR:-target}/release/examples/learning_speed" "$@"
