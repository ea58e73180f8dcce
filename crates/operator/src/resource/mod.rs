//! The custom resource `AdaptiveAutoscaler` as the API server stores it.
#![allow(unreachable_pub, reason = "the schema derive repeats each struct inside a function")]

mod baseline;
mod crd;
mod objective;
mod policy_source;
mod signal_source;
mod spec;
mod status;
mod values;

pub use baseline::{
    Baseline, BaselineHpa, BaselineMetric, BaselineMetricKind, ContainerResourceMetric, MetricTarget,
    MetricTargetKind, ResourceMetric, ResourceName, ScalingBehavior, ScalingPolicy, ScalingPolicyKind,
    ScalingRules, SelectPolicy,
};
pub use crd::crd_yaml;
pub use objective::{LatencyTarget, ObjectiveSpec, Price};
pub use policy_source::{ConfigMapKey, PolicySource};
pub use signal_source::{OwnQueries, Profile, PrometheusSource, SignalSources};
pub use spec::{
    AdaptiveAutoscaler, AdaptiveAutoscalerSpec, Mode, Pause, ScaleTarget, ServiceFacts, TargetKind,
};
pub use status::{AdaptiveAutoscalerStatus, Counterfactual, FittedService, WouldHaveRun};
pub use values::{ValueError, decimal, duration};
