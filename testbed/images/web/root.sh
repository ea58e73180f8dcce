#!/usr/bin/env bash
# root.sh ROOT NGINX-FILES PAUSE: the file system of the image.
set -euo pipefail
here=$(dirname "$0")
"$here/../../build/nginx-root.sh" "$1" "$2"
cp "$here/nginx.conf" "$1/etc/nginx/nginx.conf"
mkdir -p "$1/srv"
awk -f "$here/page.awk" > "$1/srv/index.html"
