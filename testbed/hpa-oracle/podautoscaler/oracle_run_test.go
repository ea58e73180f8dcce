package podautoscaler

import (
	"context"
	"time"

	autoscalingv2 "k8s.io/api/autoscaling/v2"
	v1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/labels"
	"k8s.io/client-go/tools/record"
	metricsclient "k8s.io/kubernetes/pkg/controller/podautoscaler/metrics"
	"k8s.io/kubernetes/pkg/controller/podautoscaler/monitor"
	consistencyutil "k8s.io/kubernetes/pkg/controller/util/consistency"
	"k8s.io/kubernetes/pkg/controller/util/selectors"
)

var (
	oracleSelectorKey = selectors.Key{Name: oracleName, Namespace: oracleNamespace}
	rivalSelectorKey  = selectors.Key{Name: "rival", Namespace: oracleNamespace}
)

// oracleRun is one case in progress: upstream's controller between the fakes.
type oracleRun struct {
	controller *HorizontalController
	zero       time.Time
	hpas       *hpaCache
	pods       *podCache
	target     *targetAPI
	metrics    *metricAPIs
}

// newOracleRun makes the controller as NewHorizontalController does, but without informers, queue and event sink.
func newOracleRun(hpa *autoscalingv2.HorizontalPodAutoscaler, flags oracleController) *oracleRun {
	run := &oracleRun{
		// Without the monotonic reading, as times from the API have none.
		zero:   time.Now().Round(0),
		hpas:   &hpaCache{hpa: hpa},
		pods:   &podCache{},
		target: &targetAPI{},
	}
	run.metrics = &metricAPIs{zero: run.zero}
	client := metricsclient.NewRESTMetricsClient(
		resourceAPI{metricAPIs: run.metrics}, customAPI{run.metrics}, externalAPI{run.metrics},
	)
	run.controller = &HorizontalController{
		eventRecorder:                &record.FakeRecorder{},
		scaleNamespacer:              run.target,
		hpaNamespacer:                &statusAPI{cache: run.hpas},
		tolerance:                    flags.Tolerance,
		downscaleStabilisationWindow: time.Duration(flags.DownscaleStabilizationMS) * time.Millisecond,
		monitor:                      monitor.New(),
		mapper:                       oneMapper{},
		hpaLister:                    run.hpas,
		podLister:                    run.pods,
		recommendations:              map[string][]timestampedRecommendation{},
		scaleUpEvents:                map[string][]timestampedScaleEvent{},
		scaleDownEvents:              map[string][]timestampedScaleEvent{},
		selectorTracker:              newHPASelectorStore(),
		consistencyStore:             consistencyutil.NewNoopConsistencyStore(),
		replicaCalc: NewReplicaCalculator(
			client, run.pods,
			time.Duration(flags.CPUInitializationMS)*time.Millisecond,
			time.Duration(flags.InitialReadinessDelayMS)*time.Millisecond,
		),
	}
	run.controller.selectorTracker.PutIfAbsent(oracleNamespace, oracleSelectorKey, labels.Nothing())
	return run
}

// sync waits until the sync is due, shows the controller the world as it is then, and lets it reconcile.
func (r *oracleRun) sync(ctx context.Context, sync *oracleSync) (oracleSyncAnswer, error) {
	time.Sleep(time.Until(r.zero.Add(time.Duration(sync.AtMS) * time.Millisecond)))
	if len(sync.HPA) > 0 && string(sync.HPA) != "null" {
		changed, err := readManifest(sync.HPA)
		if err != nil {
			return oracleSyncAnswer{}, err
		}
		changed.Status = r.hpas.hpa.Status
		r.hpas.hpa = changed
	}
	r.pods.pods = make([]*v1.Pod, 0, len(sync.Pods))
	for i := range sync.Pods {
		pod, err := sync.Pods[i].object(r.zero)
		if err != nil {
			return oracleSyncAnswer{}, err
		}
		r.pods.pods = append(r.pods.pods, pod)
	}
	r.controller.selectorTracker.Delete(oracleNamespace, rivalSelectorKey)
	if sync.Fault == "ambiguous_selector" {
		r.controller.selectorTracker.PutIfAbsent(oracleNamespace, rivalSelectorKey, labels.Everything())
	}
	r.metrics.sync, r.target.sync = sync, sync
	r.target.attempted, r.target.conflicts = nil, 0
	_, err := r.controller.reconcileKey(ctx, oracleKey)
	return r.answer(err), nil
}

func (r *oracleRun) answer(err error) oracleSyncAnswer {
	status := r.hpas.hpa.Status
	answer := oracleSyncAnswer{
		Write:      r.target.attempted,
		Desired:    status.DesiredReplicas,
		Conditions: make(map[string]oracleCondition, len(status.Conditions)),
	}
	if err != nil {
		answer.Error = err.Error()
	}
	for _, condition := range status.Conditions {
		answer.Conditions[string(condition.Type)] = oracleCondition{
			Status:  string(condition.Status),
			Reason:  condition.Reason,
			SinceMS: condition.LastTransitionTime.Sub(r.zero).Milliseconds(),
		}
	}
	for i := range status.CurrentMetrics {
		answer.Metrics = append(answer.Metrics, metricStatus(&status.CurrentMetrics[i]))
	}
	return answer
}

// metricStatus is nil for a metric that failed: upstream leaves its place in the list empty.
func metricStatus(status *autoscalingv2.MetricStatus) *oracleMetricStatus {
	var current *autoscalingv2.MetricValueStatus
	switch {
	case status.Resource != nil:
		current = &status.Resource.Current
	case status.ContainerResource != nil:
		current = &status.ContainerResource.Current
	case status.Pods != nil:
		current = &status.Pods.Current
	case status.Object != nil:
		current = &status.Object.Current
	case status.External != nil:
		current = &status.External.Current
	default:
		return nil
	}
	shown := &oracleMetricStatus{UtilizationPercent: current.AverageUtilization}
	if current.AverageValue != nil {
		milli := current.AverageValue.MilliValue()
		shown.AverageMilli = &milli
	}
	if current.Value != nil {
		milli := current.Value.MilliValue()
		shown.ValueMilli = &milli
	}
	return shown
}
