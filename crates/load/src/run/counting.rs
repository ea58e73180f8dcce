use std::sync::PoisonError;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, TryRecvError};
use std::thread;
use std::time::Duration;

use podpilot_core::Span;

use super::{INTERRUPTION_GRACE, Live, RunResult, Watcher};
use crate::clock::Clock;
use crate::cpu_meter::CpuMeter;
use crate::event::Event;
use crate::exposition::{Page, exposition};
use crate::recorder::{Closed, Recorder};
use crate::{MinuteRow, Options, Plan, SecondRow, Target, saturation, summary};

/// How long events wait to be counted: rarely enough to cost little.
const NAP: Duration = Duration::from_millis(20);

/// What the caller's thread does during a run.
#[derive(Debug)]
pub(super) struct Counting<'run> {
    plan: &'run Plan,
    options: &'run Options,
    clock: Clock,
    page: Page,
    recorder: Recorder,
    cpu: CpuMeter,
    seconds: Vec<SecondRow>,
    minutes: Vec<MinuteRow>,
}

impl<'run> Counting<'run> {
    pub(super) fn new(plan: &'run Plan, options: &'run Options, clock: Clock, page: Page) -> Self {
        Self {
            plan,
            options,
            clock,
            page,
            recorder: Recorder::new(options),
            cpu: CpuMeter::new(clock.now(), options.warm_up),
            seconds: Vec::new(),
            minutes: Vec::new(),
        }
    }

    /// Counts until every request has ended, or for a moment more once the watcher stops the run; then says when that
    /// was.
    pub(super) fn until_the_end(
        &mut self,
        events: &Receiver<Event>,
        stop: &AtomicBool,
        watcher: &mut dyn Watcher,
    ) -> Option<Span> {
        let mut stopped_at = None;
        self.publish();
        loop {
            let more_to_come = self.count(events);
            let now = self.clock.now();
            self.close_seconds(now, watcher);
            let grace_is_over = stopped_at.is_some_and(|at| now > at + INTERRUPTION_GRACE);
            if !more_to_come || grace_is_over {
                return stopped_at;
            }
            if stopped_at.is_none() && watcher.should_stop() {
                stop.store(true, Ordering::Relaxed);
                stopped_at = Some(now);
            }
            thread::sleep(NAP);
        }
    }

    /// Counts what has come; `false` once nothing more can come.
    fn count(&mut self, events: &Receiver<Event>) -> bool {
        loop {
            match events.try_recv() {
                Ok(event) => self.recorder.record(event),
                Err(TryRecvError::Empty) => return true,
                Err(TryRecvError::Disconnected) => return false,
            }
        }
    }

    fn close_seconds(&mut self, now: Span, watcher: &mut dyn Watcher) {
        let plan = self.plan;
        loop {
            let cpu = &mut self.cpu;
            let closed = self.recorder.close_next(now, |at| plan.rate_at(at), || cpu.read(now));
            let Some(closed) = closed else { return };
            self.keep(closed, watcher);
        }
    }

    fn keep(&mut self, closed: Closed, watcher: &mut dyn Watcher) {
        let Closed { row, minute, recent_ms } = closed;
        let failed = self.recorder.all.failures.total();
        let duration_s = self.plan.duration().as_seconds();
        watcher.second(&row, &Live { duration_s, recent_ms, failed });
        self.seconds.push(row);
        self.keep_minute(minute, watcher);
        self.publish();
    }

    fn keep_minute(&mut self, minute: Option<MinuteRow>, watcher: &mut dyn Watcher) {
        if let Some(minute) = minute {
            watcher.minute(&minute);
            self.minutes.push(minute);
        }
    }

    fn publish(&self) {
        let text = self.exposition();
        *self.page.lock().unwrap_or_else(PoisonError::into_inner) = text;
    }

    fn exposition(&self) -> String {
        let planned_rps = self.plan.rate_at(self.clock.now());
        let cpu = self.cpu.total();
        let reasons = saturation::reasons(&self.recorder.measured, &cpu, self.options.threads);
        exposition(&self.recorder, planned_rps, &cpu, !reasons.is_empty())
    }

    /// Closes what is open. `stopped_at` is when the run was interrupted.
    pub(super) fn result(
        mut self,
        target: &Target,
        started_at_s: f64,
        stopped_at: Option<Span>,
        watcher: &mut dyn Watcher,
    ) -> RunResult {
        let plan = self.plan;
        let cpu_cores = self.cpu.read(self.clock.now());
        while let Some(closed) = self.recorder.close_rest(|at| plan.rate_at(at), cpu_cores) {
            self.keep(closed, watcher);
        }
        let last = self.recorder.minutes.finish(self.seconds.len() as u64);
        self.keep_minute(last, watcher);
        let exposition = self.exposition();
        let made_of = summary::MadeOf {
            plan,
            target,
            options: self.options,
            totals: &self.recorder.measured,
            minutes: self.recorder.minutes.counts(),
            cpu: self.cpu.total(),
            started_at_s,
            stopped_at,
        };
        RunResult { summary: made_of.summary(), seconds: self.seconds, minutes: self.minutes, exposition }
    }
}
