use podpilot_core::Objective;

use super::{
    html::{Html, escape},
    marks,
};
use crate::{
    number::{amount, brief, latency, percent},
    result::{AutoscalerResult, Role, price_per_pod_hour},
};

struct Column {
    heading: &'static str,
    hint: &'static str,
    cell: fn(&AutoscalerResult) -> String,
}

const COLUMNS: [Column; 12] = [
    Column { heading: "Cost a day", hint: "pod-hours times price", cell: |row| amount(row.cost_per_day()) },
    Column {
        heading: "Replicas",
        hint: "time average of the count asked for",
        cell: |row| amount(row.mean_replicas),
    },
    Column {
        heading: "Slow requests",
        hint: "share of requests over the threshold or failed",
        cell: |row| percent(row.slow_request_ratio),
    },
    Column {
        heading: "Failed",
        hint: "share of requests refused, failed or timed out",
        cell: |row| percent(row.failed_request_ratio),
    },
    Column { heading: "P50", hint: "median latency", cell: |row| latency(row.latency_ms.p50) },
    Column { heading: "P95", hint: "95th percentile of latency", cell: |row| latency(row.latency_ms.p95) },
    Column { heading: "P99", hint: "99th percentile of latency", cell: |row| latency(row.latency_ms.p99) },
    Column { heading: "CPU of request", hint: "mean use", cell: |row| percent(row.mean_cpu_utilization) },
    Column {
        heading: "CPU over",
        hint: "share of minutes above the CPU ceiling, a share of the limit",
        cell: |row| percent(row.cpu_over_minute_ratio),
    },
    Column {
        heading: "Memory over",
        hint: "share of minutes above the memory ceiling, a share of the limit",
        cell: |row| percent(row.memory_over_minute_ratio),
    },
    Column {
        heading: "Changes/h",
        hint: "changes of the replica count per hour",
        cell: |row| amount(row.scale_events_per_hour),
    },
    Column { heading: "Pod-hours", hint: "over all episodes", cell: |row| amount(row.pod_hours) },
];

/// What the columns mean: bad minutes, and the price behind the cost.
pub(super) fn note(rows: &[AutoscalerResult]) -> String {
    let price = price_per_pod_hour(rows).map(|price| format!(" Cost at {} a pod-hour.", brief(price)));
    format!(
        "Bad minutes are those in which more than the allowed share of requests was slow or failed.{}",
        price.unwrap_or_default()
    )
}

/// The table of all autoscalers, those that keep the objective marked.
pub(super) fn autoscalers(rows: &[AutoscalerResult], objective: &Objective) -> String {
    let mut html = Html::default();
    html.raw(r#"<div class="scroll"><table class="autoscalers"><thead><tr><th>Autoscaler</th>"#);
    html.raw(r#"<th title="share of minutes that broke the latency rule">Bad minutes</th>"#);
    for column in &COLUMNS {
        html.add(format_args!(r#"<th title="{}">{}</th>"#, column.hint, column.heading));
    }
    html.raw("</tr></thead><tbody>");
    let classes = marks::classes(rows.iter().map(|row| row.role));
    for (row, class) in rows.iter().zip(&classes) {
        html.raw(&table_row(row, class, objective));
    }
    html.raw("</tbody></table></div>");
    html.finish()
}

fn table_row(row: &AutoscalerResult, class: &str, objective: &Objective) -> String {
    let kept = row.slow_minute_ratio <= objective.bad_minutes;
    let (mark, words) =
        if kept { ("kept", "keeps the objective") } else { ("missed", "misses the objective") };
    let sign = if kept { "✓" } else { "✗" };
    let kind = if matches!(row.role, Role::Hpa { .. }) { "front" } else { "lead" };
    let mut html = Html::default();
    html.add(format_args!(
        r#"<tr class="{kind}"><th scope="row"><i class="swatch {class}"></i>{}</th><td class="{mark}" title="{words}">{} <span>{sign}</span></td>"#,
        escape(&row.name),
        percent(row.slow_minute_ratio),
    ));
    for column in &COLUMNS {
        html.add(format_args!("<td>{}</td>", (column.cell)(row)));
    }
    html.raw("</tr>");
    html.finish()
}
