# shellcheck shell=bash
# Programs that the scripts need on the machine, named with the Debian package that has each.

require_tools() { # PROGRAM:PACKAGE...
    local pair missing=()
    for pair in "$@"; do
        command -v "${pair%%:*}" > /dev/null || missing+=("${pair##*:}")
    done
    [ ${#missing[@]} -eq 0 ] || die "programs are missing; install them with: apt-get install ${missing[*]}"
}
