#!/usr/bin/env bash
# Changes one thing at a time in a copy of our HPA (mutations.tsv) and counts how many random cases then differ from
# Kubernetes. A mutation that no case notices is a hole in the test and ends this script with code 1.
set -euo pipefail

cases=${1:-10000}
seed=${2:-1}
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
repository=$(cd "$here/../.." && pwd)
oracle=$("$here/build.sh")
work=$(mktemp -d "${TMPDIR:-/tmp}/hpa-mutations.XXXXXX")
trap 'rm -rf "$work"' EXIT

cp "$repository"/Cargo.{toml,lock} "$work"
sed -i '/^default-members/d' "$work/Cargo.toml"
mkdir "$work/crates"
for crate in core random service-model autoscalers hpa-cases; do
    cp -r "$repository/crates/$crate" "$work/crates"
done
# Dependencies are built once for all mutations, and of the rest only what a mutation changes.
export CARGO_TARGET_DIR=${HPA_MUTATIONS_TARGET:-${XDG_CACHE_HOME:-$HOME/.cache}/podpilot/hpa-mutations-target}
export CARGO_PROFILE_RELEASE_LTO=off CARGO_PROFILE_RELEASE_DEBUG=0 CARGO_PROFILE_RELEASE_OPT_LEVEL=1
export CARGO_PROFILE_RELEASE_INCREMENTAL=true CARGO_PROFILE_RELEASE_CODEGEN_UNITS=64
build() {
    (cd "$work" && cargo build --quiet --release --package podpilot-hpa-cases --example against_upstream 2>"$work/errors") ||
        { cat "$work/errors" >&2; return 1; }
}
differing() {
    local report
    report=$("$CARGO_TARGET_DIR/release/examples/against_upstream" "$oracle" "$cases" "$seed") || true
    case $report in
        *"zero differences"*) echo 0 ;;
        *) sed -n 's/^\([0-9]*\) of [0-9]* cases differ$/\1/p' <<<"$report" ;;
    esac
}

build
unchanged=$(differing)
if [ "$unchanged" != 0 ]; then
    echo "unchanged sources already differ in ${unchanged:-an unknown number of} cases" >&2
    exit 1
fi
echo "| mutation | file | differing of $cases cases |"
echo "| --- | --- | ---: |"
echo "| none | | 0 |"
survived=0
while IFS=$'\t' read -r name file old new; do
    case $name in \#* | '') continue ;; esac
    source=crates/autoscalers/src/hpa/$file
    original=$(<"$repository/$source")
    mutated=${original/"$old"/"$new"}
    if [ "$mutated" = "$original" ]; then
        echo "mutations.tsv: \`$old\` is not in $source" >&2
        exit 1
    fi
    printf '%s\n' "$mutated" >"$work/$source"
    build
    count=$(differing)
    echo "| $name | $file | ${count:-failed} |"
    if [ "$count" = 0 ]; then survived=1; fi
    cp "$repository/$source" "$work/$source"
    touch "$work/$source"
done <"$here/mutations.tsv"
exit "$survived"
