use podpilot_core::{Reason, ReasonList, Span, Timestamp};

use crate::memory::{Damaged, Reader, Writer};
use crate::recent_peak::RecentPeak;

/// Time between two decisions.
pub(super) const TICK: Span = Span::seconds(2);
/// Counts that the scale-down delay remembers without growing.
const DELAY_PLACES: usize = 128;

/// What the calculation needs to know of a revision.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct DeciderSpec {
    /// What one pod should have of the metric.
    pub target_value: f64,
    /// Highest factor of one scale-up.
    pub max_scale_up_rate: f64,
    /// Highest divisor of one scale-down.
    pub max_scale_down_rate: f64,
    /// Pods wanted over pods ready from which on it panics.
    pub panic_threshold: f64,
    /// Length of the stable window; also of the calm that ends a panic.
    pub stable_window: Span,
    /// Fewest pods while there is any load.
    pub activation_scale: i32,
    /// How long a lower count must have been wanted before pods go.
    pub scale_down_delay: Span,
}

/// The calculation of one revision's pods, with its memory of panic and delay.
#[derive(Debug, Clone, PartialEq)]
pub struct Decider {
    spec: DeciderSpec,
    panic_since: Option<Timestamp>,
    max_panic_pods: i32,
    delay: RecentPeak,
}

impl Decider {
    /// Begins at `now` with `ready_pods`. With more than one it begins in panic mode, so that nothing is removed before
    /// the metrics of a whole window are there.
    pub fn new(spec: DeciderSpec, ready_pods: i32, now: Timestamp) -> Self {
        Self {
            spec,
            panic_since: (ready_pods > 1).then_some(now),
            max_panic_pods: ready_pods,
            delay: RecentPeak::with_capacity(DELAY_PLACES),
        }
    }

    /// Whether it panics.
    pub fn is_panicking(&self) -> bool {
        self.panic_since.is_some()
    }

    /// When the panic began or was last extended.
    pub fn panic_since(&self) -> Option<Timestamp> {
        self.panic_since
    }

    /// The wanted count before replica bounds, from the averages over both windows and the pods that are ready.
    pub fn scale(
        &mut self,
        now: Timestamp,
        ready_pods: i32,
        stable_value: f64,
        panic_value: f64,
        reasons: &mut ReasonList,
    ) -> i32 {
        let spec = self.spec;
        let ready = f64::from(ready_pods.max(1));
        let highest = (spec.max_scale_up_rate * ready).ceil();
        let lowest = (ready / spec.max_scale_down_rate).floor();
        let stable_pods = (stable_value / spec.target_value).ceil();
        let panic_pods = (panic_value / spec.target_value).ceil();
        reasons.push(Reason::WindowAverages {
            stable: stable_value,
            panic: panic_value,
            target: spec.target_value,
        });
        let limited = |pods: f64| self.activated(pods, pods.max(lowest).min(highest) as i32);
        let (mut desired, desired_in_panic) = (limited(stable_pods), limited(panic_pods));
        note_limit(stable_pods, desired, lowest, highest, reasons);
        self.watch_panic(now, panic_pods / ready >= spec.panic_threshold);
        if self.is_panicking() {
            desired = desired.max(desired_in_panic);
            self.max_panic_pods = self.max_panic_pods.max(desired);
            reasons.push(Reason::Panicking { floor: self.max_panic_pods });
            desired = self.max_panic_pods;
        }
        self.delayed(now, desired, reasons)
    }

    /// At least the activation scale while there is any load.
    fn activated(&self, pods_by_load: f64, pods: i32) -> i32 {
        let scale = self.spec.activation_scale;
        if scale > 1 && pods_by_load > 0.0 { pods.max(scale) } else { pods }
    }

    fn watch_panic(&mut self, now: Timestamp, over_threshold: bool) {
        if over_threshold {
            self.panic_since = Some(now);
            return;
        }
        // The second condition: a clock that was set back must not keep the panic for ever.
        let is_over =
            |since: Timestamp| since + self.spec.stable_window < now || since > now + self.spec.stable_window;
        if self.panic_since.is_some_and(is_over) {
            self.panic_since = None;
            self.max_panic_pods = 0;
        }
    }

    /// The highest count of the delay window, whose buckets are as long as a tick.
    fn delayed(&mut self, now: Timestamp, desired: i32, reasons: &mut ReasonList) -> i32 {
        let delay = self.spec.scale_down_delay;
        if delay <= Span::ZERO {
            return desired;
        }
        let bucket = Timestamp(now.0.div_euclid(TICK.0) * TICK.0);
        let buckets = (delay.0 + TICK.0 - 1) / TICK.0;
        self.delay.forget_after(bucket);
        let held = self.delay.record(bucket, desired, TICK * buckets);
        if held != desired {
            reasons.push(Reason::ScaleDownHold { wanted: desired });
        }
        held
    }

    pub(super) fn save(&self, writer: &mut Writer) {
        writer.put_time(self.panic_since);
        writer.put_i32(self.max_panic_pods);
        self.delay.save(writer);
    }

    pub(super) fn load(&mut self, reader: &mut Reader<'_>) -> Result<(), Damaged> {
        self.panic_since = reader.time()?;
        self.max_panic_pods = reader.i32()?;
        self.delay.load(reader)
    }
}

fn note_limit(wanted: f64, desired: i32, lowest: f64, highest: f64, reasons: &mut ReasonList) {
    let wanted_pods = wanted as i32;
    if wanted > highest && desired < wanted_pods {
        reasons.push(Reason::ScaleUpLimit { wanted: wanted_pods });
    } else if wanted < lowest && desired > wanted_pods {
        reasons.push(Reason::ScaleDownLimit { wanted: wanted_pods });
    }
}
