use std::io;

use podpilot_lab::result::{AutoscalerResult, Timeline};

const COLUMNS: [&str; 18] = [
    "name",
    "pod_hours",
    "node_hours",
    "node_cost",
    "cost",
    "slow_request_ratio",
    "slow_minute_ratio",
    "failed_request_ratio",
    "cpu_over_minute_ratio",
    "memory_over_minute_ratio",
    "mean_replicas",
    "mean_cpu_utilization",
    "scale_events_per_hour",
    "latency_p50_ms",
    "latency_p95_ms",
    "latency_p99_ms",
    "hours",
    "requests",
];

/// One row for each autoscaler, columns named as in `result.json`.
pub(super) fn autoscalers(rows: &[AutoscalerResult]) -> io::Result<String> {
    let numbers = |row: &AutoscalerResult| {
        [
            row.pod_hours,
            row.node_hours,
            row.node_cost,
            row.cost,
            row.slow_request_ratio,
            row.slow_minute_ratio,
            row.failed_request_ratio,
            row.cpu_over_minute_ratio,
            row.memory_over_minute_ratio,
            row.mean_replicas,
            row.mean_cpu_utilization,
            row.scale_events_per_hour,
            row.latency_ms.p50,
            row.latency_ms.p95,
            row.latency_ms.p99,
            row.hours,
        ]
    };
    let rows = rows.iter().map(|row| {
        let mut record = vec![row.name.clone()];
        record.extend(numbers(row).iter().map(f64::to_string));
        record.push(row.requests.to_string());
        record
    });
    written(&COLUMNS.map(str::to_owned), rows)
}

/// One row for each step and autoscaler.
pub(super) fn timeline(timeline: &Timeline) -> io::Result<String> {
    let columns = ["t_seconds", "load_rps", "autoscaler", "ready", "pending", "p95_ms", "bad_minute"];
    let rows = timeline.tracks.iter().flat_map(|track| {
        (0..timeline.load_rps.len()).map(move |step| {
            vec![
                (step as f64 * timeline.step_s).to_string(),
                timeline.load_rps[step].to_string(),
                track.name.clone(),
                track.ready[step].to_string(),
                track.pending[step].to_string(),
                track.p95_ms[step].map_or_else(String::new, |p95| p95.to_string()),
                track.bad[step].to_string(),
            ]
        })
    });
    written(&columns.map(str::to_owned), rows)
}

/// Names and values.
pub(super) fn entries(entries: &[(String, String)]) -> io::Result<String> {
    let rows = entries.iter().map(|(name, value)| vec![name.clone(), value.clone()]);
    written(&["name".to_owned(), "value".to_owned()], rows)
}

pub(super) fn written(columns: &[String], rows: impl Iterator<Item = Vec<String>>) -> io::Result<String> {
    let mut writer = csv::Writer::from_writer(Vec::new());
    writer.write_record(columns)?;
    for row in rows {
        writer.write_record(row)?;
    }
    let bytes = writer.into_inner().map_err(|error| io::Error::other(error.to_string()))?;
    String::from_utf8(bytes).map_err(io::Error::other)
}
