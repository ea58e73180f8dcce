use podpilot_core::{ReplicaBounds, Span};

use super::decider::DeciderSpec;
use super::scale_to_zero::ZeroRules;
use super::{KnativeMetric, KnativeParameters};
use crate::ManifestError;

/// Knative allows no smaller target.
pub(super) const LOWEST_TARGET: f64 = 0.01;
const WINDOW_RANGE_S: (i64, i64) = (6, 3_600);
const LONGEST_DELAY_S: i64 = 3_600;

/// Everything that Knative's autoscaler needs to know of a revision. [`KnativeSettings::default`] is a revision without
/// annotations on an installation without changes.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct KnativeSettings {
    /// What to scale by.
    pub metric: KnativeMetric,
    /// What one pod should have of it: the target times its utilization.
    pub target_value: f64,
    /// Stable window.
    pub stable_window: Span,
    /// Panic window, per cent of the stable window.
    pub panic_window_percent: f64,
    /// Pods wanted over pods ready from which on it panics, per cent.
    pub panic_threshold_percent: f64,
    /// Highest factor of one scale-up.
    pub max_scale_up_rate: f64,
    /// Highest divisor of one scale-down.
    pub max_scale_down_rate: f64,
    /// Fewest pods; 0 allows none.
    pub min_scale: i32,
    /// Most pods; `None` sets no bound.
    pub max_scale: Option<i32>,
    /// Pods to begin with, until as many were ready once.
    pub initial_scale: i32,
    /// Fewest pods while there is any load.
    pub activation_scale: i32,
    /// How long a lower count must have been wanted before pods go.
    pub scale_down_delay: Span,
    /// Whether the last pod may go.
    pub enable_scale_to_zero: bool,
    /// Time behind the activator before the last pod goes.
    pub scale_to_zero_grace_period: Span,
    /// Shortest time without load before the last pod goes.
    pub pod_retention_period: Span,
}

impl Default for KnativeSettings {
    fn default() -> Self {
        Self {
            metric: KnativeMetric::Concurrency,
            target_value: 70.0,
            stable_window: Span::seconds(60),
            panic_window_percent: 10.0,
            panic_threshold_percent: 200.0,
            max_scale_up_rate: 1_000.0,
            max_scale_down_rate: 2.0,
            min_scale: 0,
            max_scale: None,
            initial_scale: 1,
            activation_scale: 1,
            scale_down_delay: Span::ZERO,
            enable_scale_to_zero: true,
            scale_to_zero_grace_period: Span::seconds(30),
            pod_retention_period: Span::ZERO,
        }
    }
}

impl KnativeSettings {
    /// A revision with these parameters within `bounds`.
    pub fn of_parameters(parameters: &KnativeParameters, bounds: ReplicaBounds) -> Self {
        Self {
            metric: parameters.metric,
            target_value: match parameters.metric {
                KnativeMetric::Concurrency => parameters.concurrency_per_pod,
                KnativeMetric::Rps => parameters.rps_per_pod,
            },
            stable_window: Span::seconds(i64::from(parameters.stable_window_s)),
            panic_window_percent: parameters.panic_window_percent,
            panic_threshold_percent: parameters.panic_threshold_percent,
            max_scale_up_rate: parameters.max_scale_up_rate,
            max_scale_down_rate: parameters.max_scale_down_rate,
            min_scale: bounds.min,
            max_scale: Some(bounds.max),
            scale_down_delay: Span::seconds(i64::from(parameters.scale_down_delay_s)),
            ..Self::default()
        }
    }

    /// Fails unless Knative would accept it.
    pub(super) fn check(&self) -> Result<(), ManifestError> {
        let window_s = self.stable_window.as_seconds();
        let ranges = [
            ("target", self.target_value, LOWEST_TARGET, f64::MAX),
            ("window", window_s, WINDOW_RANGE_S.0 as f64, WINDOW_RANGE_S.1 as f64),
            ("panic-window-percentage", self.panic_window_percent, 1.0, 100.0),
            ("panic-threshold-percentage", self.panic_threshold_percent, 110.0, 1_000.0),
            ("max-scale-up-rate", self.max_scale_up_rate, 1.0 + f64::EPSILON, f64::MAX),
            ("max-scale-down-rate", self.max_scale_down_rate, 1.0 + f64::EPSILON, f64::MAX),
            ("min-scale", f64::from(self.min_scale), 0.0, f64::MAX),
            ("max-scale", self.max_scale.map_or(1.0, f64::from), 1.0, f64::MAX),
            ("initial-scale", f64::from(self.initial_scale), 0.0, f64::MAX),
            ("activation-scale", f64::from(self.activation_scale), 1.0, f64::MAX),
            ("scale-down-delay", self.scale_down_delay.as_seconds(), 0.0, LONGEST_DELAY_S as f64),
            ("scale-to-zero-grace-period", self.scale_to_zero_grace_period.as_seconds(), 6.0, f64::MAX),
            ("scale-to-zero-pod-retention-period", self.pod_retention_period.as_seconds(), 0.0, f64::MAX),
        ];
        if let Some((field, value, low, high)) =
            ranges.into_iter().find(|(_, value, low, high)| !(low..=high).contains(&value))
        {
            let expected = match (low, high) {
                (low, f64::MAX) if low > 1.0 && low < 1.1 => "above 1".to_owned(),
                (low, f64::MAX) => format!("at least {low}"),
                (low, high) => format!("between {low} and {high}"),
            };
            return Err(ManifestError::new(field, format!("is {value}, must be {expected}")));
        }
        match self.max_scale {
            Some(max) if max < self.min_scale => {
                let problem = format!("is {max}, must not be below min-scale, which is {}", self.min_scale);
                Err(ManifestError::new("max-scale", problem))
            }
            _ => Ok(()),
        }
    }

    pub(super) fn panic_window(&self) -> Span {
        Span::from_seconds(self.stable_window.as_seconds() * self.panic_window_percent / 100.0)
    }

    pub(super) fn decider_spec(&self) -> DeciderSpec {
        DeciderSpec {
            target_value: self.target_value,
            max_scale_up_rate: self.max_scale_up_rate,
            max_scale_down_rate: self.max_scale_down_rate,
            panic_threshold: self.panic_threshold_percent / 100.0,
            stable_window: self.stable_window,
            activation_scale: self.activation_scale,
            scale_down_delay: self.scale_down_delay,
        }
    }

    pub(super) fn zero_rules(&self) -> ZeroRules {
        ZeroRules {
            enabled: self.enable_scale_to_zero,
            stable_window: self.stable_window,
            grace: self.scale_to_zero_grace_period.max(self.pod_retention_period),
        }
    }
}
