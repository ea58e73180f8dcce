#!/usr/bin/env bash
# root.sh ROOT NGINX-FILES PAUSE: the file system of the image.
set -euo pipefail
install --mode=755 "$3/pause" "$1/pause"
