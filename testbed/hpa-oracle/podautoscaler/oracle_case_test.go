package podautoscaler

import "encoding/json"

// oracleCase is one autoscaler and what it meets at its syncs. The Rust crate `hpa-cases` writes it and documents the
// fields; times are milliseconds from an instant of the case's own.
type oracleCase struct {
	ID         uint64           `json:"id"`
	Controller oracleController `json:"controller"`
	HPA        json.RawMessage  `json:"hpa"`
	Syncs      []oracleSync     `json:"syncs"`
}

// oracleController holds the flags and the feature gate of kube-controller-manager.
type oracleController struct {
	Tolerance                float64 `json:"tolerance"`
	CPUInitializationMS      int64   `json:"cpu_initialization_ms"`
	InitialReadinessDelayMS  int64   `json:"initial_readiness_delay_ms"`
	DownscaleStabilizationMS int64   `json:"downscale_stabilization_ms"`
	ScaleToZero              bool    `json:"scale_to_zero"`
}

type oracleSync struct {
	AtMS            int64                    `json:"at_ms"`
	HPA             json.RawMessage          `json:"hpa"`
	SpecReplicas    int32                    `json:"spec_replicas"`
	StatusReplicas  int32                    `json:"status_replicas"`
	Fault           string                   `json:"fault"`
	Pods            []oraclePod              `json:"pods"`
	Usage           *[]oraclePodUsage        `json:"usage"`
	PodMetrics      map[string][]oracleValue `json:"pod_metrics"`
	ObjectMetrics   []oracleObjectMetric     `json:"object_metrics"`
	ExternalMetrics map[string][]string      `json:"external_metrics"`
	Write           oracleWrite              `json:"write"`
}

type oraclePod struct {
	Name       string            `json:"name"`
	Phase      string            `json:"phase"`
	StartMS    *int64            `json:"start_ms"`
	Ready      *oracleReady      `json:"ready"`
	Deleting   bool              `json:"deleting"`
	Containers []oracleContainer `json:"containers"`
}

type oracleReady struct {
	Status  string `json:"status"`
	SinceMS int64  `json:"since_ms"`
}

type oracleContainer struct {
	Name    string `json:"name"`
	Sidecar bool   `json:"sidecar"`
	CPU     string `json:"cpu"`
	Memory  string `json:"memory"`
}

type oraclePodUsage struct {
	Pod        string            `json:"pod"`
	AtMS       int64             `json:"at_ms"`
	WindowMS   int64             `json:"window_ms"`
	Containers []oracleContainer `json:"containers"`
}

type oracleValue struct {
	Pod     string `json:"pod"`
	Value   string `json:"value"`
	AtMS    int64  `json:"at_ms"`
	WindowS int64  `json:"window_s"`
}

type oracleObjectMetric struct {
	Kind   string `json:"kind"`
	Name   string `json:"name"`
	Metric string `json:"metric"`
	Value  string `json:"value"`
}

// oracleWrite says what becomes of a write of the scale: so many conflicts first, then success or failure.
type oracleWrite struct {
	Conflicts int  `json:"conflicts"`
	Fails     bool `json:"fails"`
}

// oracleAnswer is what the controller did at each sync, or why the case could not be run.
type oracleAnswer struct {
	ID      uint64             `json:"id"`
	Invalid string             `json:"invalid,omitempty"`
	Syncs   []oracleSyncAnswer `json:"syncs"`
}

type oracleSyncAnswer struct {
	// Write is the count of the last attempted write of the scale.
	Write      *int32                     `json:"write"`
	Desired    int32                      `json:"desired"`
	Error      string                     `json:"error"`
	Conditions map[string]oracleCondition `json:"conditions"`
	Metrics    []*oracleMetricStatus      `json:"metrics"`
}

type oracleCondition struct {
	Status  string `json:"status"`
	Reason  string `json:"reason"`
	SinceMS int64  `json:"since_ms"`
}

type oracleMetricStatus struct {
	UtilizationPercent *int32 `json:"utilization_percent"`
	AverageMilli       *int64 `json:"average_milli"`
	ValueMilli         *int64 `json:"value_milli"`
}
