//! Memory that containers lose as time passes.

use podpilot_core::Timestamp;

use super::Simulation;
use crate::pods::Pod;

/// What a container that runs since the run began has leaked: piecewise linear in time.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub(super) struct Leakage {
    /// At the last change of the rate, MiB.
    leaked_mib: f64,
    changed_at: Timestamp,
    rate_mib_per_s: f64,
}

impl Leakage {
    pub(super) fn change_rate(&mut self, rate_mib_per_s: f64, now: Timestamp) {
        *self = Self { leaked_mib: self.at(now), changed_at: now, rate_mib_per_s };
    }

    /// Since the run began, MiB; before the last change it is what was leaked then.
    pub(super) fn at(&self, when: Timestamp) -> f64 {
        self.leaked_mib + self.rate_mib_per_s * (when - self.changed_at).as_seconds().max(0.0)
    }

    #[inline]
    pub(super) fn is_going_on(&self) -> bool {
        self.rate_mib_per_s > 0.0
    }

    pub(super) fn has_begun(&self) -> bool {
        self.is_going_on() || self.leaked_mib > 0.0
    }
}

impl Simulation {
    /// What a pod's container has leaked by now, MiB.
    pub(super) fn leaked_mib(&self, pod: &Pod) -> f64 {
        (self.leakage.at(self.now) - pod.leaked_before_mib).max(0.0)
    }
}
