use std::collections::VecDeque;

use podpilot_core::{
    ContainerObservation, ContainerUsage, MetricKey, MetricSeries, MetricValue, Observation, PodId, PodPhase,
    PodTable, Readiness, ReadyCondition, ReplicaCounts, Span, Timestamp,
};

const NANOCORES_PER_MILLICORE: i64 = 1_000_000;

/// Lays the use of the real pods over virtual ones. Buffers are kept from call to call.
#[derive(Debug, Clone, Default)]
pub(super) struct Spread {
    /// Containers of a virtual pod that serves.
    serving: Vec<ContainerObservation>,
    /// Containers of one that starts: the same, not measured yet.
    starting: Vec<ContainerObservation>,
}

impl Spread {
    /// Fills `view` with one pod per entry of `ready_at`. Each one that is Ready uses its part of what the serving real
    /// pods use.
    pub(super) fn fill(
        &mut self,
        view: &mut Observation,
        real: &Observation,
        ready_at: &VecDeque<Timestamp>,
        startup: Span,
    ) {
        let replicas = ready_at.len() as i32;
        view.now = real.now;
        view.replicas = ReplicaCounts { spec: replicas, status: replicas };
        view.service = real.service;
        view.room_for_pods = real.room_for_pods;
        let ready = ready_at.iter().filter(|at| **at <= real.now).count();
        let share = if ready == 0 { 0.0 } else { real.pods.serving() as f64 / ready as f64 };
        self.make_containers(&mut view.pods, &real.pods, share);
        for (index, at) in ready_at.iter().enumerate() {
            self.push_pod(&mut view.pods, index, *at, real.now, startup);
        }
        spread_metrics(view, real, share);
    }

    /// Containers like those of the first serving pod, with the mean use of all of that name times `share`.
    fn make_containers(&mut self, table: &mut PodTable, real: &PodTable, share: f64) {
        table.clear();
        self.serving.clear();
        self.starting.clear();
        let Some(example) = real.pods().iter().find(|pod| pod.is_serving()) else { return };
        for container in real.containers(example) {
            let name = table.intern(real.name(container.name));
            let usage = mean_usage(real, container).map(|usage| scaled(&usage, container, share));
            self.serving.push(ContainerObservation { name, usage, ..*container });
            self.starting.push(ContainerObservation { name, usage: None, ..*container });
        }
    }

    fn push_pod(
        &self,
        table: &mut PodTable,
        index: usize,
        ready_at: Timestamp,
        now: Timestamp,
        startup: Span,
    ) {
        let started_at = ready_at - startup;
        let (phase, status, last_transition, containers) = if ready_at <= now {
            (PodPhase::Running, Readiness::True, ready_at, &self.serving)
        } else {
            (PodPhase::Pending, Readiness::False, started_at, &self.starting)
        };
        let ready = ReadyCondition { status, last_transition };
        table.push(PodId(index as u64), phase, Some(started_at), Some(ready), None, containers);
    }
}

/// Mean use of the serving pods' containers with this name that were measured; the newest time stamp.
fn mean_usage(real: &PodTable, like: &ContainerObservation) -> Option<ContainerUsage> {
    let serving = real.pods().iter().filter(|pod| pod.is_serving());
    let same_name =
        serving.flat_map(|pod| real.containers(pod)).filter(|container| container.name == like.name);
    let mut newest: Option<ContainerUsage> = None;
    let mut cpu = Mean::default();
    let mut memory = Mean::default();
    for usage in same_name.filter_map(|container| container.usage) {
        cpu.add(usage.cpu_nanocores);
        memory.add(usage.memory_bytes);
        if newest.is_none_or(|newest| usage.at > newest.at) {
            newest = Some(usage);
        }
    }
    newest.map(|usage| ContainerUsage { cpu_nanocores: cpu.value(), memory_bytes: memory.value(), ..usage })
}

#[derive(Default)]
struct Mean {
    sum: i64,
    count: i64,
}

impl Mean {
    fn add(&mut self, value: Option<i64>) {
        if let Some(value) = value {
            self.sum = self.sum.saturating_add(value);
            self.count += 1;
        }
    }

    fn value(&self) -> Option<i64> {
        self.sum.checked_div(self.count)
    }
}

/// CPU follows the load that falls to the pod, up to its limit; memory is each pod's own.
fn scaled(usage: &ContainerUsage, container: &ContainerObservation, share: f64) -> ContainerUsage {
    let limit =
        container.cpu_limit_millicores.map_or(i64::MAX, |m| m.saturating_mul(NANOCORES_PER_MILLICORE));
    let cpu_nanocores = usage.cpu_nanocores.map(|cpu| ((cpu as f64 * share) as i64).min(limit));
    ContainerUsage { cpu_nanocores, ..*usage }
}

/// Metrics of the load as a whole stay as they are; those of pods are shared out like CPU.
fn spread_metrics(view: &mut Observation, real: &Observation, share: f64) {
    view.metrics.truncate(real.metrics.len());
    for (index, series) in real.metrics.iter().enumerate() {
        match view.metrics.get_mut(index) {
            Some(slot) => {
                if slot.key != series.key {
                    slot.key.clone_from(&series.key);
                }
            }
            None => view.metrics.push(MetricSeries { key: series.key.clone(), values: Vec::new() }),
        }
        let values = &mut view.metrics[index].values;
        values.clear();
        match series.key {
            MetricKey::Pods { .. } => spread_pod_metric(values, &series.values, &view.pods, share),
            MetricKey::Object { .. } | MetricKey::External { .. } => values.extend_from_slice(&series.values),
        }
    }
}

fn spread_pod_metric(into: &mut Vec<MetricValue>, real: &[MetricValue], pods: &PodTable, share: f64) {
    let Some(newest) = real.iter().max_by_key(|value| value.at) else { return };
    let mean = real.iter().map(|value| value.milli as f64).sum::<f64>() / real.len() as f64;
    let milli = (mean * share) as i64;
    let serving = pods.pods().iter().filter(|pod| pod.is_serving());
    into.extend(serving.map(|pod| MetricValue { pod: Some(pod.id), milli, ..*newest }));
}
