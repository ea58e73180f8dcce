use std::collections::BTreeMap;
use std::fmt::Write as _;

use serde::{Deserialize, Serialize};

use super::Quantity;

/// `spec.metrics[i].type`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum MetricSourceType {
    /// CPU or memory of whole pods.
    Resource,
    /// CPU or memory of one container of each pod.
    ContainerResource,
    /// A custom metric of each pod.
    Pods,
    /// A custom metric of one Kubernetes object.
    Object,
    /// A metric from outside the cluster.
    External,
}

/// One entry of `spec.metrics`: a type and the one block that belongs to it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct MetricSpec {
    /// Which of the blocks below is set.
    #[serde(rename = "type")]
    pub source_type: MetricSourceType,
    /// For [`MetricSourceType::Resource`].
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub resource: Option<ResourceSource>,
    /// For [`MetricSourceType::ContainerResource`].
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub container_resource: Option<ContainerResourceSource>,
    /// For [`MetricSourceType::Pods`].
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pods: Option<PodsSource>,
    /// For [`MetricSourceType::Object`].
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub object: Option<ObjectSource>,
    /// For [`MetricSourceType::External`].
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub external: Option<ExternalSource>,
}

/// A resource of whole pods.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ResourceSource {
    /// `cpu` or `memory`; the resource metrics API knows no other.
    pub name: String,
    /// Utilization of the request, or an average value.
    pub target: MetricTarget,
}

/// A resource of one container of each pod.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ContainerResourceSource {
    /// `cpu` or `memory`.
    pub name: String,
    /// Name of the container.
    pub container: String,
    /// Utilization of the container's request, or an average value.
    pub target: MetricTarget,
}

/// A custom metric of each pod.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct PodsSource {
    /// Which metric.
    pub metric: MetricIdentifier,
    /// An average value.
    pub target: MetricTarget,
}

/// A custom metric of one object.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ObjectSource {
    /// Which object.
    pub described_object: ObjectReference,
    /// Which metric.
    pub metric: MetricIdentifier,
    /// A value, or an average value per replica.
    pub target: MetricTarget,
}

/// A metric from outside the cluster.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ExternalSource {
    /// Which metric.
    pub metric: MetricIdentifier,
    /// A value, or an average value per replica.
    pub target: MetricTarget,
}

/// A Kubernetes object in the autoscaler's namespace.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ObjectReference {
    /// Such as `apps/v1`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub api_version: Option<String>,
    /// Such as `Deployment`.
    pub kind: String,
    /// Its name.
    pub name: String,
}

/// A metric by name and, where several series share the name, by labels.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct MetricIdentifier {
    /// Name of the metric.
    pub name: String,
    /// Labels that the series must have.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub selector: Option<LabelSelector>,
}

impl MetricIdentifier {
    /// The name under which a world publishes this metric: `name`, or `name{selector}` with the selector in the
    /// notation of `kubectl --selector`, labels first, each part sorted.
    pub fn full_name(&self) -> String {
        match &self.selector {
            Some(selector) if !selector.is_empty() => format!("{}{{{}}}", self.name, selector.notation()),
            _ => self.name.clone(),
        }
    }
}

/// Labels that must match.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct LabelSelector {
    /// Labels with exactly these values.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub match_labels: BTreeMap<String, String>,
    /// Further requirements.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub match_expressions: Vec<LabelRequirement>,
}

/// How a [`LabelRequirement`] compares.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum LabelOperator {
    /// One of the values.
    In,
    /// None of the values.
    NotIn,
    /// Any value.
    Exists,
    /// No such label.
    DoesNotExist,
}

/// One requirement of a [`LabelSelector`].
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct LabelRequirement {
    /// Name of the label.
    pub key: String,
    /// How to compare.
    pub operator: LabelOperator,
    /// Values for `In` and `NotIn`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub values: Vec<String>,
}

impl LabelSelector {
    fn is_empty(&self) -> bool {
        self.match_labels.is_empty() && self.match_expressions.is_empty()
    }

    fn notation(&self) -> String {
        let mut parts: Vec<String> =
            self.match_labels.iter().map(|(key, value)| format!("{key}={value}")).collect();
        let mut requirements = self.match_expressions.clone();
        requirements.sort();
        parts.extend(requirements.iter().map(LabelRequirement::notation));
        parts.join(",")
    }
}

impl LabelRequirement {
    fn notation(&self) -> String {
        let mut values = self.values.clone();
        values.sort();
        let mut text = match self.operator {
            LabelOperator::In => format!("{} in ", self.key),
            LabelOperator::NotIn => format!("{} notin ", self.key),
            LabelOperator::Exists => return self.key.clone(),
            LabelOperator::DoesNotExist => return format!("!{}", self.key),
        };
        // Writing to a String cannot fail.
        let _ = write!(text, "({})", values.join(","));
        text
    }
}

/// `target.type`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum MetricTargetType {
    /// Per cent of the request, averaged over pods.
    Utilization,
    /// The value itself.
    Value,
    /// The value divided by the number of pods.
    AverageValue,
}

/// What a metric should be.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct MetricTarget {
    /// Which of the fields below counts. Only Object metrics decide by it; for the others the field that is set
    /// decides, as in Kubernetes.
    #[serde(rename = "type")]
    pub target_type: MetricTargetType,
    /// Target of the value itself.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub value: Option<Quantity>,
    /// Target of the average over pods.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub average_value: Option<Quantity>,
    /// Target utilization of the request in per cent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub average_utilization: Option<i32>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn selectors_have_one_notation() {
        let identifier = MetricIdentifier {
            name: "queue_length".into(),
            selector: Some(LabelSelector {
                match_labels: [("b".to_owned(), "2".to_owned()), ("a".to_owned(), "1".to_owned())].into(),
                match_expressions: vec![
                    LabelRequirement {
                        key: "zone".into(),
                        operator: LabelOperator::NotIn,
                        values: vec!["y".into(), "x".into()],
                    },
                    LabelRequirement {
                        key: "old".into(),
                        operator: LabelOperator::DoesNotExist,
                        values: vec![],
                    },
                ],
            }),
        };
        assert_eq!(identifier.full_name(), "queue_length{a=1,b=2,!old,zone notin (x,y)}");
        let bare = MetricIdentifier { selector: Some(LabelSelector::default()), ..identifier };
        assert_eq!(bare.full_name(), "queue_length");
    }
}
