use podpilot_core::{ClipList, Decision, DecisionSource, GuardRule, Reason, ReasonList, Span};

use super::Controller;
use super::pipeline::whole_pods;
use crate::Action;
use crate::forecast::FORECAST_LEVELS;

/// A count with its author, before the guard.
struct Wanted {
    replicas: i32,
    source: DecisionSource,
    reasons: ReasonList,
}

impl Controller {
    /// Second half of a decision: carries an action of the agent through fallback and guard. An index beyond the
    /// scheme's actions is its last action.
    pub fn decide_action(&mut self, action: usize) -> Decision {
        let action = self.actions.action(action);
        self.conclude(Some(action))
    }

    /// Second half of a decision, with the base policy alone.
    pub fn decide_base(&mut self) -> Decision {
        self.conclude(None)
    }

    fn conclude(&mut self, action: Option<Action>) -> Decision {
        let from_policy = self.moment.base_pods.map(|pods| self.ask_policy(pods, action));
        let wanted = self.fall_back(from_policy);
        let (replicas, clips) = self.guard.apply(wanted.replicas, &self.moment.circumstances);
        if self.memory.fault.is_active() {
            // After the fault, a scale-down waits for the hold time.
            self.memory.hold.record(self.moment.now, replicas);
        }
        let decision = Decision {
            at: self.moment.now,
            current: self.moment.circumstances.current,
            replicas,
            source: wanted.source,
            reasons: with_clips(wanted.reasons, &clips),
            clips,
        };
        let short_of_room = clips.iter().any(|clip| clip.rule == GuardRule::Room);
        self.memory.saturated = short_of_room || wanted.replicas >= self.guard.bounds().max;
        self.last_decision = Some(decision);
        decision
    }

    /// What the policy wants, after its hold.
    fn ask_policy(&mut self, base_pods: f64, action: Option<Action>) -> Wanted {
        let mut reasons = ReasonList::new();
        reasons.push(Reason::DemandQuantile {
            level: FORECAST_LEVELS[self.level],
            rps: self.moment.forecast.rate_rps(self.level),
        });
        if self.memory.trim.value() != 0.0 {
            reasons.push(Reason::Trim { factor: 1.0 + self.memory.trim.value() });
        }
        let (target, hold) = match action {
            None => (whole_pods(base_pods, 1.0), self.hold),
            Some(Action::Residual { multiplier, hold }) => {
                reasons.push(Reason::Residual { multiplier, hold_s: hold.as_seconds() });
                (whole_pods(base_pods, multiplier), hold)
            }
            Some(Action::ReplicaStep { step }) => {
                reasons.push(Reason::ReplicaStep { step });
                (self.moment.circumstances.current.saturating_add(step), Span::ZERO)
            }
        };
        let target = self.bounded(target, &mut reasons);
        let replicas = self.held(target, hold, &mut reasons);
        Wanted { replicas, source: DecisionSource::Policy, reasons }
    }

    fn bounded(&self, target: i32, reasons: &mut ReasonList) -> i32 {
        let bounded = self.guard.bounds().clamp(target);
        if bounded < target {
            reasons.push(Reason::TooManyReplicas { wanted: target });
        } else if bounded > target {
            reasons.push(Reason::TooFewReplicas { wanted: target });
        }
        bounded
    }

    fn held(&mut self, target: i32, hold: Span, reasons: &mut ReasonList) -> i32 {
        let now = self.moment.now;
        let floor = self.memory.hold.floor(now, hold).unwrap_or(target);
        self.memory.hold.record(now, target);
        if floor > target {
            reasons.push(Reason::ScaleDownHold { wanted: target });
        }
        floor.max(target)
    }

    /// The fallback chain: policy, from the second decision of a fault at least the in-process HPA, else the count.
    fn fall_back(&self, from_policy: Option<Wanted>) -> Wanted {
        let hpa = &self.moment.hpa;
        let from_hpa = hpa.replicas.filter(|_| self.memory.fault.is_confirmed());
        match (from_policy, from_hpa) {
            (Some(policy), None) => policy,
            (Some(policy), Some(replicas)) if policy.replicas >= replicas => policy,
            (_, Some(replicas)) => Wanted { replicas, source: DecisionSource::Hpa, reasons: hpa.reasons },
            (None, None) => Wanted {
                replicas: self.moment.circumstances.current,
                source: DecisionSource::Hold,
                reasons: ReasonList::from_iter([Reason::NoUsableMetric]),
            },
        }
    }
}

fn with_clips(mut reasons: ReasonList, clips: &ClipList) -> ReasonList {
    for clip in clips.iter() {
        match clip.rule {
            GuardRule::Room => reasons.push(Reason::NoRoom { wanted: clip.from }),
            GuardRule::ScaleUpRate => reasons.push(Reason::ScaleUpLimit { wanted: clip.from }),
            GuardRule::ScaleDownRate => reasons.push(Reason::ScaleDownLimit { wanted: clip.from }),
            _ => {}
        }
    }
    reasons
}
