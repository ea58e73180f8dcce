# shellcheck shell=bash
# peak_replicas TRACE: replicas that carry the train part's peak.
# Test parts that are many times as busy as their train part are scaled down to what the nodes can hold.
peak_replicas() {
  case "$1" in
    worldcup98) echo 5 ;;
    crane6) echo 2 ;;
    *) echo 20 ;;
  esac
}
