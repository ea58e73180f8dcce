#!/usr/bin/env bash
# Prints the Python of an environment that has W&B's and TensorBoard's own readers, made once and kept in the cache.
# Exit code 3: there is no Python, or it has no venv or pip.
set -euo pipefail

WANDB_VERSION=0.31.0
TENSORBOARD_VERSION=2.21.0

cache="${XDG_CACHE_HOME:-$HOME/.cache}/podpilot"
environment="$cache/tracking-wandb-$WANDB_VERSION-tensorboard-$TENSORBOARD_VERSION"
python="$environment/bin/python"

ready() { [[ -e "$environment/ready" ]]; }

if ! ready; then
    if ! python3 -c 'import ensurepip, venv' 2> /dev/null; then
        echo "no python3 with venv and pip" >&2
        exit 3
    fi
    mkdir -p "$cache"
    # Tests run side by side: one makes the environment, the others wait for it.
    for _ in $(seq 600); do
        if mkdir "$environment.lock" 2> /dev/null; then
            trap 'rmdir "$environment.lock"' EXIT
            break
        fi
        ready && break
        sleep 1
    done
    if ! ready; then
        python3 -m venv --clear "$environment"
        "$python" -m pip install --quiet --disable-pip-version-check \
            "wandb==$WANDB_VERSION" "tensorboard==$TENSORBOARD_VERSION" >&2
        touch "$environment/ready"
    fi
fi
echo "$python"
