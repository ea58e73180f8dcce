#!/usr/bin/env bash
# archive.sh ROOT CONFIG NAME:TAG OUT.tar: packs a folder as a container image in the "docker archive" format, without
# Docker: manifest.json, a configuration that names its layers by checksum, and one layer.tar.
# CONFIG is the image configuration's "config" object as JSON (Entrypoint, Cmd, Env, User, ...). The same input gives
# the same bytes. `ctr images import OUT.tar` brings it into containerd.
set -euo pipefail
root=$1 config=$2 name=$3 out=$4

work=$(mktemp --directory)
trap 'rm -rf "$work"' EXIT
reproducible=(--sort=name --mtime=@0 --owner=0 --group=0 --numeric-owner --format=gnu)

tar --create "${reproducible[@]}" --file "$work/layer.tar" --directory "$root" .
layer=$(sha256sum "$work/layer.tar" | cut --delimiter=' ' --fields=1)
case $(uname --machine) in
    x86_64) architecture=amd64 ;;
    aarch64) architecture=arm64 ;;
    *) architecture=$(uname --machine) ;;
esac
jq --null-input --compact-output --arg layer "sha256:$layer" --arg architecture "$architecture" --slurpfile config "$config" '
    {created: "1970-01-01T00:00:00Z", architecture: $architecture, os: "linux", config: $config[0],
     rootfs: {type: "layers", diff_ids: [$layer]},
     history: [{created: "1970-01-01T00:00:00Z", created_by: "podpilot testbed"}]}' > "$work/config.json"
digest=$(sha256sum "$work/config.json" | cut --delimiter=' ' --fields=1)
mv "$work/config.json" "$work/$digest.json"
jq --null-input --compact-output --arg config "$digest.json" --arg name "$name" \
    '[{Config: $config, RepoTags: [$name], Layers: ["layer.tar"]}]' > "$work/manifest.json"
tar --create "${reproducible[@]}" --file "$out" --directory "$work" manifest.json "$digest.json" layer.tar
