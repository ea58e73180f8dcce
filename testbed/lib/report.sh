# shellcheck shell=bash
# What the person at the terminal reads. Progress goes to stderr; stdout stays free for results.

say() { printf '%s\n' "$*" >&2; }

die() {
    printf 'testbed: %s\n' "$*" >&2
    exit 1
}
