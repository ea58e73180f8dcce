use std::collections::VecDeque;

use podpilot_core::Span;

use crate::Cpu;
use crate::machine::cpu_seconds;

/// Peak use is of this many seconds.
const PEAK_WINDOW: Span = Span::seconds(10);

/// CPU use of this process over a run.
#[derive(Debug)]
pub(crate) struct CpuMeter {
    /// Where the warm-up ends.
    counts_from: Span,
    start: Option<Reading>,
    last: Reading,
    window: VecDeque<Reading>,
    peak_cores: f64,
}

#[derive(Debug, Clone, Copy)]
struct Reading {
    at: Span,
    cpu_s: f64,
}

impl Reading {
    fn cores_until(self, later: Self) -> f64 {
        let elapsed_s = (later.at - self.at).as_seconds();
        if elapsed_s > 0.0 { (later.cpu_s - self.cpu_s) / elapsed_s } else { 0.0 }
    }
}

impl CpuMeter {
    pub(crate) fn new(now: Span, counts_from: Span) -> Self {
        let last = Reading { at: now, cpu_s: cpu_seconds() };
        Self { counts_from, start: None, last, window: VecDeque::new(), peak_cores: 0.0 }
    }

    /// Reads the clock; returns the cores used since the last reading.
    pub(crate) fn read(&mut self, now: Span) -> f64 {
        let reading = Reading { at: now, cpu_s: cpu_seconds() };
        let cores = self.last.cores_until(reading);
        self.last = reading;
        if now >= self.counts_from {
            self.start.get_or_insert(reading);
            self.slide(reading);
        }
        cores
    }

    fn slide(&mut self, reading: Reading) {
        self.window.push_back(reading);
        while self.window.get(1).is_some_and(|second| reading.at - second.at >= PEAK_WINDOW) {
            self.window.pop_front();
        }
        if let Some(first) = self.window.front().filter(|first| reading.at - first.at >= PEAK_WINDOW) {
            self.peak_cores = self.peak_cores.max(first.cores_until(reading));
        }
    }

    /// Use from the end of the warm-up to the last reading.
    pub(crate) fn total(&self) -> Cpu {
        let Some(start) = self.start else { return Cpu::default() };
        let cores = start.cores_until(self.last);
        let seconds = self.last.cpu_s - start.cpu_s;
        // A run shorter than the window has no better peak than its mean.
        Cpu { seconds, cores, peak_cores: self.peak_cores.max(cores) }
    }
}
