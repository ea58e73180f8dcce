#!/usr/bin/env bash
# load-test.sh: unit tests of the k6 scripts' pure parts under Node, and all scripts against k6's types. k6 is not needed.
# Packages are installed into the cache, named by the lock file. Exit code 3: there is no Node on this machine.
set -euo pipefail
cd "$(dirname "$0")/../load-test"
command -v node > /dev/null && command -v npm > /dev/null || exit 3

place=${XDG_CACHE_HOME:-$HOME/.cache}/podpilot/load-test-node-$(sha256sum package-lock.json | cut --characters=1-12)
if [ ! -d "$place" ]; then
    mkdir -p "$(dirname "$place")"
    unfinished=$(mktemp --directory "$place.XXXXXX")
    cp package.json package-lock.json "$unfinished/"
    npm ci --prefix "$unfinished" --ignore-scripts --no-audit --no-fund --silent
    mv --no-target-directory "$unfinished" "$place" 2> /dev/null || rm -rf "$unfinished"
fi
work=$(mktemp --directory)
trap 'rm -rf "$work"' EXIT
cp -R . "$work/"
ln -s "$place/node_modules" "$work/node_modules"
cd "$work"
node --test --test-reporter=dot tests/
node_modules/.bin/tsc --project tsconfig.json
# A type error must be found, or the check says nothing.
sed 's/noConnectionReuse: true/noConnectionReuse: "yes"/' load-test.js > broken.js
if node_modules/.bin/tsc --project tsconfig.json > /dev/null; then
    echo "a wrong type in the script was not found" >&2
    exit 1
fi
echo "the scripts agree with k6's types"
