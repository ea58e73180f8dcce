//! What is shown, written and heard while requests are sent.

use std::io::{self, IsTerminal};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use podpilot_lab::number::{amount, clock, latency};
use podpilot_load::{Live, MinuteRow, RunFiles, SecondRow, Watcher};

use crate::progress::stop_on_interrupt;

/// One line on standard error that changes each second, the files of the run, and Ctrl-C.
#[derive(Debug)]
pub(crate) struct LiveLine {
    bar: ProgressBar,
    files: Option<RunFiles>,
    stop: Arc<AtomicBool>,
}

impl LiveLine {
    /// No line when quiet or when standard error is not a terminal.
    pub(crate) fn new(quiet: bool, files: Option<RunFiles>) -> io::Result<Self> {
        let shown = !quiet && io::stderr().is_terminal();
        let target = if shown { ProgressDrawTarget::stderr() } else { ProgressDrawTarget::hidden() };
        let bar = ProgressBar::with_draw_target(None, target);
        if let Ok(style) = ProgressStyle::with_template("{msg}") {
            bar.set_style(style);
        }
        Ok(Self { bar, files, stop: stop_on_interrupt()? })
    }

    /// Clears the line; gives back the files.
    pub(crate) fn finish(self) -> Option<RunFiles> {
        self.bar.finish_and_clear();
        self.files
    }
}

impl Watcher for LiveLine {
    fn second(&mut self, row: &SecondRow, live: &Live) {
        if let Some(files) = &mut self.files {
            files.second(row);
        }
        self.bar.set_message(line(row, live));
        self.bar.tick();
    }

    fn minute(&mut self, row: &MinuteRow) {
        if let Some(files) = &mut self.files {
            files.minute(row);
        }
    }

    fn should_stop(&self) -> bool {
        self.stop.load(Ordering::SeqCst)
    }
}

fn line(row: &SecondRow, live: &Live) -> String {
    let passed = clock_with_seconds((row.t_s + 1) as f64);
    let of = clock_with_seconds(live.duration_s);
    let quantiles = live.recent_ms.map_or_else(
        || "no answers yet".to_owned(),
        |(p50, p95)| format!("P50 {}  P95 {}", latency(p50), latency(p95)),
    );
    format!(
        "{passed} of {of}  {}/s intended  {}/s sent  {} in flight  {quantiles}  {} failed",
        row.intended,
        row.sent,
        row.in_flight,
        amount_of(live.failed)
    )
}

fn amount_of(count: u64) -> String {
    if count < 1_000 { count.to_string() } else { amount(count as f64) }
}

fn clock_with_seconds(seconds: f64) -> String {
    format!("{}:{:02}", clock(seconds), seconds as u64 % 60)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_line_tells_rates_latencies_and_failures() {
        let row = SecondRow {
            t_s: 64,
            warm_up: false,
            planned_rps: 50.0,
            intended: 48,
            sent: 47,
            completed: 45,
            slow: 0,
            failed: podpilot_load::FailureCounts::default(),
            in_flight: 3,
            p50_ms: Some(4.0),
            p95_ms: Some(9.0),
            p99_ms: Some(12.0),
            max_ms: Some(12.0),
            send_error_max_ms: Some(0.1),
            cpu_cores: 0.02,
        };
        let live = Live { duration_s: 120.0, recent_ms: Some((4.2, 1_250.0)), failed: 2 };
        assert_eq!(
            line(&row, &live),
            "0:01:05 of 0:02:00  48/s intended  47/s sent  3 in flight  P50 4.2 ms  P95 1.2 s  2 failed"
        );
    }
}
