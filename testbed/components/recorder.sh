# shellcheck shell=bash
# With TESTBED_RECORD_HPA=1: writes down each change of a pod or of an autoscaler as the watch delivers it, one JSON
# object a line with the time it arrived. The autoscaler keeps such a watch too, and judges by its own copy which pods
# exist, have started and are ready; that copy is in no answer, so this is the record of it.

recorder_start() {
    [ "$TESTBED_RECORD_HPA" = 1 ] || return 0
    local kind
    for kind in pods horizontalpodautoscalers; do
        launch "recorder-$kind" "$TESTBED/node/record-watch.sh" "$kind" "$LOGS/$kind.jsonl"
    done
}

recorder_ready() { :; }

recorder_stop() {
    stop_process recorder-pods
    stop_process recorder-horizontalpodautoscalers
}
