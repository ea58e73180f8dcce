//! What a load test shows.

use std::io;

use comfy_table::Table;
use owo_colors::OwoColorize;
use podpilot_lab::number::{amount, brief, percent, round_latency};
use podpilot_load::{Cpu, FailureKind, Plan, Quantiles, RunResult, SecondRow, Summary};
use serde_json::json;

use super::{csv_rows, print, print_json, tables};
use crate::arguments::OutputFormat;
use crate::failure::Failure;

/// Said of a run whose numbers do not count.
pub(crate) const SATURATED: &str = "the generator was saturated; the numbers do not count";

/// The result: for people, the summary as JSON, or a row for each second.
pub(crate) fn load_result(result: &RunResult, format: OutputFormat) -> Result<(), Failure> {
    match format {
        OutputFormat::Table => print(&table(&result.summary)),
        OutputFormat::Json => print_json(&result.summary),
        OutputFormat::Csv => print(&seconds(&result.seconds)?),
    }
}

/// What would be sent: as table or JSON its size, as CSV the planned rates.
pub(crate) fn load_plan(plan: &Plan, format: OutputFormat) -> Result<(), Failure> {
    let requests = plan.instants().count();
    let duration_s = plan.duration().as_seconds();
    match format {
        OutputFormat::Table => print(&format!(
            "{requests} requests in {} s: {} a second on average, {} at most; the load's rates times {}\n",
            brief(duration_s),
            amount(plan.mean_rps()),
            amount(plan.peak_rps()),
            brief(plan.scale_factor())
        )),
        OutputFormat::Json => print_json(&json!({
            "requests": requests,
            "duration_s": duration_s,
            "mean_rps": plan.mean_rps(),
            "peak_rps": plan.peak_rps(),
            "scale_factor": plan.scale_factor(),
            "load": plan.origin().spec,
        })),
        OutputFormat::Csv => {
            let columns = ["t_seconds", "rps"].map(str::to_owned);
            let rows = plan.rates_by_second().enumerate();
            let rows = rows.map(|(second, rps)| vec![second.to_string(), rps.to_string()]);
            print(&csv_rows::written(&columns, rows)?)
        }
    }
}

fn table(summary: &Summary) -> String {
    let Cpu { cores, peak_cores, .. } = summary.cpu;
    let mut lines = vec![
        headline(summary).bold().to_string(),
        format!("  {}", counts(summary)),
        format!("  {}", minutes(summary)),
        format!("  the generator used {cores:.2} cores ({peak_cores:.2} at most over ten seconds)"),
        String::new(),
        times(summary).to_string(),
    ];
    lines.extend(summary.saturation_reasons.iter().map(|reason| format!("saturated: {reason}")));
    if summary.saturated {
        lines.push(SATURATED.bold().to_string());
    }
    lines.push(String::new());
    lines.join("\n")
}

fn times(summary: &Summary) -> Table {
    let mut table = tables::plain(&["milliseconds", "mean", "P50", "P90", "P95", "P99", "P99.9", "max"]);
    let timeout = round_latency(summary.parameters.timeout_s * 1_000.0);
    let all = format!("latency, failed at {timeout}");
    table.add_row(row(&all, summary.latency_ms.as_ref()));
    table.add_row(row("latency of completed", summary.completed_latency_ms.as_ref()));
    table.add_row(row("send error", summary.send_error_ms.as_ref()));
    tables::align_numbers(&mut table);
    table
}

fn headline(summary: &Summary) -> String {
    let stopped = if summary.interrupted { ", stopped before its end" } else { "" };
    let rates = summary.rps;
    format!(
        "{}: {} requests a second intended, {} sent, {} completed, over {} s{stopped}",
        summary.url,
        amount(rates.intended),
        amount(rates.sent),
        amount(rates.completed),
        brief((summary.measured_s * 10.0).round() / 10.0)
    )
}

fn counts(summary: &Summary) -> String {
    let kinds: Vec<String> = FailureKind::ALL
        .into_iter()
        .filter(|kind| summary.failures.of(*kind) > 0)
        .map(|kind| format!("{} {}", summary.failures.of(kind), kind.name()))
        .collect();
    let failed = match summary.failed {
        0 => "none failed".to_owned(),
        failed => format!("{failed} failed ({}): {}", percent(summary.failed_ratio), kinds.join(", ")),
    };
    let unfinished = match summary.unfinished {
        0 => String::new(),
        unfinished => format!("; {unfinished} were still under way"),
    };
    format!("{} requests intended, {} completed; {failed}{unfinished}", summary.intended, summary.completed)
}

fn minutes(summary: &Summary) -> String {
    let counted = summary.minutes.good + summary.minutes.bad;
    format!(
        "{} of {counted} minutes bad; {} slow (over {} or failed): {} of requests",
        summary.minutes.bad,
        summary.slow,
        round_latency(summary.parameters.slow_ms),
        percent(summary.slow_ratio)
    )
}

fn row(name: &str, quantiles: Option<&Quantiles>) -> Vec<String> {
    let Some(times) = quantiles else {
        let mut row = vec!["-".to_owned(); 8];
        name.clone_into(&mut row[0]);
        return row;
    };
    let values = [times.mean, times.p50, times.p90, times.p95, times.p99, times.p999, times.max];
    let number = |ms: &f64| if *ms < 10.0 { format!("{ms:.3}") } else { amount(*ms) };
    std::iter::once(name.to_owned()).chain(values.iter().map(number)).collect()
}

/// One row a second, columns named as in `series.jsonl`, failures by kind.
fn seconds(rows: &[SecondRow]) -> io::Result<String> {
    let before = ["t_s", "warm_up", "planned_rps", "intended", "sent", "completed", "slow"];
    let after = ["in_flight", "p50_ms", "p95_ms", "p99_ms", "max_ms", "send_error_max_ms", "cpu_cores"];
    let kinds = FailureKind::ALL.map(|kind| format!("failed_{}", kind.name()));
    let columns: Vec<String> =
        before.map(str::to_owned).into_iter().chain(kinds).chain(after.map(str::to_owned)).collect();
    csv_rows::written(&columns, rows.iter().map(second))
}

fn second(row: &SecondRow) -> Vec<String> {
    let optional = |value: Option<f64>| value.map_or_else(String::new, |value| value.to_string());
    let mut fields = vec![row.t_s.to_string(), row.warm_up.to_string(), row.planned_rps.to_string()];
    fields.extend([row.intended, row.sent, row.completed, row.slow].map(|count| count.to_string()));
    fields.extend(FailureKind::ALL.map(|kind| row.failed.of(kind).to_string()));
    fields.push(row.in_flight.to_string());
    fields.extend([row.p50_ms, row.p95_ms, row.p99_ms, row.max_ms, row.send_error_max_ms].map(optional));
    fields.push(row.cpu_cores.to_string());
    fields
}
