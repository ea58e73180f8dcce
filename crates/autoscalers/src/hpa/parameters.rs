//! What is tuned of an HPA: one CPU target and the behavior, as numbers.

use serde::{Deserialize, Serialize};

use super::manifest::{
    Behavior, HpaManifest, ManifestError, PolicyType, Quantity, ScalingPolicy, ScalingRules, SelectPolicy,
};
use crate::ServiceFacts;
use crate::search_space::{Parameter, Range, Tunable};

/// An HPA on the CPU utilization of whole pods, with a behavior.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct HpaParameters {
    /// Target CPU in per cent of the request; 80.
    pub target_percent: i32,
    /// Deviation from the target that is let be, a ratio; 0.1.
    pub tolerance: f64,
    /// How fast.
    pub pace: Pace,
}

/// How fast an HPA, or the one that KEDA makes, scales. The defaults are those of Kubernetes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Pace {
    /// Seconds over which the lowest recommendation holds back a scale-up; 0.
    pub up_window_s: i32,
    /// Pods that may be added within `up_period_s`; 4. The more generous of pods and per cent counts.
    pub up_pods: i32,
    /// Per cent that may be added within `up_period_s`; 100.
    pub up_percent: i32,
    /// Seconds of the up policies; 15.
    pub up_period_s: i32,
    /// Seconds over which the highest recommendation holds back a scale-down; 300.
    pub down_window_s: i32,
    /// Per cent that may be removed within `down_period_s`; 100.
    pub down_percent: i32,
    /// Seconds of the down policy; 15.
    pub down_period_s: i32,
}

impl Default for HpaParameters {
    fn default() -> Self {
        Self { target_percent: 80, tolerance: 0.1, pace: Pace::default() }
    }
}

impl Default for Pace {
    fn default() -> Self {
        Self {
            up_window_s: 0,
            up_pods: 4,
            up_percent: 100,
            up_period_s: 15,
            down_window_s: 300,
            down_percent: 100,
            down_period_s: 15,
        }
    }
}

impl HpaParameters {
    /// The manifest that these parameters make.
    pub fn manifest(&self, facts: &ServiceFacts) -> Result<HpaManifest, ManifestError> {
        let mut manifest = HpaManifest::cpu_utilization(self.target_percent, facts.bounds);
        manifest.spec.behavior = Some(self.pace.behavior(self.tolerance)?);
        Ok(manifest)
    }
}

impl Pace {
    /// `spec.behavior` of an HPA.
    pub(crate) fn behavior(&self, tolerance: f64) -> Result<Behavior, ManifestError> {
        let tolerance: Quantity = format!("{tolerance:.9}")
            .parse()
            .map_err(|error| ManifestError::new("tolerance", format!("{error}")))?;
        let policy =
            |policy_type, value, period_seconds| ScalingPolicy { policy_type, value, period_seconds };
        let rules = |window_s, policies| ScalingRules {
            stabilization_window_seconds: Some(window_s),
            select_policy: Some(SelectPolicy::Max),
            policies: Some(policies),
            tolerance: Some(tolerance),
        };
        let up = vec![
            policy(PolicyType::Pods, self.up_pods, self.up_period_s),
            policy(PolicyType::Percent, self.up_percent, self.up_period_s),
        ];
        let down = vec![policy(PolicyType::Percent, self.down_percent, self.down_period_s)];
        Ok(Behavior {
            scale_up: Some(rules(self.up_window_s, up)),
            scale_down: Some(rules(self.down_window_s, down)),
        })
    }

    pub(crate) const AXES: usize = 7;

    pub(crate) fn parameters() -> [Parameter; Self::AXES] {
        let default = Self::default();
        [
            Parameter::integer("pace.up_window_s", 0, 120, default.up_window_s),
            Parameter::integer("pace.up_pods", 1, 20, default.up_pods),
            Parameter::integer("pace.up_percent", 10, 400, default.up_percent),
            Parameter::integer("pace.up_period_s", 15, 60, default.up_period_s),
            Parameter::integer("pace.down_window_s", 0, 600, default.down_window_s),
            Parameter::integer("pace.down_percent", 5, 100, default.down_percent),
            Parameter::integer("pace.down_period_s", 15, 60, default.down_period_s),
        ]
    }

    pub(crate) fn from_values(values: &[f64]) -> Self {
        let whole = |index: usize| values[index] as i32;
        Self {
            up_window_s: whole(0),
            up_pods: whole(1),
            up_percent: whole(2),
            up_period_s: whole(3),
            down_window_s: whole(4),
            down_percent: whole(5),
            down_period_s: whole(6),
        }
    }
}

impl Tunable for HpaParameters {
    fn parameters(facts: &ServiceFacts) -> Vec<Parameter> {
        let default = Self::default();
        let (low, high) = facts.target_of_request_range();
        let percent = |share: f64| (100.0 * share).round() as i32;
        let mut parameters = vec![
            Parameter::integer("target_percent", percent(low), percent(high), default.target_percent),
            Parameter::new("tolerance", Range::Linear { low: 0.02, high: 0.1 }, default.tolerance),
        ];
        parameters.extend(Pace::parameters());
        parameters
    }

    fn from_values(values: &[f64]) -> Self {
        Self { target_percent: values[0] as i32, tolerance: values[1], pace: Pace::from_values(&values[2..]) }
    }
}
