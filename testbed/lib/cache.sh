# shellcheck shell=bash
# The cache of built things. An entry is a folder named NAME-VERSION-HASH, where HASH covers all that it is made from.
# It is built under another name and moved into place when complete: what is there is whole.

hash_of() { # FILE... : one hash over names and contents; a folder stands for its files
    local path
    for path in "$@"; do
        find "$path" -type f | LC_ALL=C sort | while read -r file; do
            printf '%s ' "${file#"$path"}"
            sha256sum < "$file"
        done
    done | sha256sum | cut --characters=1-12
}

cached() { # ENTRY SCRIPT ARGUMENT...: runs SCRIPT FOLDER ARGUMENT... unless the entry is there
    local entry=$1 script=$2 began=$SECONDS unfinished
    shift 2
    [ ! -d "$CACHE/$entry" ] || return 0
    say "building $entry"
    mkdir -p "$CACHE"
    unfinished=$(mktemp --directory "$CACHE/.unfinished-$entry.XXXXXX")
    chmod 755 "$unfinished"
    if ! "$script" "$unfinished" "$@"; then
        rm -rf "$unfinished"
        die "building $entry failed"
    fi
    mv --no-target-directory "$unfinished" "$CACHE/$entry" 2>/dev/null || rm -rf "$unfinished" # another was faster
    say "built $entry in $((SECONDS - began)) s"
}
