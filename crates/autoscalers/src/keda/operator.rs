//! The operator's part: between zero (or idle) and the first replicas (`pkg/scaling/executor`).

use podpilot_core::{Reason, ReasonList, Span, Timestamp};

use super::settings::Settings;
use crate::memory::{Damaged, Reader, Writer};

/// What the operator remembers of its object.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Operator {
    created_at: Option<Timestamp>,
    last_active_at: Option<Timestamp>,
}

/// What a look at all triggers found.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Poll {
    pub(super) is_active: bool,
    pub(super) is_error: bool,
}

impl Operator {
    /// Notes that the object exists since `now`, if that is new.
    pub(super) fn meet(&mut self, now: Timestamp) {
        self.created_at.get_or_insert(now);
    }

    /// A scale-up from zero or idle took effect.
    pub(super) fn activated(&mut self, now: Timestamp) {
        self.last_active_at = Some(now);
    }

    /// The count that the operator writes; `None` leaves the count to the HPA.
    pub(super) fn request_scale(
        &mut self,
        settings: &Settings,
        poll: Poll,
        current: i32,
        now: Timestamp,
        reasons: &mut ReasonList,
    ) -> Option<i32> {
        let min = settings.bounds.min;
        if poll.is_active || settings.switches.activation_forced {
            let is_idle = current == 0 || (settings.idle.is_some() && current < min);
            if is_idle {
                if settings.switches.scale_out_paused {
                    reasons.push(Reason::Paused);
                    return None;
                }
                reasons.push(Reason::Activated);
                return Some(min.max(1));
            }
            if !poll.is_error {
                self.last_active_at = Some(now);
            }
            return None;
        }
        let falls_back = settings.fallback.map(|fallback| fallback.replicas != 0);
        if poll.is_error && falls_back != Some(false) {
            // Unread is not inactive: the pods stay.
            return None;
        }
        let may_go = settings.idle.is_some_and(|idle| current > idle) || (current > 0 && min == 0);
        if may_go {
            return self.scale_to_zero(settings, now, reasons);
        }
        (settings.idle.is_none() && current < min).then(|| {
            reasons.push(Reason::TooFewReplicas { wanted: current });
            min
        })
    }

    fn scale_to_zero(&self, settings: &Settings, now: Timestamp, reasons: &mut ReasonList) -> Option<i32> {
        if settings.switches.scale_in_paused {
            reasons.push(Reason::Paused);
            return None;
        }
        let (since, period) = match self.last_active_at {
            Some(active_at) => (active_at, settings.cooldown_period),
            None => (self.created_at.unwrap_or(now), settings.initial_cooldown_period),
        };
        let inactive = now - since;
        if inactive <= period {
            return None;
        }
        reasons.push(Reason::Idle { inactive_s: inactive.max(Span::ZERO).as_seconds() });
        Some(settings.idle.unwrap_or(settings.bounds.min))
    }

    pub(super) fn save(&self, writer: &mut Writer) {
        writer.put_time(self.created_at);
        writer.put_time(self.last_active_at);
    }

    pub(super) fn load(reader: &mut Reader<'_>) -> Result<Self, Damaged> {
        Ok(Self { created_at: reader.time()?, last_active_at: reader.time()? })
    }
}
