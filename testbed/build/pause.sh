#!/usr/bin/env bash
# pause.sh FOLDER: the program that keeps a pod's namespaces alive, and the node's (node/namespaces.sh).
set -euo pipefail
cc -static -O2 -Wall -Wextra -Werror -o "$1/pause" "$(dirname "$0")/../images/pause/pause.c"
strip "$1/pause"
