use podpilot_random::Stream;

use crate::CfsModel;

/// One group's CPU bandwidth: a pool that is refilled every period, and the slice that its CPU has taken from it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Bandwidth {
    quota_s: f64,
    period_s: f64,
    periods_per_s: f64,
    slice_s: f64,
    kept_slack_s: f64,
    pool_s: f64,
    /// What the CPU holds; negative = overrun still to be paid back.
    local_s: f64,
    next_refill_s: f64,
    throttled: bool,
}

impl Bandwidth {
    /// A full pool whose timer has a random phase, as the kernel gives each new group.
    pub(crate) fn new(cfs: &CfsModel, limit_cores: f64, stream: &mut Stream) -> Self {
        let quota_s = limit_cores * cfs.period_s;
        Self {
            quota_s,
            period_s: cfs.period_s,
            periods_per_s: 1.0 / cfs.period_s,
            slice_s: cfs.slice_s,
            kept_slack_s: cfs.kept_slack_s,
            pool_s: quota_s,
            local_s: 0.0,
            next_refill_s: stream.uniform() * cfs.period_s,
            throttled: false,
        }
    }

    /// The same group with nothing to limit it.
    pub(crate) fn without_limit(self) -> Self {
        Self { quota_s: f64::INFINITY, pool_s: f64::INFINITY, next_refill_s: f64::INFINITY, ..self }
    }

    #[inline]
    pub(crate) fn next_refill_s(&self) -> f64 {
        self.next_refill_s
    }

    #[inline]
    pub(crate) fn is_throttled(&self) -> bool {
        self.throttled
    }

    /// Charges CPU time that was used, taking another slice if the last is used up.
    #[inline]
    pub(crate) fn charge(&mut self, used_s: f64) {
        self.local_s -= used_s;
        if self.local_s <= 0.0 {
            let taken_s = self.pool_s.min(self.slice_s - self.local_s);
            self.pool_s -= taken_s;
            self.local_s += taken_s;
        }
    }

    /// Throttles the group if neither its CPU nor its pool has anything left.
    #[inline]
    pub(crate) fn throttle_if_spent(&mut self) {
        self.throttled = self.local_s <= 0.0;
    }

    /// The group's last task sleeps: most of the slice goes back to the pool.
    #[inline]
    pub(crate) fn return_slack(&mut self) {
        let slack_s = self.local_s - self.kept_slack_s;
        if slack_s > 0.0 {
            self.pool_s += slack_s;
            self.local_s -= slack_s;
        }
    }

    /// Lets the period timer fire as often as it is due at `now_s`. The pool never holds more than one quota.
    #[inline]
    pub(crate) fn refill_until(&mut self, now_s: f64) {
        if now_s < self.next_refill_s {
            return;
        }
        let missed = whole((now_s - self.next_refill_s) * self.periods_per_s);
        self.next_refill_s += (missed + 1.0) * self.period_s;
        if self.next_refill_s <= now_s {
            self.next_refill_s += self.period_s;
        }
        self.pool_s = self.quota_s;
        if self.throttled {
            self.charge(0.0);
            self.throttle_if_spent();
        }
    }
}

/// The whole part of a number ≥ 0 below 2⁶³, by a conversion: `floor` is a call on baseline x86-64.
#[inline]
pub(crate) fn whole(number: f64) -> f64 {
    number as i64 as f64
}
