use std::io::{self, IsTerminal};

use comfy_table::{CellAlignment, LineStyle, Table, presets};
use podpilot_core::Objective;
use podpilot_lab::{
    number::{amount, brief, clock, latency, percent, round_percent, signed_percent, signed_points},
    result::{
        AutoscalerResult, Comparison, EvaluationResult, SimulationResult, Timeline, Verdict,
        price_per_pod_hour,
    },
};

/// Rows of the replica table and of each autoscaler's log on the terminal; `--output json` has everything.
const MOST_REPLICA_ROWS: usize = 24;
const MOST_EVENT_ROWS: usize = 20;

/// One row for each autoscaler; `*` marks those that miss the objective. Headings in two lines keep it within 120
/// columns.
pub(super) fn autoscalers<'a>(
    rows: impl IntoIterator<Item = &'a AutoscalerResult>,
    objective: &Objective,
) -> Table {
    let mut table = plain(&[
        "autoscaler",
        "cost\na day",
        "replicas",
        "bad\nminutes",
        "slow\nrequests",
        "failed",
        "P50",
        "P95",
        "P99",
        "CPU of\nrequest",
        "CPU\nover",
        "memory\nover",
        "changes\nan hour",
    ]);
    for row in rows {
        let missed = if misses(row, objective) { " *" } else { "  " };
        table.add_row([
            row.name.clone(),
            amount(row.cost_per_day()),
            amount(row.mean_replicas),
            format!("{}{missed}", percent(row.slow_minute_ratio)),
            percent(row.slow_request_ratio),
            percent(row.failed_request_ratio),
            latency(row.latency_ms.p50),
            latency(row.latency_ms.p95),
            latency(row.latency_ms.p99),
            percent(row.mean_cpu_utilization),
            percent(row.cpu_over_minute_ratio),
            percent(row.memory_over_minute_ratio),
            amount(row.scale_events_per_hour),
        ]);
    }
    align_numbers(&mut table);
    table
}

/// What the table of autoscalers leaves to be said: the mark, where one is there, and the price behind the cost.
pub(super) fn note<'a>(
    rows: impl IntoIterator<Item = &'a AutoscalerResult>,
    objective: &Objective,
) -> String {
    let rows: Vec<&AutoscalerResult> = rows.into_iter().collect();
    let missed = rows.iter().any(|row| misses(row, objective)).then(|| {
        format!("* misses the objective of at most {} bad minutes", round_percent(objective.bad_minutes))
    });
    let price =
        price_per_pod_hour(rows.iter().copied()).map(|price| format!("cost at {} a pod-hour", brief(price)));
    let parts: Vec<String> = missed.into_iter().chain(price).collect();
    if parts.is_empty() { String::new() } else { format!("{}\n", parts.join("; ")) }
}

fn misses(row: &AutoscalerResult, objective: &Objective) -> bool {
    row.slow_minute_ratio > objective.bad_minutes
}

/// Each learned row against HPA at equal service and against its rival; empty text when nothing learned took part.
pub(super) fn comparisons(result: &EvaluationResult) -> String {
    if result.against_hpa.is_empty() {
        return String::new();
    }
    let mut table = plain(&[
        "judged",
        "verdict",
        "cost at equal\nbad minutes",
        "range\nover days",
        "cost at equal\nslow requests",
        "against",
        "cost",
        "bad minutes",
    ]);
    for comparison in result.against_hpa.iter().chain(&result.against_clone) {
        table.add_row(comparison_row(comparison));
    }
    format!("{table}\n\n")
}

fn comparison_row(comparison: &Comparison) -> [String; 8] {
    let number = |text: Option<String>| text.unwrap_or_else(|| "-".to_owned());
    let difference = comparison.difference.as_ref();
    [
        comparison.subject.clone(),
        verdict(comparison.verdict).to_owned(),
        number(comparison.relative_cost_at_equal_service.map(signed_percent)),
        number(
            comparison
                .cost_range()
                .map(|range| format!("{} to {}", signed_percent(range.low), signed_percent(range.high))),
        ),
        number(comparison.relative_cost_at_equal_slow_requests.map(signed_percent)),
        comparison.rival.clone().unwrap_or_else(|| "none as good".to_owned()),
        number(difference.map(|difference| signed_percent(difference.relative_cost))),
        number(difference.map(|difference| signed_points(difference.slow_minute_ratio))),
    ]
}

fn verdict(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Better => "better",
        Verdict::NoDifference => "no difference",
        Verdict::Worse => "worse",
        Verdict::Mixed => "mixed",
        Verdict::NotComparable => "not comparable",
    }
}

/// Replicas over time: mean load, and for each autoscaler the range of its ready pods and its bad minutes, in as
/// many equal stretches as fit a screen.
pub(super) fn replicas(timeline: &Timeline) -> Table {
    let mut headings = vec!["from".to_owned(), "req/s".to_owned()];
    for track in &timeline.tracks {
        headings.extend([format!("{} pods", track.name), "bad".to_owned()]);
    }
    let mut table = plain(&headings);
    let group = timeline.load_rps.len().div_ceil(MOST_REPLICA_ROWS).max(1);
    for (index, load) in timeline.load_rps.chunks(group).enumerate() {
        let steps = index * group..index * group + load.len();
        let mean_rps = load.iter().sum::<f64>() / load.len() as f64;
        let mut row = vec![clock(steps.start as f64 * timeline.step_s), amount(mean_rps)];
        for track in &timeline.tracks {
            row.push(range_of(&track.ready[steps.clone()]));
            let bad = track.bad[steps.clone()].iter().filter(|&&bad| bad).count();
            row.push(bad.to_string());
        }
        table.add_row(row);
    }
    align_numbers(&mut table);
    table
}

fn range_of(values: &[u32]) -> String {
    let low = values.iter().copied().min().unwrap_or(0);
    let high = values.iter().copied().max().unwrap_or(0);
    if low == high { low.to_string() } else { format!("{low}-{high}") }
}

/// Why each scaling happened: the first rows of each autoscaler.
pub(super) fn events(result: &SimulationResult) -> String {
    let mut table = plain(&["autoscaler", "time", "req/s", "replicas", "why"]);
    let mut hidden = 0;
    for row in &result.autoscalers {
        let events: Vec<_> = result.events.iter().filter(|event| event.autoscaler == row.name).collect();
        hidden += events.len().saturating_sub(MOST_EVENT_ROWS);
        for event in events.iter().take(MOST_EVENT_ROWS) {
            table.add_row([
                event.autoscaler.clone(),
                clock(event.at_s),
                amount(event.load_rps),
                format!("{} → {}", event.from, event.to),
                event.why.clone(),
            ]);
        }
    }
    if hidden == 0 {
        return table.to_string();
    }
    format!("{table}\n{hidden} more changes: see --output json, or report.html with --out DIR")
}

/// Names and values.
pub(super) fn entries(entries: &[(String, String)]) -> Table {
    let mut table = Table::new();
    table.load_style(presets::NOTHING);
    for (name, value) in entries {
        table.add_row([name, value]);
    }
    table
}

/// A rule under the headings on a terminal, nothing but columns when piped.
pub(super) fn plain(headings: &[impl AsRef<str>]) -> Table {
    let style = if io::stdout().is_terminal() {
        presets::NOTHING.header_separator(LineStyle::new('─', '─', '─', '─'))
    } else {
        presets::NOTHING
    };
    let mut table = Table::new();
    table.load_style(style).set_header(headings.iter().map(AsRef::as_ref));
    table
}

pub(super) fn align_numbers(table: &mut Table) {
    for column in table.column_iter_mut().skip(1) {
        column.set_cell_alignment(CellAlignment::Right);
    }
}
