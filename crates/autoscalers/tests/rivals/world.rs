//! A service seen at one instant, made to order.

use std::sync::{Arc, LazyLock};

use podpilot_autoscalers::ServiceFacts;
use podpilot_core::{
    ContainerObservation, ContainerUsage, LatencyQuantiles, MetricKey, MetricSeries, MetricValue, Objective,
    Observation, PodId, PodPhase, ProxyTotals, Readiness, ReadyCondition, ReplicaBounds, ReplicaCounts,
    Sample, Span, Timestamp,
};
use podpilot_service_model::{Inverse, LatencyTables, PodSpec, ServiceSpec};

const GIBIBYTE: i64 = 1 << 30;

pub(crate) fn at(seconds: i64) -> Timestamp {
    Timestamp(0) + Span::seconds(seconds)
}

/// The default service between 1 and 40 replicas.
pub(crate) fn facts() -> ServiceFacts {
    static FACTS: LazyLock<ServiceFacts> = LazyLock::new(make_facts);
    FACTS.clone()
}

fn make_facts() -> ServiceFacts {
    let (service, pod, objective) = (ServiceSpec::default(), PodSpec::default(), Objective::default());
    let tables = LatencyTables::build(&service, &pod, objective.latency.threshold_ms / 1_000.0, 40);
    let inverse = Arc::new(Inverse::new(&tables, &pod, &objective, 40));
    let bounds = ReplicaBounds { min: 1, max: 40 };
    ServiceFacts::new(&service, &pod, objective, inverse, bounds, (1..=100).map(f64::from).collect())
}

/// `pods` ready pods that have been there for an hour, and no signal at all.
pub(crate) fn seen(seconds: i64, pods: i32) -> Observation {
    let now = at(seconds);
    let mut observation = Observation { now, ..Observation::default() };
    observation.replicas = ReplicaCounts { spec: pods, status: pods };
    add_pods(&mut observation, pods, None);
    observation
}

fn add_pods(observation: &mut Observation, pods: i32, usage: Option<ContainerUsage>) {
    observation.pods.clear();
    let name = observation.pods.intern("app");
    let container = ContainerObservation {
        name,
        restartable_init: false,
        cpu_request_millicores: Some(100),
        cpu_limit_millicores: Some(200),
        memory_request_bytes: Some(GIBIBYTE),
        memory_limit_bytes: Some(GIBIBYTE),
        usage,
    };
    let since = observation.now - Span::minutes(60);
    let ready = ReadyCondition { status: Readiness::True, last_transition: since };
    for id in 0..pods {
        let id = PodId(id as u64);
        observation.pods.push(id, PodPhase::Running, Some(since), Some(ready), None, &[container]);
    }
}

/// The same with CPU and memory in per cent of the limit.
pub(crate) fn with_usage(mut observation: Observation, cpu_percent: f64, memory_percent: f64) -> Observation {
    let usage = ContainerUsage {
        at: observation.now - Span::seconds(5),
        window: Span::seconds(15),
        cpu_nanocores: Some((cpu_percent * 2e6) as i64),
        memory_bytes: Some((memory_percent / 100.0 * GIBIBYTE as f64) as i64),
    };
    let pods = observation.pods.pods().len() as i32;
    add_pods(&mut observation, pods, Some(usage));
    observation
}

/// The same with a P95 latency.
pub(crate) fn with_latency(mut observation: Observation, p95_ms: f64) -> Observation {
    let p95_s = p95_ms / 1_000.0;
    let value = LatencyQuantiles { p50_s: p95_s / 2.0, p95_s, p99_s: p95_s };
    observation.service.latency = Some(fresh(&observation, value));
    observation
}

/// The same with a request rate, also as the external metric of that name.
pub(crate) fn with_rate(mut observation: Observation, rate_rps: f64) -> Observation {
    observation.service.request_rate_rps = Some(fresh(&observation, rate_rps));
    with_metric(observation, "requests_per_second", rate_rps)
}

/// The same with an external metric.
pub(crate) fn with_metric(mut observation: Observation, metric: &str, value: f64) -> Observation {
    let key = MetricKey::External { metric: metric.to_owned() };
    let milli = (value * 1_000.0).round() as i64;
    let value = MetricValue { pod: None, milli, at: observation.now, window: Span::ZERO };
    observation.metrics.push(MetricSeries { key, values: vec![value] });
    observation
}

/// The same with the counters of the queue proxies.
pub(crate) fn with_proxies(mut observation: Observation, totals: ProxyTotals) -> Observation {
    let at = observation.now - Span::seconds(1);
    observation.service.proxies = Some(Sample { value: totals, at, window: Span::ZERO });
    observation
}

fn fresh<T>(observation: &Observation, value: T) -> Sample<T> {
    Sample { value, at: observation.now - Span::seconds(5), window: Span::seconds(15) }
}
