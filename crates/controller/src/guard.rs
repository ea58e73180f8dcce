use podpilot_core::{ClipList, GuardClip, GuardRule, ReplicaBounds, Span};

use crate::ControllerError;

/// Largest change of one decision: the larger of the two applies.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct StepLimit {
    /// As a share of the current replicas.
    pub share: f64,
    /// In pods.
    pub pods: i32,
}

impl StepLimit {
    fn largest_step(self, current: i32) -> i32 {
        self.pods.max((f64::from(current.max(0)) * self.share).ceil() as i32)
    }
}

/// What the guard enforces.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct GuardSettings {
    /// Hard bounds.
    pub bounds: ReplicaBounds,
    /// Limit on one scale-up; `None` for no limit.
    pub scale_up: Option<StepLimit>,
    /// Limit on one scale-down; `None` for no limit.
    pub scale_down: Option<StepLimit>,
    /// No scale-down for this long after a start without memory.
    pub restart_hold: Span,
}

impl GuardSettings {
    /// Within `bounds`; up by no more than three times the current count or eight pods at once, down by no more than
    /// half of it or two pods; no scale-down in the first five minutes without memory.
    pub fn within(bounds: ReplicaBounds) -> Self {
        Self {
            bounds,
            scale_up: Some(StepLimit { share: 3.0, pods: 8 }),
            scale_down: Some(StepLimit { share: 0.5, pods: 2 }),
            restart_hold: Span::seconds(300),
        }
    }

    /// Checks every field's range.
    pub fn validate(&self) -> Result<(), ControllerError> {
        let error = |field, value: String, expected| Err(ControllerError::Setting { field, value, expected });
        let ReplicaBounds { min, max } = self.bounds;
        if min < 0 || max < min.max(1) {
            return error(
                "guard.bounds",
                format!("{min} to {max}"),
                "0 or more, and a maximum of at least 1 and the minimum",
            );
        }
        if self.restart_hold < Span::ZERO {
            return error("guard.restart_hold", self.restart_hold.to_string(), "0 s or more");
        }
        for (field, limit) in [("guard.scale_up", self.scale_up), ("guard.scale_down", self.scale_down)] {
            let moves = |limit: StepLimit| limit.share.is_finite() && limit.share >= 0.0 && limit.pods >= 1;
            if let Some(limit) = limit.filter(|limit| !moves(*limit)) {
                return error(field, format!("{limit:?}"), "a share of 0 or more and at least 1 pod");
            }
        }
        Ok(())
    }
}

/// The state that the guard judges a proposal by.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Circumstances {
    /// Replicas asked for now.
    pub(crate) current: i32,
    /// Pods that exist now.
    pub(crate) existing: i32,
    /// How many more fit on the nodes.
    pub(crate) room: Option<i32>,
    /// Fewest replicas that a fault allows.
    pub(crate) fault_floor: Option<i32>,
    /// No memory of the time before a restart yet.
    pub(crate) restarted: bool,
}

impl Circumstances {
    /// Before anything was seen.
    pub(crate) const NOTHING: Self =
        Self { current: 0, existing: 0, room: None, fault_floor: None, restarted: false };
}

/// The last word on a decision: rates, then floors (restart, fault), then room, then bounds. A later rule overrules an
/// earlier one, so that the bounds always hold.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Guard {
    settings: GuardSettings,
}

impl Guard {
    pub(crate) fn new(settings: GuardSettings) -> Self {
        Self { settings }
    }

    pub(crate) fn bounds(&self) -> ReplicaBounds {
        self.settings.bounds
    }

    pub(crate) fn restart_hold(&self) -> Span {
        self.settings.restart_hold
    }

    /// What may be asked for instead of `wanted`, and which rules changed it.
    pub(crate) fn apply(&self, wanted: i32, circumstances: &Circumstances) -> (i32, ClipList) {
        let Circumstances { current, existing, room, fault_floor, restarted } = *circumstances;
        let mut clipped = Clipped { replicas: wanted, clips: ClipList::default() };
        if let Some(limit) = self.settings.scale_down {
            clipped.at_least(GuardRule::ScaleDownRate, current.saturating_sub(limit.largest_step(current)));
        }
        if let Some(limit) = self.settings.scale_up {
            clipped.at_most(GuardRule::ScaleUpRate, current.saturating_add(limit.largest_step(current)));
        }
        if restarted {
            clipped.at_least(GuardRule::RestartHold, current);
        }
        if let Some(floor) = fault_floor {
            clipped.at_least(GuardRule::FaultHold, floor);
        }
        if let Some(room) = room {
            // Pods that were asked for already are never taken back for want of room.
            let placeable = existing.saturating_add(room.max(0)).max(current);
            clipped.at_most(GuardRule::Room, placeable);
        }
        clipped.at_least(GuardRule::MinReplicas, self.settings.bounds.min);
        clipped.at_most(GuardRule::MaxReplicas, self.settings.bounds.max);
        (clipped.replicas, clipped.clips)
    }
}

struct Clipped {
    replicas: i32,
    clips: ClipList,
}

impl Clipped {
    fn at_least(&mut self, rule: GuardRule, floor: i32) {
        self.set(rule, self.replicas.max(floor));
    }

    fn at_most(&mut self, rule: GuardRule, ceiling: i32) {
        self.set(rule, self.replicas.min(ceiling));
    }

    fn set(&mut self, rule: GuardRule, to: i32) {
        if to != self.replicas {
            self.clips.push(GuardClip { rule, from: self.replicas, to });
            self.replicas = to;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn guard(min: i32, max: i32) -> Guard {
        Guard::new(GuardSettings::within(ReplicaBounds { min, max }))
    }

    fn at(current: i32) -> Circumstances {
        Circumstances { current, existing: current, ..Circumstances::NOTHING }
    }

    fn rules(clips: &ClipList) -> Vec<GuardRule> {
        clips.iter().map(|clip| clip.rule).collect()
    }

    #[test]
    fn a_modest_change_passes_untouched() {
        let (replicas, clips) = guard(1, 40).apply(12, &at(10));
        assert_eq!((replicas, rules(&clips)), (12, vec![]));
    }

    #[test]
    fn each_rule_clips_and_says_so() {
        let cases = [
            ("down", 1, at(10), 5, vec![GuardRule::ScaleDownRate]),
            ("down by two at least", 0, at(3), 1, vec![GuardRule::ScaleDownRate]),
            ("up by eight at least", 30, at(1), 9, vec![GuardRule::ScaleUpRate]),
            ("up by three times", 90, at(5), 20, vec![GuardRule::ScaleUpRate]),
            ("min", 0, at(1), 1, vec![GuardRule::MinReplicas]),
            ("max", 50, at(38), 40, vec![GuardRule::MaxReplicas]),
            ("room", 14, Circumstances { room: Some(2), ..at(10) }, 12, vec![GuardRule::Room]),
            ("no room", 14, Circumstances { room: Some(-3), ..at(10) }, 10, vec![GuardRule::Room]),
            ("no room is no scale-down", 9, Circumstances { room: Some(0), ..at(10) }, 9, vec![]),
            (
                "pods on order stay",
                12,
                Circumstances { room: Some(0), existing: 7, ..at(10) },
                10,
                vec![GuardRule::Room],
            ),
            ("fault", 6, Circumstances { fault_floor: Some(11), ..at(10) }, 11, vec![GuardRule::FaultHold]),
            ("restart", 8, Circumstances { restarted: true, ..at(10) }, 10, vec![GuardRule::RestartHold]),
        ];
        for (name, wanted, circumstances, expected, expected_rules) in cases {
            let (replicas, clips) = guard(1, 40).apply(wanted, &circumstances);
            assert_eq!((replicas, rules(&clips)), (expected, expected_rules), "{name}");
        }
    }

    #[test]
    fn bounds_overrule_every_floor() {
        let circumstances = Circumstances { fault_floor: Some(60), restarted: true, ..at(60) };
        assert_eq!(guard(1, 40).apply(5, &circumstances).0, 40);
    }

    #[test]
    fn impossible_settings_are_refused() {
        let refused = |settings: GuardSettings| settings.validate().expect_err("impossible").to_string();
        let settings = GuardSettings::within(ReplicaBounds { min: 5, max: 4 });
        assert!(refused(settings).starts_with("guard.bounds is 5 to 4, must be "));
        let stuck = StepLimit { share: 0.5, pods: 0 };
        let settings = GuardSettings::within(ReplicaBounds { min: 1, max: 4 });
        assert!(
            refused(GuardSettings { scale_up: Some(stuck), ..settings }).starts_with("guard.scale_up is ")
        );
    }
}
