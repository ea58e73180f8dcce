use podpilot_core::Span;

use crate::hpa::manifest::{Behavior, PolicyType, ScalingPolicy, ScalingRules, SelectPolicy};
use crate::hpa::{HpaControllerConfig, ManifestError};

const LONGEST_STABILIZATION_S: i32 = 3_600;
const LONGEST_PERIOD_S: i32 = 1_800;

const DEFAULT_UP_POLICIES: [ScalingPolicy; 2] = [
    ScalingPolicy { policy_type: PolicyType::Pods, value: 4, period_seconds: 15 },
    ScalingPolicy { policy_type: PolicyType::Percent, value: 100, period_seconds: 15 },
];
const DEFAULT_DOWN_POLICIES: [ScalingPolicy; 1] =
    [ScalingPolicy { policy_type: PolicyType::Percent, value: 100, period_seconds: 15 }];

/// The rules of both directions with defaults filled in. As soon as a manifest has any behavior, both exist.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct BehaviorSettings {
    pub(crate) up: Rules,
    pub(crate) down: Rules,
}

/// The rules of one direction.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Rules {
    pub(crate) stabilization: Span,
    pub(crate) select: SelectPolicy,
    /// At least one.
    pub(crate) policies: Vec<ScalingPolicy>,
    pub(crate) tolerance: f64,
}

impl BehaviorSettings {
    pub(super) fn resolve(behavior: &Behavior, config: &HpaControllerConfig) -> Result<Self, ManifestError> {
        let default_up = Rules {
            stabilization: Span::ZERO,
            select: SelectPolicy::Max,
            policies: DEFAULT_UP_POLICIES.to_vec(),
            tolerance: config.tolerance,
        };
        let default_down = Rules {
            // The controller passes its flag on in whole seconds.
            stabilization: Span::seconds(config.downscale_stabilization / Span::seconds(1)),
            select: SelectPolicy::Max,
            policies: DEFAULT_DOWN_POLICIES.to_vec(),
            tolerance: config.tolerance,
        };
        Ok(Self {
            up: default_up.overridden(behavior.scale_up.as_ref(), "spec.behavior.scaleUp")?,
            down: default_down.overridden(behavior.scale_down.as_ref(), "spec.behavior.scaleDown")?,
        })
    }
}

impl Rules {
    fn overridden(mut self, rules: Option<&ScalingRules>, field: &str) -> Result<Self, ManifestError> {
        let Some(rules) = rules else { return Ok(self) };
        if let Some(seconds) = rules.stabilization_window_seconds {
            let field = format!("{field}.stabilizationWindowSeconds");
            check_range(seconds, 0, LONGEST_STABILIZATION_S, &field)?;
            self.stabilization = Span::seconds(i64::from(seconds));
        }
        if let Some(select) = rules.select_policy {
            self.select = select;
        }
        if let Some(policies) = &rules.policies {
            check_policies(policies, &format!("{field}.policies"))?;
            self.policies.clone_from(policies);
        }
        if let Some(tolerance) = rules.tolerance {
            if tolerance.is_negative() {
                let problem = format!("is {tolerance}, must not be negative");
                return Err(ManifestError::new(format!("{field}.tolerance"), problem));
            }
            self.tolerance = tolerance.approximate_f64();
        }
        Ok(self)
    }

    /// The longest period of its policies.
    pub(crate) fn longest_period(&self) -> Span {
        let longest_s = self.policies.iter().map(|policy| policy.period_seconds).max().unwrap_or(0);
        Span::seconds(i64::from(longest_s))
    }
}

fn check_policies(policies: &[ScalingPolicy], field: &str) -> Result<(), ManifestError> {
    if policies.is_empty() {
        return Err(ManifestError::new(field, "is empty: leave it out for the default or state a policy"));
    }
    for (index, policy) in policies.iter().enumerate() {
        check_range(policy.value, 1, i32::MAX, &format!("{field}[{index}].value"))?;
        check_range(policy.period_seconds, 1, LONGEST_PERIOD_S, &format!("{field}[{index}].periodSeconds"))?;
    }
    Ok(())
}

fn check_range(value: i32, lowest: i32, highest: i32, field: &str) -> Result<(), ManifestError> {
    if (lowest..=highest).contains(&value) {
        return Ok(());
    }
    let expected = match highest {
        i32::MAX => format!("at least {lowest}"),
        _ => format!("between {lowest} and {highest}"),
    };
    Err(ManifestError::new(field, format!("is {value}, must be {expected}")))
}
