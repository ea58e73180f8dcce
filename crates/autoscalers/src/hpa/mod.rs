//! The Kubernetes Horizontal Pod Autoscaler, `autoscaling/v2`, to the bit.
//!
//! The algorithm is that of `pkg/controller/podautoscaler` of Kubernetes 1.37. [`replica_calculator`],
//! [`ReadinessRules`], [`Recommendations`], [`ScaleEvents`] and the rate rules are pure and can be used alone.

mod autoscaler;
mod conditions;
mod controller_config;
mod go_conversion;
mod group_pods;
pub mod manifest;
mod memory;
mod metric_error;
mod metric_evaluation;
mod parameters;
mod pod_samples;
mod pod_tally;
mod rate_rules;
mod reconcile;
pub mod replica_calculator;
mod scale_events;
mod settings;
mod stabilization;
mod tolerance;

pub use autoscaler::{Blocker, Hpa};
pub use conditions::{Condition, ConditionKind, ConditionReason, Conditions};
pub use controller_config::HpaControllerConfig;
pub use group_pods::{PodGroup, PodSample, ReadinessRules};
pub use manifest::{HpaManifest, HpaSpec, ManifestError, Quantity};
pub use metric_error::MetricError;
pub use parameters::{HpaParameters, Pace};
pub use pod_samples::{ContainerChoice, Resource, ResourceMetric, tally_custom};
pub use pod_tally::{GroupSum, PodTally};
pub use rate_rules::{Limit, RateRules, ScaleHistory, limit_by_policies, limit_without_policies};
pub use replica_calculator::external_sum;
pub use scale_events::{ScaleEvent, ScaleEvents};
pub use stabilization::{Recommendation, Recommendations};
