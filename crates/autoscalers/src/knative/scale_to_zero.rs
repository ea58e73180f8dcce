//! The last step to zero pods: idle for the stable window, then behind the activator for the grace period
//! (`handleScaleToZero`).

use podpilot_core::{Span, Timestamp};

use crate::memory::{Damaged, Reader, Writer};

/// Whether the revision counts as active, and since when.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Activity {
    active: bool,
    since: Timestamp,
}

/// The rules of one revision.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct ZeroRules {
    /// `enable-scale-to-zero`.
    pub(super) enabled: bool,
    pub(super) stable_window: Span,
    /// The longer of the grace period and the retention of the last pod.
    pub(super) grace: Span,
}

impl Activity {
    pub(super) fn active_from(now: Timestamp) -> Self {
        Self { active: true, since: now }
    }

    /// What to ask for where `desired` is the count within bounds and `current` what was asked for last; `None` leaves
    /// the count alone.
    pub(super) fn step(
        &mut self,
        now: Timestamp,
        desired: i32,
        current: i32,
        rules: &ZeroRules,
    ) -> Option<i32> {
        if self.since > now {
            // The clock was set back.
            self.since = now;
        }
        if desired != 0 {
            if !self.active {
                *self = Self::active_from(now);
            }
            return Some(desired);
        }
        if current == 0 {
            return Some(0);
        }
        if !rules.enabled {
            return Some(1);
        }
        if self.active {
            if now - self.since < rules.stable_window {
                return Some(1);
            }
            *self = Self { active: false, since: now };
            return None;
        }
        (now - self.since >= rules.grace).then_some(0)
    }

    pub(super) fn save(self, writer: &mut Writer) {
        writer.put_bool(self.active);
        writer.put_i64(self.since.0);
    }

    pub(super) fn load(reader: &mut Reader<'_>) -> Result<Self, Damaged> {
        Ok(Self { active: reader.bool()?, since: Timestamp(reader.i64()?) })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const RULES: ZeroRules =
        ZeroRules { enabled: true, stable_window: Span::seconds(60), grace: Span::seconds(30) };

    fn at(seconds: i64) -> Timestamp {
        Timestamp(0) + Span::seconds(seconds)
    }

    #[test]
    fn zero_comes_after_the_stable_window_and_the_grace_period() {
        let mut activity = Activity::active_from(at(0));
        assert_eq!(activity.step(at(10), 3, 3, &RULES), Some(3));
        assert_eq!(activity.step(at(58), 0, 3, &RULES), Some(1), "one pod for the rest of the window");
        assert_eq!(activity.step(at(60), 0, 1, &RULES), None, "marked inactive");
        assert_eq!(activity.step(at(88), 0, 1, &RULES), None, "behind the activator");
        assert_eq!(activity.step(at(90), 0, 1, &RULES), Some(0));
        assert_eq!(activity.step(at(500), 0, 0, &RULES), Some(0));
        assert_eq!(activity.step(at(502), 2, 0, &RULES), Some(2));
        assert_eq!(activity.step(at(504), 0, 2, &RULES), Some(1), "active anew since 502");
    }

    #[test]
    fn a_request_in_the_grace_period_keeps_the_pod() {
        let mut activity = Activity::active_from(at(0));
        activity.step(at(60), 0, 1, &RULES);
        assert_eq!(activity.step(at(80), 1, 1, &RULES), Some(1));
        assert_eq!(activity.step(at(100), 0, 1, &RULES), Some(1));
        assert_eq!(activity.step(at(140), 0, 1, &RULES), None);
    }

    #[test]
    fn one_pod_stays_where_zero_is_switched_off() {
        let mut activity = Activity::active_from(at(0));
        let rules = ZeroRules { enabled: false, ..RULES };
        assert_eq!(activity.step(at(600), 0, 4, &rules), Some(1));
    }
}
