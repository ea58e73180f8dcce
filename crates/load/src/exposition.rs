//! Metrics in the text format of Prometheus (`podpilot_load_*`).

mod server;

use std::fmt::Write;

use podpilot_core::Span;

use crate::recorder::{Recorder, Totals};
use crate::{Cpu, FailureKind};

pub(crate) use server::{Page, serve};

/// Upper edges of the latency buckets, milliseconds, with one at 200 ms.
const EDGES_MS: [i64; 14] = [5, 10, 25, 50, 100, 150, 200, 300, 500, 1_000, 2_000, 5_000, 10_000, 30_000];

/// All requests so far, warm-up included: a scraper subtracts for itself.
pub(crate) fn exposition(recorder: &Recorder, planned_rps: f64, cpu: &Cpu, saturated: bool) -> String {
    let totals = &recorder.all;
    let mut text = String::new();
    simple(&mut text, "intended_requests_total", "counter", "Requests whose instant came.", totals.intended);
    simple(&mut text, "sent_requests_total", "counter", "Requests that were begun.", totals.sent);
    simple(&mut text, "completed_requests_total", "counter", "Requests that ended well.", totals.completed);
    failed(&mut text, totals);
    let slow = "Requests that took longer than the threshold or failed.";
    simple(&mut text, "slow_requests_total", "counter", slow, totals.slow);
    simple(&mut text, "in_flight_requests", "gauge", "Requests under way.", recorder.in_flight());
    simple(&mut text, "planned_requests_per_second", "gauge", "Planned rate.", planned_rps);
    latency(&mut text, totals);
    send_error(&mut text, totals);
    simple(&mut text, "cpu_cores", "gauge", "CPU that the process uses, in cores.", cpu.cores);
    let told = "1 if the generator could not keep up and the numbers do not count.";
    simple(&mut text, "saturated", "gauge", told, u8::from(saturated));
    text
}

/// Writing to a string does not fail.
macro_rules! line {
    ($text:expr, $($argument:tt)*) => { let _ = writeln!($text, $($argument)*); };
}

fn head(text: &mut String, name: &str, kind: &str, help: &str) {
    line!(text, "# HELP podpilot_load_{name} {help}");
    line!(text, "# TYPE podpilot_load_{name} {kind}");
}

fn simple(text: &mut String, name: &str, kind: &str, help: &str, value: impl std::fmt::Display) {
    head(text, name, kind, help);
    line!(text, "podpilot_load_{name} {value}");
}

fn failed(text: &mut String, totals: &Totals) {
    head(text, "failed_requests_total", "counter", "Requests that failed, by kind.");
    for kind in FailureKind::ALL {
        let (name, count) = (kind.name(), totals.failures.of(kind));
        line!(text, "podpilot_load_failed_requests_total{{kind=\"{name}\"}} {count}");
    }
}

fn latency(text: &mut String, totals: &Totals) {
    let help = "Time from the intended instant to the end of the answer; failed requests at the time-out.";
    head(text, "latency_seconds", "histogram", help);
    for edge_ms in EDGES_MS {
        let count = totals.latency.count_to(Span::milliseconds(edge_ms));
        let edge_s = edge_ms as f64 / 1_000.0;
        line!(text, "podpilot_load_latency_seconds_bucket{{le=\"{edge_s}\"}} {count}");
    }
    let count = totals.latency.count();
    line!(text, "podpilot_load_latency_seconds_bucket{{le=\"+Inf\"}} {count}");
    line!(text, "podpilot_load_latency_seconds_sum {}", totals.latency.sum_s());
    line!(text, "podpilot_load_latency_seconds_count {count}");
}

fn send_error(text: &mut String, totals: &Totals) {
    head(text, "send_error_seconds", "summary", "Delay of sending behind the intended instant.");
    if !totals.send_error.is_empty() {
        for quantile in [0.5, 0.95, 0.99] {
            let value_s = totals.send_error.quantile_ms(quantile) / 1_000.0;
            line!(text, "podpilot_load_send_error_seconds{{quantile=\"{quantile}\"}} {value_s}");
        }
    }
    line!(text, "podpilot_load_send_error_seconds_sum {}", totals.send_error.sum_s());
    line!(text, "podpilot_load_send_error_seconds_count {}", totals.send_error.count());
}

#[cfg(test)]
mod tests;
