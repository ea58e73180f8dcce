//! Our HPA lives through a case.

use podpilot_autoscalers::hpa::manifest::{MetricSpec, MetricTargetType};
use podpilot_autoscalers::hpa::replica_calculator::MetricProposal;
use podpilot_autoscalers::hpa::{
    Blocker, Condition, ConditionKind, ConditionReason, Hpa, HpaManifest, ManifestError,
};
use podpilot_core::{Autoscaler, Observation, Outcome, Proposal, Reason, Span, Timestamp, WriteResult};

use crate::answer::{Answer, ConditionAnswer, MetricStatus, SyncAnswer};
use crate::case::{Case, ControllerFlags, Fault, Sync, Write};
use crate::observe::{observation, since_ms};

/// How often the controller tries a write that meets conflicts, and how long it waits in between.
const WRITE_ATTEMPTS: u32 = 5;
const WAIT_BETWEEN_ATTEMPTS: Span = Span::milliseconds(10);

/// Our HPA in the middle of a case.
#[derive(Debug)]
pub struct Replay {
    hpa: Hpa,
    shown: Vec<Shown>,
    desired: i32,
    metrics: Option<Vec<Option<MetricStatus>>>,
}

/// Under which field a metric's status shows its usage.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Shown {
    Average,
    Value,
}

impl Replay {
    /// Our HPA before its first sync.
    pub fn new(hpa: &HpaManifest, controller: &ControllerFlags) -> Result<Self, ManifestError> {
        Ok(Self {
            hpa: Hpa::new("replayed", hpa, controller.config())?,
            shown: shown(hpa),
            desired: 0,
            metrics: None,
        })
    }

    /// What it does at the next sync.
    pub fn step(&mut self, sync: &Sync) -> Result<SyncAnswer, ManifestError> {
        if let Some(changed) = &sync.hpa {
            self.hpa.follow(changed)?;
            self.shown = shown(changed);
        }
        let seen = observation(sync);
        let mut answer = SyncAnswer::default();
        if sync.fault == Some(Fault::Unreadable) {
            self.hpa.scale_unreadable(seen.now);
            "the scale could not be read".clone_into(&mut answer.error);
        } else {
            let proposal = self.decide(sync.fault, &seen);
            self.metrics = self.metric_statuses(sync, sync.fault);
            self.act(&proposal, sync, seen.now, &mut answer);
        }
        answer.desired = self.desired;
        answer.conditions = self.hpa.conditions().iter().map(condition).collect();
        answer.metrics.clone_from(&self.metrics);
        Ok(answer)
    }

    fn decide(&mut self, fault: Option<Fault>, seen: &Observation) -> Proposal {
        match fault {
            None | Some(Fault::Unreadable) => self.hpa.decide(seen),
            Some(Fault::NoSelector | Fault::MalformedSelector) => {
                self.hpa.decide_blocked(Blocker::InvalidSelector, seen)
            }
            Some(Fault::AmbiguousSelector) => self.hpa.decide_blocked(Blocker::AmbiguousSelector, seen),
        }
    }

    fn act(&mut self, proposal: &Proposal, sync: &Sync, now: Timestamp, answer: &mut SyncAnswer) {
        let failed =
            |reason: &&Reason| matches!(reason, Reason::MetricFailed { .. } | Reason::NoUsableMetric);
        if let Some(reason) = proposal.reasons.as_slice().iter().find(failed) {
            answer.error = format!("{reason:?}");
        }
        let Some(wanted) = proposal.replicas else {
            if sync.fault.is_some() {
                "the selector is of no use".clone_into(&mut answer.error);
            }
            return;
        };
        if wanted != sync.spec_replicas {
            answer.write = Some(wanted);
            let outcome = outcome(sync.write, sync.spec_replicas, wanted, now);
            self.hpa.applied(&outcome);
            if outcome.result != WriteResult::Applied {
                answer.error = format!("the write of {wanted} failed");
                return;
            }
        }
        self.desired = wanted;
    }

    /// What the status would show; nothing if this sync did not come to compute metrics.
    fn metric_statuses(&self, sync: &Sync, fault: Option<Fault>) -> Option<Vec<Option<MetricStatus>>> {
        let bounds = self.hpa.bounds();
        let spec = sync.spec_replicas;
        let active = self.hpa.conditions().get(ConditionKind::ScalingActive);
        let left_alone = active.is_some_and(|active| active.reason == ConditionReason::ScalingDisabled);
        let out_of_bounds = spec != 0 && (spec > bounds.max || spec < bounds.min);
        if left_alone || out_of_bounds || fault.is_some() {
            return None;
        }
        let results = self.hpa.metric_results().iter().zip(&self.shown);
        Some(
            results
                .map(|(result, &shown)| {
                    result.and_then(Result::ok).map(|proposal| metric_status(&proposal, shown))
                })
                .collect(),
        )
    }
}

/// Our HPA's answer to a whole case.
pub fn replay(case: &Case) -> Answer {
    let mut answer = Answer { id: case.id, ..Answer::default() };
    let lived = Replay::new(&case.hpa, &case.controller).and_then(|mut replay| {
        for sync in &case.syncs {
            answer.syncs.push(replay.step(sync)?);
        }
        Ok(())
    });
    if let Err(refused) = lived {
        answer.invalid = refused.to_string();
    }
    answer
}

fn outcome(write: Write, from: i32, to: i32, now: Timestamp) -> Outcome {
    let conflicts = write.conflicts.min(WRITE_ATTEMPTS);
    let result = if conflicts == WRITE_ATTEMPTS {
        WriteResult::Conflict
    } else if write.fails {
        WriteResult::Failed
    } else {
        WriteResult::Applied
    };
    let waits = conflicts.min(WRITE_ATTEMPTS - 1);
    Outcome { at: now + WAIT_BETWEEN_ATTEMPTS * i64::from(waits), from, to, result }
}

fn condition(condition: &Condition) -> (String, ConditionAnswer) {
    let status = if condition.status { "True" } else { "False" };
    let answer = ConditionAnswer {
        status: status.to_owned(),
        reason: format!("{:?}", condition.reason),
        since_ms: since_ms(condition.last_transition),
    };
    (format!("{:?}", condition.kind), answer)
}

/// Object and External metrics with a target for the value as a whole show a value, all others an average.
fn shown(hpa: &HpaManifest) -> Vec<Shown> {
    let of_metric = |spec: &MetricSpec| {
        let object = spec.object.as_ref().map(|source| source.target.target_type == MetricTargetType::Value);
        let external = spec.external.as_ref().map(|source| source.target.average_value.is_none());
        if object.or(external) == Some(true) { Shown::Value } else { Shown::Average }
    };
    match hpa.spec.metrics.as_deref() {
        None | Some([]) => vec![Shown::Average],
        Some(metrics) => metrics.iter().map(of_metric).collect(),
    }
}

fn metric_status(proposal: &MetricProposal, shown: Shown) -> MetricStatus {
    let usage = Some(proposal.usage_milli);
    MetricStatus {
        utilization_percent: proposal.utilization_percent,
        average_milli: usage.filter(|_| shown == Shown::Average),
        value_milli: usage.filter(|_| shown == Shown::Value),
    }
}
