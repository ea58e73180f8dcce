use podpilot_core::{MetricKey, MetricSeries, MetricValue, Observation, Timestamp};

use super::HpaControllerConfig;
use super::conditions::ConditionReason;
use super::group_pods::ReadinessRules;
use super::metric_error::MetricError;
use super::pod_samples::{ContainerChoice, Resource, ResourceMetric, tally_custom};
use super::replica_calculator::{
    MetricProposal, Tolerances, average_value_replicas, external_sum, external_sum_per_pod,
    external_value_per_pod_replicas, object_value_per_pod_replicas, utilization_replicas, value_replicas,
};
use super::settings::{MetricSettings, PodTarget, WholeTarget};

impl HpaControllerConfig {
    pub(super) fn readiness_rules(&self, now: Timestamp) -> ReadinessRules {
        ReadinessRules {
            now,
            cpu_initialization_period: self.cpu_initialization_period,
            initial_readiness_delay: self.initial_readiness_delay,
        }
    }
}

impl MetricSettings {
    /// What this metric asks for. Named metrics are those of `named`.
    pub(super) fn evaluate(
        &self,
        observation: &Observation,
        named: &[MetricSeries],
        rules: &ReadinessRules,
        tolerances: Tolerances,
    ) -> Result<MetricProposal, MetricError> {
        let current = observation.replicas.spec;
        match self {
            Self::Resource { resource, container, target } => {
                evaluate_resource(*resource, container.as_deref(), *target, observation, rules, tolerances)
            }
            Self::Pods { key, target_milli } => {
                let series = find(named, key).ok_or(MetricError::NoValue)?;
                let tally = tally_custom(&observation.pods, &series.values, rules, *target_milli)?;
                average_value_replicas(current, *target_milli, &tally, tolerances)
            }
            Self::Object { key, target } => {
                let value = find(named, key).and_then(|series| series.values.first());
                evaluate_object(value.ok_or(MetricError::NoValue)?.milli, *target, observation, tolerances)
            }
            Self::External { key, target } => {
                let series = find(named, key).filter(|series| !series.values.is_empty());
                let values = &series.ok_or(MetricError::NoValue)?.values;
                evaluate_external(values, *target, observation, tolerances)
            }
        }
    }

    /// The condition's reason when this metric fails.
    pub(super) fn failure(&self) -> ConditionReason {
        match self {
            Self::Resource { container: None, .. } => ConditionReason::FailedGetResourceMetric,
            Self::Resource { .. } => ConditionReason::FailedGetContainerResourceMetric,
            Self::Pods { .. } => ConditionReason::FailedGetPodsMetric,
            Self::Object { .. } => ConditionReason::FailedGetObjectMetric,
            Self::External { .. } => ConditionReason::FailedGetExternalMetric,
        }
    }
}

fn find<'a>(named: &'a [MetricSeries], key: &MetricKey) -> Option<&'a MetricSeries> {
    named.iter().find(|series| series.key == *key)
}

fn evaluate_resource(
    resource: Resource,
    container: Option<&str>,
    target: PodTarget,
    observation: &Observation,
    rules: &ReadinessRules,
    tolerances: Tolerances,
) -> Result<MetricProposal, MetricError> {
    let pods = &observation.pods;
    let containers =
        container.map_or(ContainerChoice::All, |name| ContainerChoice::Named(pods.find_name(name)));
    let metric = ResourceMetric { resource, containers };
    let current = observation.replicas.spec;
    match target {
        PodTarget::UtilizationPercent(percent) => {
            let tally = metric.tally_with_requests(pods, rules, percent)?;
            utilization_replicas(current, percent, &tally, tolerances)
        }
        PodTarget::AverageMilli(milli) => {
            let tally = metric.tally_plain(pods, rules, milli)?;
            average_value_replicas(current, milli, &tally, tolerances)
        }
    }
}

fn evaluate_object(
    usage_milli: i64,
    target: WholeTarget,
    observation: &Observation,
    tolerances: Tolerances,
) -> Result<MetricProposal, MetricError> {
    let replicas = observation.replicas;
    match target {
        WholeTarget::ValueMilli(milli) => {
            value_replicas(replicas.spec, usage_milli, milli, &observation.pods, tolerances)
        }
        WholeTarget::AverageMilli(milli) => {
            Ok(object_value_per_pod_replicas(replicas.status, usage_milli, milli, tolerances))
        }
    }
}

fn evaluate_external(
    values: &[MetricValue],
    target: WholeTarget,
    observation: &Observation,
    tolerances: Tolerances,
) -> Result<MetricProposal, MetricError> {
    let replicas = observation.replicas;
    match target {
        WholeTarget::ValueMilli(milli) => {
            value_replicas(replicas.spec, external_sum(values), milli, &observation.pods, tolerances)
        }
        WholeTarget::AverageMilli(milli) => {
            let usage_milli = external_sum_per_pod(values);
            Ok(external_value_per_pod_replicas(replicas.status, usage_milli, milli, tolerances))
        }
    }
}
