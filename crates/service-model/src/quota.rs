use podpilot_random::Stream;

use crate::CfsModel;
use crate::bandwidth::{Bandwidth, whole};

/// Most groups that can lie inside each other: the container's and the pod's.
const MOST_GROUPS: usize = 2;

/// The CPU limit of one pod: bandwidth groups inside each other, accounted at ticks.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Quota {
    groups: [Bandwidth; MOST_GROUPS],
    tick_s: f64,
    ticks_per_s: f64,
    tick_phase_s: f64,
    next_tick_s: f64,
    uncharged_s: f64,
    throttled: bool,
}

impl Quota {
    pub(crate) fn new(cfs: &CfsModel, limit_cores: f64, stream: &mut Stream) -> Self {
        let groups = std::array::from_fn(|depth| {
            let group = Bandwidth::new(cfs, limit_cores, stream);
            if depth < cfs.nested_groups.max(1) { group } else { group.without_limit() }
        });
        Self {
            groups,
            tick_s: cfs.tick_s,
            ticks_per_s: 1.0 / cfs.tick_s,
            tick_phase_s: stream.uniform() * cfs.tick_s,
            next_tick_s: 0.0,
            uncharged_s: 0.0,
            throttled: false,
        }
    }

    #[inline]
    pub(crate) fn is_throttled(&self) -> bool {
        self.throttled
    }

    /// The next instant at which anything can change for running or throttled work.
    #[inline]
    pub(crate) fn next_event_s(&self) -> f64 {
        let refill_s = self.next_refill_s();
        if self.throttled { refill_s } else { refill_s.min(self.next_tick_s) }
    }

    /// Notes CPU time that was used; it is charged at the next tick or sleep.
    #[inline]
    pub(crate) fn note_use(&mut self, used_s: f64) {
        self.uncharged_s += used_s;
    }

    /// The pod's first task wakes.
    #[inline]
    pub(crate) fn wake(&mut self, now_s: f64) {
        let ticks = whole((now_s - self.tick_phase_s) * self.ticks_per_s) + 1.0;
        self.next_tick_s = ticks * self.tick_s + self.tick_phase_s;
        if self.next_tick_s <= now_s {
            self.next_tick_s += self.tick_s;
        }
        for group in &mut self.groups {
            group.refill_until(now_s);
            group.charge(0.0);
            group.throttle_if_spent();
        }
        self.note_throttling();
    }

    /// The pod's last task sleeps.
    #[inline]
    pub(crate) fn sleep(&mut self) {
        let used_s = std::mem::take(&mut self.uncharged_s);
        for group in &mut self.groups {
            group.charge(used_s);
            group.return_slack();
        }
        self.throttled = false;
    }

    /// Lets timers fire that are due at `now_s`, while tasks run or wait for quota.
    #[inline]
    pub(crate) fn tick(&mut self, now_s: f64) {
        for group in &mut self.groups {
            group.refill_until(now_s);
        }
        if now_s >= self.next_tick_s {
            self.next_tick_s += self.tick_s;
            if !self.throttled {
                self.account();
            }
        }
        self.resume_ticking(now_s);
        self.note_throttling();
    }

    #[inline]
    fn account(&mut self) {
        let used_s = std::mem::take(&mut self.uncharged_s);
        for group in &mut self.groups {
            group.charge(used_s);
            group.throttle_if_spent();
        }
    }

    /// Ticks are skipped while throttled; the phase stays.
    #[inline]
    fn resume_ticking(&mut self, now_s: f64) {
        if self.next_tick_s <= now_s {
            let ticks = whole((now_s - self.next_tick_s) * self.ticks_per_s) + 1.0;
            self.next_tick_s += ticks * self.tick_s;
        }
    }

    #[inline]
    fn note_throttling(&mut self) {
        self.throttled = self.groups[0].is_throttled() | self.groups[1].is_throttled();
    }

    #[inline]
    fn next_refill_s(&self) -> f64 {
        self.groups[0].next_refill_s().min(self.groups[1].next_refill_s())
    }
}
