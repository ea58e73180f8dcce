# shellcheck shell=bash
# How every script here works: look first (read-only), change only what is missing, show each changing command before it
# runs, and run none with --dry-run. Sourced; sets DRY_RUN.

DRY_RUN=${DRY_RUN:-0}

say() { printf '%s\n' "$*" >&2; }

die() { # MESSAGE [WHAT TO DO]
    printf 'error: %s\n' "$1" >&2
    [ $# -lt 2 ] || printf '  what to do: %s\n' "$2" >&2
    exit 1
}

run() { # COMMAND...: a command that changes something
    printf '+ %s\n' "$(printf '%q ' "$@" | sed 's/ $//')" >&2
    [ "$DRY_RUN" = 1 ] || "$@"
}

step() { printf '\n== %s\n' "$*" >&2; }

done_already() { printf 'already done: %s\n' "$*" >&2; }

as_root() { # the prefix for commands that need root, as words in the array ROOT
    ROOT=(sudo)
    # shellcheck disable=SC2034  # used by those who source this
    if [ "$(id -u)" -eq 0 ]; then ROOT=(); fi
}

usage_and_exit() { # prints the comment at the head of the script
    sed -n '2,/^[^#]/s/^# \{0,1\}//p' "$0"
    exit 0
}
