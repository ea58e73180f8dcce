//! Small worlds: pods of two containers as the published vectors have them.

use podpilot_autoscalers::hpa::ReadinessRules;
use podpilot_core::{
    ContainerObservation, ContainerUsage, MetricKey, MetricSeries, MetricValue, Observation, PodId, PodPhase,
    PodTable, Readiness, ReadyCondition, ReplicaCounts, Span, Timestamp,
};

pub(crate) const NOW: Timestamp = Timestamp(1_800_000_000_000_000_000);
pub(crate) const WINDOW: Span = Span::seconds(60);

/// The settings that the published vectors were computed with.
pub(crate) const RULES: ReadinessRules = ReadinessRules {
    now: NOW,
    cpu_initialization_period: Span::minutes(2),
    initial_readiness_delay: Span::seconds(10),
};

pub(crate) fn minutes_ago(minutes: i64) -> Timestamp {
    NOW - Span::minutes(minutes)
}

pub(crate) fn seconds_ago(seconds: i64) -> Timestamp {
    NOW - Span::seconds(seconds)
}

/// State of a pod in a vector.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum State {
    /// Ready for an hour.
    Live,
    /// Never ready since it started an hour ago.
    Unready,
    /// Ready, but started this instant.
    Hot,
    Pending,
    Failed,
    Succeeded,
    Deleted,
}

/// One pod of a vector: request and usage of each of its two containers, in thousandths.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Pod {
    pub(crate) state: State,
    pub(crate) request: Option<i64>,
    pub(crate) usage: Option<i64>,
}

pub(crate) fn pod(state: State, request: i64, usage: Option<i64>) -> Pod {
    Pod { state, request: Some(request), usage }
}

/// How the two containers of a pod share the vector's values.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Containers {
    /// Both have the vector's request and usage.
    Alike,
    /// Only `main` has; the other has quite different ones.
    MainOnly,
}

pub(crate) fn table(pods: &[Pod], containers: Containers) -> PodTable {
    let mut table = PodTable::default();
    let (main, other) = (table.intern("main"), table.intern("other"));
    for (index, pod) in pods.iter().enumerate() {
        let usage_of = |millicores: i64| ContainerUsage {
            at: NOW,
            window: WINDOW,
            cpu_nanocores: Some(millicores * 1_000_000),
            memory_bytes: None,
        };
        let container = |name, request: Option<i64>, usage: Option<i64>| ContainerObservation {
            name,
            restartable_init: false,
            cpu_request_millicores: request,
            cpu_limit_millicores: None,
            memory_request_bytes: None,
            memory_limit_bytes: None,
            usage: usage.map(usage_of),
        };
        let second = match containers {
            Containers::Alike => container(other, pod.request, pod.usage),
            Containers::MainOnly => container(other, None, pod.usage.map(|usage| usage * 7 + 13)),
        };
        push(&mut table, index, pod.state, &[container(main, pod.request, pod.usage), second]);
    }
    table
}

pub(crate) fn push(table: &mut PodTable, index: usize, state: State, containers: &[ContainerObservation]) {
    let hour_ago = minutes_ago(60);
    let started_at = if state == State::Hot { NOW } else { hour_ago };
    let (status, last_transition) = match state {
        State::Unready | State::Pending => (Readiness::False, started_at),
        State::Hot => (Readiness::True, NOW),
        _ => (Readiness::True, hour_ago + Span::seconds(30)),
    };
    let phase = match state {
        State::Pending => PodPhase::Pending,
        State::Failed => PodPhase::Failed,
        State::Succeeded => PodPhase::Succeeded,
        _ => PodPhase::Running,
    };
    table.push(
        PodId(index as u64),
        phase,
        Some(started_at),
        Some(ReadyCondition { status, last_transition }),
        (state == State::Deleted).then_some(NOW),
        containers,
    );
}

/// Pods without containers, for metrics that do not look into them.
pub(crate) fn bare_table(states: &[State]) -> PodTable {
    let mut table = PodTable::default();
    states.iter().enumerate().for_each(|(index, &state)| push(&mut table, index, state, &[]));
    table
}

pub(crate) fn value(pod: Option<u64>, milli: i64) -> MetricValue {
    MetricValue { pod: pod.map(PodId), milli, at: NOW, window: WINDOW }
}

pub(crate) fn external(metric: &str, milli: &[i64]) -> MetricSeries {
    MetricSeries {
        key: MetricKey::External { metric: metric.to_owned() },
        values: milli.iter().map(|&milli| value(None, milli)).collect(),
    }
}

pub(crate) fn observation(spec: i32, status: i32, pods: PodTable) -> Observation {
    Observation { now: NOW, replicas: ReplicaCounts { spec, status }, pods, ..Observation::default() }
}
