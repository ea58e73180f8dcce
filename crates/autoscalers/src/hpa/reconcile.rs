//! One pass of the controller over one autoscaler (`reconcileAutoscaler`), without the write.

use podpilot_core::{MetricSeries, Observation, Reason, ReasonList, Timestamp};

use super::autoscaler::{Blocker, Hpa};
use super::conditions::{ConditionKind, ConditionReason};
use super::rate_rules::{Limit, RateRules, ScaleHistory, limit_by_policies, limit_without_policies};
use super::settings::{BehaviorSettings, Rules};

/// What the replica count alone decides, before any metric is read.
enum Standing {
    /// At zero by someone else's hand: left alone.
    Disabled,
    /// Outside the bounds: brought back at once.
    OutOfBounds(i32, Reason),
    /// Metrics decide.
    Metrics,
}

impl Hpa {
    /// The wanted count, `None` if the metrics do not allow a decision.
    pub(super) fn reconcile(
        &mut self,
        observation: &Observation,
        named: &[MetricSeries],
        blocker: Option<Blocker>,
        reasons: &mut ReasonList,
    ) -> Option<i32> {
        let now = observation.now;
        let current = observation.replicas.spec;
        self.conditions.set(ConditionKind::AbleToScale, true, ConditionReason::SucceededGetScale, now);
        if self.recommendations.entries().is_empty() {
            // After a restart the present count stands in for the recommendations that were forgotten.
            self.recommendations.push(current, now);
        }
        match self.standing(current) {
            Standing::Disabled => {
                let reason = ConditionReason::ScalingDisabled;
                self.conditions.set(ConditionKind::ScalingActive, false, reason, now);
                reasons.push(Reason::ScalingDisabled);
                Some(0)
            }
            Standing::OutOfBounds(replicas, reason) => {
                reasons.push(reason);
                Some(replicas)
            }
            Standing::Metrics => {
                if let Some(blocker) = blocker {
                    self.conditions.set(ConditionKind::ScalingActive, false, blocker.reason(), now);
                    return None;
                }
                let wanted = self.combine_metrics(observation, named, reasons)?;
                let normalized = match self.settings.behavior.take() {
                    None => self.normalize_without_behavior(current, wanted, now, reasons),
                    Some(behavior) => {
                        let normalized = self.normalize(&behavior, current, wanted, now, reasons);
                        self.settings.behavior = Some(behavior);
                        normalized
                    }
                };
                Some(if current == 0 { normalized.max(self.settings.bounds.min) } else { normalized })
            }
        }
    }

    fn standing(&self, current: i32) -> Standing {
        let bounds = self.settings.bounds;
        let by_this_autoscaler =
            self.config.scale_to_zero && self.conditions.is_true(ConditionKind::ScaledToZero);
        if current == 0 {
            let may_leave_zero =
                by_this_autoscaler && (bounds.min != 0 || self.settings.measures_without_pods);
            if may_leave_zero { Standing::Metrics } else { Standing::Disabled }
        } else if current > bounds.max {
            Standing::OutOfBounds(bounds.max, Reason::TooManyReplicas { wanted: current })
        } else if current < bounds.min {
            Standing::OutOfBounds(bounds.min, Reason::TooFewReplicas { wanted: current })
        } else {
            Standing::Metrics
        }
    }

    /// The highest proposal (`computeReplicasForMetrics`). A metric that failed blocks a scale-down, never a
    /// scale-up.
    fn combine_metrics(
        &mut self,
        observation: &Observation,
        named: &[MetricSeries],
        reasons: &mut ReasonList,
    ) -> Option<i32> {
        let rules = self.config.readiness_rules(observation.now);
        let mut replicas = 0;
        let mut chosen = None;
        let mut first_failure = None;
        let mut all_within = true;
        for (index, metric) in self.settings.metrics.iter().enumerate() {
            let result = metric.evaluate(observation, named, &rules, self.settings.tolerances);
            self.metric_results[index] = Some(result);
            let Ok(proposal) = result else {
                first_failure.get_or_insert(metric.failure());
                reasons.push(Reason::MetricFailed { index: index as u8 });
                continue;
            };
            all_within &= self.settings.tolerances.is_within(proposal.usage_ratio);
            if replicas == 0 || proposal.replicas > replicas {
                replicas = proposal.replicas;
                chosen = Some((index, proposal.usage_ratio));
            }
        }
        let now = observation.now;
        let blocks = |_: &ConditionReason| chosen.is_none() || replicas < observation.replicas.spec;
        if let Some(failure) = first_failure.filter(blocks) {
            self.conditions.set(ConditionKind::ScalingActive, false, failure, now);
            reasons.push(Reason::NoUsableMetric);
            return None;
        }
        self.conditions.set(ConditionKind::ScalingActive, true, ConditionReason::ValidMetricFound, now);
        if let Some((index, usage_ratio)) = chosen {
            reasons.push(Reason::MetricChosen { index: index as u8, replicas, usage_ratio });
        }
        if all_within {
            reasons.push(Reason::WithinTolerance);
        }
        // Whatever a metric says, fewer than none is none.
        Some(replicas.max(0))
    }

    fn normalize_without_behavior(
        &mut self,
        current: i32,
        wanted: i32,
        now: Timestamp,
        reasons: &mut ReasonList,
    ) -> i32 {
        let window = self.config.downscale_stabilization;
        let stabilized = self.recommendations.stabilize(wanted, now, window);
        let held = (stabilized != wanted).then_some(Reason::ScaleDownStabilized { wanted });
        self.note_stabilization(held, now, reasons);
        let (limited, limit) = limit_without_policies(current, stabilized, self.settings.bounds);
        self.note_limit(stabilized, limit, now, reasons);
        limited
    }

    fn normalize(
        &mut self,
        behavior: &BehaviorSettings,
        current: i32,
        wanted: i32,
        now: Timestamp,
        reasons: &mut ReasonList,
    ) -> i32 {
        let (up_window, down_window) = (behavior.up.stabilization, behavior.down.stabilization);
        let stabilized =
            self.recommendations.stabilize_both_ways(current, wanted, now, up_window, down_window);
        let held = if wanted >= current {
            Reason::ScaleUpStabilized { wanted }
        } else {
            Reason::ScaleDownStabilized { wanted }
        };
        self.note_stabilization((stabilized != wanted).then_some(held), now, reasons);
        let history = ScaleHistory { up: &self.up_events, down: &self.down_events, now };
        let (limited, limit) = limit_by_policies(
            current,
            stabilized,
            self.settings.bounds,
            behavior.up.rate_rules(),
            behavior.down.rate_rules(),
            &history,
        );
        self.note_limit(stabilized, limit, now, reasons);
        limited
    }

    fn note_stabilization(&mut self, held: Option<Reason>, now: Timestamp, reasons: &mut ReasonList) {
        let condition = match held {
            None => ConditionReason::ReadyForNewScale,
            Some(Reason::ScaleUpStabilized { .. }) => ConditionReason::ScaleUpStabilized,
            Some(_) => ConditionReason::ScaleDownStabilized,
        };
        self.conditions.set(ConditionKind::AbleToScale, true, condition, now);
        if let Some(reason) = held {
            reasons.push(reason);
        }
    }

    fn note_limit(&mut self, wanted: i32, limit: Limit, now: Timestamp, reasons: &mut ReasonList) {
        let (condition, reason) = match limit {
            Limit::WithinRange => (ConditionReason::DesiredWithinRange, None),
            Limit::TooFewReplicas => {
                (ConditionReason::TooFewReplicas, Some(Reason::TooFewReplicas { wanted }))
            }
            Limit::TooManyReplicas => {
                (ConditionReason::TooManyReplicas, Some(Reason::TooManyReplicas { wanted }))
            }
            Limit::ScaleUp => (ConditionReason::ScaleUpLimit, Some(Reason::ScaleUpLimit { wanted })),
            Limit::ScaleDown => (ConditionReason::ScaleDownLimit, Some(Reason::ScaleDownLimit { wanted })),
        };
        self.conditions.set(ConditionKind::ScalingLimited, reason.is_some(), condition, now);
        if let Some(reason) = reason {
            reasons.push(reason);
        }
    }
}

impl Rules {
    fn rate_rules(&self) -> RateRules<'_> {
        RateRules { select: self.select, policies: &self.policies }
    }
}
