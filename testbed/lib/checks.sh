# shellcheck shell=bash
# What the end-to-end tests share: checks that are counted, the first failing one ends the test; and the demo's replicas.

passed=0

check() { # WHAT COMMAND...
    local what=$1
    shift
    if ! "$@"; then
        say "FAILED: $what"
        printf '%d passed, 1 failed\n' "$passed"
        exit 1
    fi
    passed=$((passed + 1))
    say "ok: $what"
}

in_testbed() { "$here/enter" "$@"; }

replicas() { in_testbed kubectl get deployment web --namespace=demo --output='jsonpath={.spec.replicas}'; }

all_passed() { printf '%d passed, 0 failed\n' "$passed"; }
