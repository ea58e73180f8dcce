#!/usr/bin/env bash
# docs.sh PYTHON: links, the generated reference, the built pages, and every command that the pages say can be run.
set -euo pipefail
cd "$(dirname "$0")/.."
python=$1
"$python" checks/markdown.py links
cargo build --quiet --locked --package podpilot
podpilot=${CARGO_TARGET_DIR:-target}/debug/podpilot
"$python" checks/reference.py "$podpilot" --check
site=$(mktemp --directory)
trap 'rm -rf "$site"' EXIT
"$python" -m mkdocs build --quiet --strict --site-dir "$site"
"$python" checks/markdown.py run "$podpilot"
