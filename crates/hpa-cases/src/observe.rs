//! A sync as our autoscalers see it.

use podpilot_autoscalers::hpa::Quantity;
use podpilot_core::{
    ContainerObservation, ContainerUsage, MetricKey, MetricSeries, MetricValue, Observation, PodId, PodPhase,
    PodTable, Readiness, ReadyCondition, ReplicaCounts, Span, Timestamp,
};

use crate::case::Sync;
use crate::world::{Container, Phase, Pod, PodUsage, ReadyStatus};

/// Far enough from zero that no time of a case is negative.
const CASE_ZERO: Timestamp = Timestamp(1_800_000_000_000_000_000);

/// The instant `ms` milliseconds after the case's zero.
pub(crate) fn instant(ms: i64) -> Timestamp {
    CASE_ZERO + Span::milliseconds(ms)
}

/// Milliseconds after the case's zero, rounded down.
pub(crate) fn since_ms(at: Timestamp) -> i64 {
    (at - CASE_ZERO).0.div_euclid(Span::milliseconds(1).0)
}

pub(crate) fn observation(sync: &Sync) -> Observation {
    Observation {
        now: instant(sync.at_ms),
        replicas: ReplicaCounts { spec: sync.spec_replicas, status: sync.status_replicas },
        pods: pod_table(&sync.pods, sync.usage.as_deref().unwrap_or_default(), instant(sync.at_ms)),
        metrics: pod_series(sync).chain(object_series(sync)).chain(external_series(sync)).collect(),
        ..Observation::default()
    }
}

fn pod_table(pods: &[Pod], usage: &[PodUsage], now: Timestamp) -> PodTable {
    let mut table = PodTable::default();
    let mut containers = Vec::new();
    for (index, pod) in pods.iter().enumerate() {
        let usage = usage.iter().find(|usage| usage.pod == pod.name);
        containers.clear();
        for container in &pod.containers {
            containers.push(ContainerObservation {
                name: table.intern(&container.name),
                restartable_init: container.sidecar,
                cpu_request_millicores: container.cpu.and_then(Quantity::milli_value),
                cpu_limit_millicores: None,
                memory_request_bytes: container.memory.and_then(whole),
                memory_limit_bytes: None,
                usage: usage.and_then(|usage| container_usage(usage, &container.name)),
            });
        }
        let ready = pod.ready.map(|ready| ReadyCondition {
            status: match ready.status {
                ReadyStatus::True => Readiness::True,
                ReadyStatus::False => Readiness::False,
                ReadyStatus::Unknown => Readiness::Unknown,
            },
            last_transition: instant(ready.since_ms),
        });
        let phase = phase(pod.phase);
        let deleted_at = pod.deleting.then_some(now);
        table.push(PodId(index as u64), phase, pod.start_ms.map(instant), ready, deleted_at, &containers);
    }
    table
}

fn phase(phase: Phase) -> PodPhase {
    match phase {
        Phase::Pending => PodPhase::Pending,
        Phase::Running => PodPhase::Running,
        Phase::Succeeded => PodPhase::Succeeded,
        Phase::Failed => PodPhase::Failed,
        Phase::Unknown => PodPhase::Unknown,
    }
}

fn container_usage(usage: &PodUsage, name: &str) -> Option<ContainerUsage> {
    let container: &Container = usage.containers.iter().find(|container| container.name == name)?;
    Some(ContainerUsage {
        at: instant(usage.at_ms),
        window: Span::milliseconds(usage.window_ms),
        cpu_nanocores: container.cpu.and_then(|cpu| i64::try_from(cpu.nanos()).ok()),
        memory_bytes: container.memory.and_then(whole),
    })
}

/// Whole units; resource metrics and requests of memory come in whole bytes.
fn whole(quantity: Quantity) -> Option<i64> {
    const NANOS: i128 = 1_000_000_000;
    i64::try_from(quantity.nanos() / NANOS).ok()
}

/// A value beyond 64 bits is cut off, as Kubernetes' `MilliValue` does.
fn milli(quantity: Quantity) -> i64 {
    quantity.milli_value().unwrap_or(i64::MAX)
}

fn pod_series(sync: &Sync) -> impl Iterator<Item = MetricSeries> {
    sync.pod_metrics.iter().map(|(metric, values)| {
        let mut strangers = sync.pods.len() as u64..;
        let values = values.iter().map(|value| {
            let listed = sync.pods.iter().position(|pod| pod.name == value.pod);
            let id = listed.map(|index| index as u64).or_else(|| strangers.next());
            MetricValue {
                pod: id.map(PodId),
                milli: milli(value.value),
                at: instant(value.at_ms),
                window: Span::seconds(value.window_s),
            }
        });
        MetricSeries { key: MetricKey::Pods { metric: metric.clone() }, values: values.collect() }
    })
}

fn object_series(sync: &Sync) -> impl Iterator<Item = MetricSeries> {
    sync.object_metrics.iter().map(|object| {
        let (kind, name, metric) = (object.kind.clone(), object.name.clone(), object.metric.clone());
        MetricSeries {
            key: MetricKey::Object { kind, name, metric },
            values: vec![whole_value(sync, object.value)],
        }
    })
}

fn external_series(sync: &Sync) -> impl Iterator<Item = MetricSeries> {
    sync.external_metrics.iter().map(|(metric, values)| MetricSeries {
        key: MetricKey::External { metric: metric.clone() },
        values: values.iter().map(|&value| whole_value(sync, value)).collect(),
    })
}

fn whole_value(sync: &Sync, value: Quantity) -> MetricValue {
    MetricValue { pod: None, milli: milli(value), at: instant(sync.at_ms), window: Span::ZERO }
}
