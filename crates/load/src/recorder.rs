//! Turns events into seconds, minutes and totals.

mod minutes;
mod second;
mod totals;

use std::collections::VecDeque;

use podpilot_core::Span;

use crate::event::{Ended, Event};
use crate::{MinuteRow, Options, SecondRow};

pub(crate) use minutes::Minutes;
pub(crate) use second::{Recent, Second};
pub(crate) use totals::Totals;

/// Time that an event may take from the thread that tells it.
const LATENESS: Span = Span::milliseconds(250);
const SECOND: Span = Span::seconds(1);

/// Everything that is known of a run.
#[derive(Debug)]
pub(crate) struct Recorder {
    options: Options,
    /// Seconds that may still change; the first is number `first_open`.
    open: VecDeque<Second>,
    first_open: u64,
    in_flight: u64,
    recent: Recent,
    /// All requests, for those who watch.
    pub(crate) all: Totals,
    /// Requests after the warm-up, for the summary.
    pub(crate) measured: Totals,
    pub(crate) minutes: Minutes,
}

/// A second that is closed, and what closed with it.
#[derive(Debug)]
pub(crate) struct Closed {
    pub(crate) row: SecondRow,
    pub(crate) minute: Option<MinuteRow>,
    /// P50 and P95 over the last seconds.
    pub(crate) recent_ms: Option<(f64, f64)>,
}

impl Recorder {
    pub(crate) fn new(options: &Options) -> Self {
        Self {
            options: *options,
            open: VecDeque::new(),
            first_open: 0,
            in_flight: 0,
            recent: Recent::default(),
            all: Totals::new(),
            measured: Totals::new(),
            minutes: Minutes::new(options.quantile, options.warm_up),
        }
    }

    pub(crate) fn record(&mut self, event: Event) {
        match event {
            Event::Due { intended } => {
                self.second(intended).intended += 1;
                self.each_total(intended, |totals| totals.intended += 1);
            }
            Event::Sent { intended, at } => {
                let error = at - intended;
                self.second(at).add_sent(error);
                self.each_total(intended, |totals| totals.add_sent(error));
            }
            Event::Ended(ended) => self.end(&ended),
        }
    }

    fn end(&mut self, ended: &Ended) {
        let took = ended.at - ended.intended;
        // The project's definition: a failed request counts at the time-out value.
        let latency = if ended.failure.is_some() { self.options.timeout } else { took };
        let slow = ended.failure.is_some() || took > self.options.slow_after();
        let counted = self.is_counted(ended.intended);
        self.second(ended.at).add_ended(ended, latency, slow, counted);
        self.each_total(ended.intended, |totals| totals.add_ended(ended, latency, slow));
    }

    fn is_counted(&self, intended: Span) -> bool {
        intended >= self.options.warm_up
    }

    fn each_total(&mut self, intended: Span, change: impl Fn(&mut Totals)) {
        change(&mut self.all);
        if self.is_counted(intended) {
            change(&mut self.measured);
        }
    }

    /// The second of an instant, or the oldest that is open.
    fn second(&mut self, at: Span) -> &mut Second {
        let index = ((at / SECOND).max(0) as u64).saturating_sub(self.first_open) as usize;
        while self.open.len() <= index {
            self.open.push_back(Second::default());
        }
        &mut self.open[index]
    }

    /// Closes the next second if it is over at `now`. `cpu_cores` is asked for when one closes.
    pub(crate) fn close_next(
        &mut self,
        now: Span,
        planned_rps: impl Fn(Span) -> f64,
        cpu_cores: impl FnOnce() -> f64,
    ) -> Option<Closed> {
        let end = SECOND * (self.first_open as i64 + 1);
        (now >= end + LATENESS).then(|| self.close(planned_rps, cpu_cores()))
    }

    /// Closes the next second if anything happened in it or after: for the end, when no more events come.
    pub(crate) fn close_rest(&mut self, planned_rps: impl Fn(Span) -> f64, cpu_cores: f64) -> Option<Closed> {
        (!self.open.is_empty()).then(|| self.close(planned_rps, cpu_cores))
    }

    fn close(&mut self, planned_rps: impl Fn(Span) -> f64, cpu_cores: f64) -> Closed {
        let second = self.open.pop_front().unwrap_or_default();
        let start = SECOND * self.first_open as i64;
        self.in_flight = (self.in_flight + second.sent).saturating_sub(second.ended_after_sending);
        let minute = self.minutes.record(self.first_open, second.counted_requests, second.counted_slow);
        let warm_up = start < self.options.warm_up;
        let mut row = second.row(self.first_open, warm_up, self.in_flight);
        row.planned_rps = planned_rps(start);
        row.cpu_cores = cpu_cores;
        self.recent.push(second);
        self.first_open += 1;
        Closed { row, minute, recent_ms: self.recent.p50_and_p95_ms() }
    }

    pub(crate) fn in_flight(&self) -> u64 {
        self.in_flight
    }
}

#[cfg(test)]
mod tests;
