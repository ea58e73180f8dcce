#!/usr/bin/env bash
# image.sh FOLDER NAME NGINX-FILES PAUSE: the image localhost/NAME:1 from images/NAME: `root.sh ROOT` there lays out the
# file system, `config.json` says what is run. Writes FOLDER/NAME.tar.
set -euo pipefail
testbed=$(cd "$(dirname "$0")/.." && pwd)
folder=$1 name=$2
root=$(mktemp --directory)
trap 'rm -rf "$root"' EXIT
chmod 755 "$root"
"$testbed/images/$name/root.sh" "$root" "$3" "$4"
"$testbed/build/archive.sh" "$root" "$testbed/images/$name/config.json" "localhost/$name:1" "$folder/$name.tar"
