#!/usr/bin/env bash
# run.sh [NAME...]: the checks of what is not Rust, all or those named. What cannot run on this machine is said to be
# skipped, in capitals, with the reason and what would bring it.
set -euo pipefail
cd "$(dirname "$0")/.."
skipped=()

skip() { # WHAT REASON
    skipped+=("$1")
    printf 'SKIPPED %s: %s\n' "$1" "$2" >&2
}

with_apiserver() { # WHAT COMMAND...
    local status=0
    checks/with-apiserver.sh "${@:2}" || status=$?
    case $status in
        0) ;;
        3) skip "$1" "the apiserver is not built (testbed/build.sh builds it)" ;;
        *) return "$status" ;;
    esac
}

check_manifests() {
    "$python" deployments/tests/test_manifests.py
    with_apiserver "manifests against an apiserver" deployments/tests/server-side.sh
}

check_load_test() {
    local status=0
    checks/load-test.sh || status=$?
    if [ "$status" -eq 3 ]; then skip "load-test" "there is no Node (apt-get install nodejs npm)"; else return "$status"; fi
}

check_scripts() {
    local folder
    folder=$(dirname "$python")
    "$folder/shellcheck" --external-sources --source-path=SCRIPTDIR --source-path=. checks/*.sh scripts/*.sh scripts/*/*.sh deployments/tests/*.sh
    (cd scripts/tests && "$python" -m unittest --quiet test_install test_simulation)
    with_apiserver "stop_simulation.sh against an apiserver" scripts/tests/stop_for_real.sh
}

check_monitoring() {
    "$python" monitoring/generate.py --check
    "$python" monitoring/tests/test_monitoring.py --quiet
    "$python" monitoring/tests/test_answers.py --quiet
    local promtool status=0
    promtool=$(checks/promtool.sh) || status=$?
    case $status in
        0) "$promtool" check rules --lint-fatal monitoring/rules/*.yaml && "$promtool" test rules monitoring/tests/*.yaml ;;
        3) skip "rule tests" "promtool is neither built nor is there Go to build it with" ;;
        *) return "$status" ;;
    esac
}

check_doctor() {
    cargo build --quiet --locked --package podpilot
    with_apiserver "doctor in a real control plane" checks/doctor.sh "${CARGO_TARGET_DIR:-target}/debug/podpilot"
}

check_docs() {
    checks/docs.sh "$python"
    with_apiserver "the documentation's kubectl commands" "$python" checks/markdown.py apiserver
}

check_licences() { "$python" checks/licences.py; }

names=("$@")
[ ${#names[@]} -gt 0 ] || names=(manifests load-test scripts monitoring doctor docs licences)
status=0
python=$(checks/python.sh) || status=$?
if [ "$status" -eq 3 ]; then
    skip "${names[*]}" "there is no Python 3 (apt-get install python3 python3-venv)"
    exit 0
fi
[ "$status" -eq 0 ] || exit "$status"
for name in "${names[@]}"; do
    echo "== $name"
    "check_${name//-/_}"
done
[ ${#skipped[@]} -eq 0 ] || printf 'SKIPPED %s checks, see above\n' "${#skipped[@]}" >&2
