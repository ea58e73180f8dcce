package podautoscaler

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"io"
	"os"
	"runtime"
	"testing"
	"testing/synctest"

	utilruntime "k8s.io/apimachinery/pkg/util/runtime"
	utilfeature "k8s.io/apiserver/pkg/util/feature"
	"k8s.io/component-base/featuregate"
	"k8s.io/klog/v2"
	"k8s.io/kubernetes/pkg/features"
)

const oracleBufferBytes = 1 << 20

// oracleUpstreamVersion is set by the linker.
var oracleUpstreamVersion = "unknown"

// TestOracle answers cases until its input ends. A line is a case; an empty line ends a batch, whose answers then
// follow on the output, one line each, in order. The first line of all on the output says who answers.
func TestOracle(t *testing.T) {
	utilruntime.ErrorHandlers = nil
	klog.LogToStderr(false)
	klog.SetOutput(io.Discard)
	input := bufio.NewReaderSize(os.Stdin, oracleBufferBytes)
	output := bufio.NewWriterSize(os.Stdout, oracleBufferBytes)
	encoder := json.NewEncoder(output)
	encoder.SetEscapeHTML(false)
	check(t, encoder.Encode(introduction()))
	check(t, output.Flush())
	var batch []*oracleCase
	for {
		line, err := input.ReadBytes('\n')
		if line = bytes.TrimSpace(line); len(line) > 0 {
			next := &oracleCase{}
			check(t, json.Unmarshal(line, next))
			batch = append(batch, next)
		}
		if len(line) == 0 || err != nil {
			for _, next := range batch {
				check(t, encoder.Encode(answerCase(t, next)))
			}
			check(t, output.Flush())
			batch = batch[:0]
		}
		if err == io.EOF {
			return
		}
		check(t, err)
	}
}

// answerCase lives through one case in a bubble of its own, whose clock moves only while the controller sleeps.
func answerCase(t *testing.T, next *oracleCase) (answer oracleAnswer) {
	answer.ID = next.ID
	if err := setScaleToZero(next.Controller.ScaleToZero); err != nil {
		answer.Invalid = err.Error()
		return
	}
	hpa, err := readManifest(next.HPA)
	if err != nil {
		answer.Invalid = err.Error()
		return
	}
	synctest.Test(t, func(*testing.T) {
		run := newOracleRun(hpa, next.Controller)
		for i := range next.Syncs {
			synced, err := run.sync(context.Background(), &next.Syncs[i])
			if err != nil {
				answer.Invalid = err.Error()
				return
			}
			answer.Syncs = append(answer.Syncs, synced)
		}
	})
	return
}

func introduction() map[string]any {
	gates := map[string]bool{}
	for _, gate := range []featuregate.Feature{
		features.HPAConfigurableTolerance, features.HPAGeneration, features.HPAOptimizedSelectorStore,
		features.HPAScaleToZero, features.PodLevelResources,
	} {
		gates[string(gate)] = utilfeature.DefaultFeatureGate.Enabled(gate)
	}
	return map[string]any{
		"kubernetes": oracleUpstreamVersion, "go": runtime.Version(), "architecture": runtime.GOARCH, "feature_gates": gates,
	}
}

func check(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
