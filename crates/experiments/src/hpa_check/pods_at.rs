//! The target's pods at any instant of a recording, as our HPA observes them.

use std::collections::BTreeMap;

use podpilot_autoscalers::hpa::Quantity;
use podpilot_core::{
    ContainerObservation, ContainerUsage, PodId, PodPhase, PodTable, Readiness, ReadyCondition, Span,
    Timestamp,
};
use serde_json::Value;

use crate::calibration::go_duration_s;
use crate::clock;
use crate::recording::Row;

const NANO: f64 = 1e9;

/// Pods as a watch showed them over time.
#[derive(Debug)]
pub(crate) struct PodHistory<'a> {
    rows: &'a [Row],
    ids: BTreeMap<String, PodId>,
}

impl<'a> PodHistory<'a> {
    /// From the rows of `pods.jsonl`, in the order of time.
    pub(crate) fn new(rows: &'a [Row]) -> Self {
        let mut ids = BTreeMap::new();
        for row in rows {
            let next = PodId(ids.len() as u64);
            ids.entry(text(&row.object, "/metadata/uid").to_owned()).or_insert(next);
        }
        Self { rows, ids }
    }

    /// Times at which anything about the pods changed.
    pub(crate) fn changes(&self) -> impl Iterator<Item = f64> {
        self.rows.iter().map(|row| row.at_unix_s)
    }

    /// The pods at an instant with the usage that the metrics API answered then.
    pub(crate) fn table(&self, at_unix_s: f64, pod_metrics: Option<&[Value]>) -> PodTable {
        let mut table = PodTable::default();
        for pod in self.at(at_unix_s).values() {
            let usage = pod_metrics.and_then(|items| {
                items.iter().find(|item| text(item, "/metadata/name") == text(pod, "/metadata/name"))
            });
            let containers: Vec<ContainerObservation> = list(pod, "/spec/containers")
                .iter()
                .map(|container| observe(container, usage, &mut table))
                .collect();
            table.push(
                self.ids[text(pod, "/metadata/uid")],
                phase(text(pod, "/status/phase")),
                time(pod, "/status/startTime"),
                ready(pod),
                time(pod, "/metadata/deletionTimestamp"),
                &containers,
            );
        }
        table
    }

    /// How many pods there are at an instant, and how many of them are Ready.
    pub(crate) fn counts(&self, at_unix_s: f64) -> (usize, usize) {
        let pods = self.at(at_unix_s);
        let is_ready =
            |pod: &&&Value| ready(pod).is_some_and(|condition| condition.status == Readiness::True);
        let is_leaving = |pod: &&&Value| pod.pointer("/metadata/deletionTimestamp").is_some();
        (pods.len(), pods.values().filter(|pod| is_ready(pod) && !is_leaving(pod)).count())
    }

    fn at(&self, at_unix_s: f64) -> BTreeMap<&'a str, &'a Value> {
        let mut pods = BTreeMap::new();
        for row in self.rows.iter().take_while(|row| row.at_unix_s <= at_unix_s) {
            let uid = text(&row.object, "/metadata/uid");
            if row.event == "DELETED" {
                pods.remove(uid);
            } else {
                pods.insert(uid, &row.object);
            }
        }
        pods
    }
}

/// A time of this many seconds since the Unix epoch. Kubernetes' own stamps are whole seconds and stay exact.
pub(crate) fn timestamp(unix_s: f64) -> Timestamp {
    Timestamp(unix_s.floor() as i64 * 1_000_000_000 + ((unix_s - unix_s.floor()) * NANO) as i64)
}

fn observe(container: &Value, pod_usage: Option<&Value>, table: &mut PodTable) -> ContainerObservation {
    let name = text(container, "/name");
    let quantity = |pointer: &str| container.pointer(pointer).and_then(parse_quantity);
    let milli = |pointer: &str| quantity(pointer).and_then(Quantity::milli_value);
    let bytes = |pointer: &str| milli(pointer).map(|milli| milli / 1_000);
    ContainerObservation {
        name: table.intern(name),
        restartable_init: false,
        cpu_request_millicores: milli("/resources/requests/cpu"),
        cpu_limit_millicores: milli("/resources/limits/cpu"),
        memory_request_bytes: bytes("/resources/requests/memory"),
        memory_limit_bytes: bytes("/resources/limits/memory"),
        usage: pod_usage.and_then(|usage| container_usage(usage, name)),
    }
}

fn container_usage(pod: &Value, name: &str) -> Option<ContainerUsage> {
    let container = list(pod, "/containers").iter().find(|container| text(container, "/name") == name)?;
    let window_s = go_duration_s(text(pod, "/window"))?;
    Some(ContainerUsage {
        at: time(pod, "/timestamp")?,
        window: Span::from_seconds(window_s),
        cpu_nanocores: container.pointer("/usage/cpu").and_then(Value::as_str).and_then(nanocores),
        memory_bytes: container
            .pointer("/usage/memory")
            .and_then(parse_quantity)
            .and_then(Quantity::milli_value)
            .map(|milli| milli / 1_000),
    })
}

/// CPU as metrics-server writes it: whole nanocores with the suffix `n`, or nothing but 0.
fn nanocores(quantity: &str) -> Option<i64> {
    let scaled = |digits: &str, factor: i64| digits.parse::<i64>().ok()?.checked_mul(factor);
    match quantity.chars().last()? {
        'n' => scaled(quantity.strip_suffix('n')?, 1),
        'u' => scaled(quantity.strip_suffix('u')?, 1_000),
        'm' => scaled(quantity.strip_suffix('m')?, 1_000_000),
        _ => scaled(quantity, 1_000_000_000),
    }
}

fn parse_quantity(value: &Value) -> Option<Quantity> {
    serde_json::from_value(value.clone()).ok()
}

fn phase(name: &str) -> PodPhase {
    match name {
        "Pending" => PodPhase::Pending,
        "Running" => PodPhase::Running,
        "Succeeded" => PodPhase::Succeeded,
        "Failed" => PodPhase::Failed,
        _ => PodPhase::Unknown,
    }
}

fn ready(pod: &Value) -> Option<ReadyCondition> {
    let condition = list(pod, "/status/conditions").iter().find(|condition| condition["type"] == "Ready")?;
    let status = match condition["status"].as_str()? {
        "True" => Readiness::True,
        "False" => Readiness::False,
        _ => Readiness::Unknown,
    };
    Some(ReadyCondition { status, last_transition: time(condition, "/lastTransitionTime")? })
}

fn time(value: &Value, pointer: &str) -> Option<Timestamp> {
    clock::parse_rfc3339_s(value.pointer(pointer)?.as_str()?).map(timestamp)
}

fn text<'a>(value: &'a Value, pointer: &str) -> &'a str {
    value.pointer(pointer).and_then(Value::as_str).unwrap_or_default()
}

fn list<'a>(value: &'a Value, pointer: &str) -> &'a [Value] {
    value.pointer(pointer).and_then(Value::as_array).map_or(&[], Vec::as_slice)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn row(at_unix_s: f64, event: &str, uid: &str, phase: &str) -> Row {
        let object = json!({
            "metadata": {"uid": uid, "name": uid},
            "spec": {"containers": [{"name": "web", "resources": {
                "requests": {"cpu": "100m", "memory": "32Mi"}, "limits": {"cpu": "200m"}}}]},
            "status": {"phase": phase, "startTime": "2026-11-24T15:00:00Z", "conditions": [
                {"type": "Ready", "status": "True", "lastTransitionTime": "2026-11-24T15:00:02Z"}]}});
        Row { at_unix_s, event: event.to_owned(), object }
    }

    #[test]
    fn the_table_shows_pods_as_they_were() {
        let rows = [
            row(10.0, "ADDED", "a", "Running"),
            row(20.0, "ADDED", "b", "Pending"),
            row(30.0, "DELETED", "a", "Running"),
        ];
        let history = PodHistory::new(&rows);
        let metrics =
            [json!({"metadata": {"name": "a"}, "timestamp": "2026-11-24T15:01:00Z", "window": "12.5s",
            "containers": [{"name": "web", "usage": {"cpu": "81500001n", "memory": "3Mi"}}]})];
        let table = history.table(25.0, Some(&metrics));
        assert_eq!(table.pods().len(), 2);
        let first = &table.containers(&table.pods()[0])[0];
        let usage = first.usage.unwrap();
        assert_eq!((usage.cpu_nanocores, usage.memory_bytes), (Some(81_500_001), Some(3 << 20)));
        assert_eq!(usage.window, Span::milliseconds(12_500));
        assert_eq!((first.cpu_request_millicores, first.memory_request_bytes), (Some(100), Some(32 << 20)));
        assert_eq!(table.containers(&table.pods()[1])[0].usage, None, "no metrics is no usage");
        assert_eq!(table.pods()[1].phase, PodPhase::Pending);
        assert_eq!(history.counts(35.0), (1, 1));
        assert_eq!(history.counts(5.0), (0, 0));
    }
}
