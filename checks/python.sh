#!/usr/bin/env bash
# python.sh: prints the path of a Python that has checks/requirements.txt, from the cache or installed now (seconds).
# Exit code 3: there is no Python 3 on this machine.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
command -v python3 > /dev/null || exit 3
hash=$( (python3 --version && cat "$here/requirements.txt") | sha256sum | cut --characters=1-12)
place=${XDG_CACHE_HOME:-$HOME/.cache}/podpilot/checks-python-$hash
if [ ! -x "$place/bin/python" ]; then
    echo "installing the checks' Python tools into $place" >&2
    mkdir -p "$(dirname "$place")"
    rm -rf "$place.unfinished"
    python3 -m venv "$place.unfinished"
    "$place.unfinished/bin/pip" install --quiet --disable-pip-version-check --no-deps --requirement "$here/requirements.txt" >&2
    mv "$place.unfinished" "$place"
fi
printf '%s\n' "$place/bin/python"
