use podpilot_core::MetricKey;

use super::reference;
use crate::hpa::ManifestError;
use crate::hpa::manifest::{
    ContainerResourceSource, ExternalSource, MetricSourceType, MetricSpec, MetricTarget, MetricTargetType,
    ObjectSource, PodsSource, Quantity, ResourceSource,
};
use crate::hpa::pod_samples::Resource;

/// One metric, ready to be computed.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum MetricSettings {
    /// CPU or memory of pods, or of one container of each.
    Resource { resource: Resource, container: Option<String>, target: PodTarget },
    /// A custom metric of each pod.
    Pods { key: MetricKey, target_milli: i64 },
    /// A custom metric of one object.
    Object { key: MetricKey, target: WholeTarget },
    /// A metric from outside.
    External { key: MetricKey, target: WholeTarget },
}

impl MetricSettings {
    /// The key of a named metric; `None` for resource metrics.
    pub(crate) fn key(&self) -> Option<&MetricKey> {
        match self {
            Self::Resource { .. } => None,
            Self::Pods { key, .. } | Self::Object { key, .. } | Self::External { key, .. } => Some(key),
        }
    }
}

/// Target of a resource metric.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum PodTarget {
    UtilizationPercent(i32),
    AverageMilli(i64),
}

/// Target of an object or external metric.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum WholeTarget {
    ValueMilli(i64),
    AverageMilli(i64),
}

/// A target's fields checked and in thousandths.
struct CheckedTarget {
    field: String,
    target_type: MetricTargetType,
    value_milli: Option<i64>,
    average_milli: Option<i64>,
    utilization_percent: Option<i32>,
}

impl MetricSettings {
    pub(super) fn resolve(spec: &MetricSpec, field: &str) -> Result<Self, ManifestError> {
        check_blocks(spec, field)?;
        let settings = match spec.source_type {
            MetricSourceType::Resource => {
                spec.resource.as_ref().map(|source| resolve_resource(source, &format!("{field}.resource")))
            }
            MetricSourceType::ContainerResource => spec
                .container_resource
                .as_ref()
                .map(|source| resolve_container(source, &format!("{field}.containerResource"))),
            MetricSourceType::Pods => {
                spec.pods.as_ref().map(|source| resolve_pods(source, &format!("{field}.pods")))
            }
            MetricSourceType::Object => {
                spec.object.as_ref().map(|source| resolve_object(source, &format!("{field}.object")))
            }
            MetricSourceType::External => {
                spec.external.as_ref().map(|source| resolve_external(source, &format!("{field}.external")))
            }
        };
        settings.unwrap_or_else(|| {
            let block = block_name(spec.source_type);
            let problem = format!("is missing, but type is {:?}", spec.source_type);
            Err(ManifestError::new(format!("{field}.{block}"), problem))
        })
    }

    pub(super) fn measures_without_pods(&self) -> bool {
        matches!(self, Self::Object { .. } | Self::External { .. })
    }
}

fn block_name(source_type: MetricSourceType) -> &'static str {
    match source_type {
        MetricSourceType::Resource => "resource",
        MetricSourceType::ContainerResource => "containerResource",
        MetricSourceType::Pods => "pods",
        MetricSourceType::Object => "object",
        MetricSourceType::External => "external",
    }
}

/// Fails if a block of another type than the stated one is present.
fn check_blocks(spec: &MetricSpec, field: &str) -> Result<(), ManifestError> {
    let present = [
        ("resource", spec.resource.is_some()),
        ("containerResource", spec.container_resource.is_some()),
        ("pods", spec.pods.is_some()),
        ("object", spec.object.is_some()),
        ("external", spec.external.is_some()),
    ];
    let expected = block_name(spec.source_type);
    match present.into_iter().find(|&(block, is_present)| is_present && block != expected) {
        Some((block, _)) => Err(ManifestError::new(
            format!("{field}.{block}"),
            format!("does not belong to type {:?}, which takes `{expected}` only", spec.source_type),
        )),
        None => Ok(()),
    }
}

fn resolve_resource(source: &ResourceSource, field: &str) -> Result<MetricSettings, ManifestError> {
    let resource = Resource::from_name(&source.name, &format!("{field}.name"))?;
    let target = CheckedTarget::new(&source.target, field)?.of_pods()?;
    Ok(MetricSettings::Resource { resource, container: None, target })
}

fn resolve_container(source: &ContainerResourceSource, field: &str) -> Result<MetricSettings, ManifestError> {
    let resource = Resource::from_name(&source.name, &format!("{field}.name"))?;
    reference::check_path_segment(&source.container, &format!("{field}.container"))?;
    let target = CheckedTarget::new(&source.target, field)?.of_pods()?;
    Ok(MetricSettings::Resource { resource, container: Some(source.container.clone()), target })
}

fn resolve_pods(source: &PodsSource, field: &str) -> Result<MetricSettings, ManifestError> {
    reference::check_path_segment(&source.metric.name, &format!("{field}.metric.name"))?;
    let target = CheckedTarget::new(&source.target, field)?;
    let Some(target_milli) = target.average_milli else {
        return Err(target.missing("averageValue", "a Pods metric has an average value as its target"));
    };
    Ok(MetricSettings::Pods { key: MetricKey::Pods { metric: source.metric.full_name() }, target_milli })
}

fn resolve_object(source: &ObjectSource, field: &str) -> Result<MetricSettings, ManifestError> {
    reference::check_object(&source.described_object, &format!("{field}.describedObject"))?;
    reference::check_path_segment(&source.metric.name, &format!("{field}.metric.name"))?;
    let target = CheckedTarget::new(&source.target, field)?.of_object()?;
    let key = MetricKey::Object {
        kind: source.described_object.kind.clone(),
        name: source.described_object.name.clone(),
        metric: source.metric.full_name(),
    };
    Ok(MetricSettings::Object { key, target })
}

fn resolve_external(source: &ExternalSource, field: &str) -> Result<MetricSettings, ManifestError> {
    reference::check_path_segment(&source.metric.name, &format!("{field}.metric.name"))?;
    let target = CheckedTarget::new(&source.target, field)?.of_external()?;
    Ok(MetricSettings::External { key: MetricKey::External { metric: source.metric.full_name() }, target })
}

impl CheckedTarget {
    fn new(target: &MetricTarget, source_field: &str) -> Result<Self, ManifestError> {
        let field = format!("{source_field}.target");
        let value_milli = positive_milli(target.value, &field, "value")?;
        let average_milli = positive_milli(target.average_value, &field, "averageValue")?;
        if let Some(percent) = target.average_utilization
            && percent < 1
        {
            let problem = format!("is {percent}, must be at least 1 per cent");
            return Err(ManifestError::new(format!("{field}.averageUtilization"), problem));
        }
        Ok(Self {
            field,
            target_type: target.target_type,
            value_milli,
            average_milli,
            utilization_percent: target.average_utilization,
        })
    }

    fn of_pods(&self) -> Result<PodTarget, ManifestError> {
        match (self.utilization_percent, self.average_milli) {
            (Some(_), Some(_)) => Err(self.conflict("averageValue", "averageUtilization")),
            (Some(percent), None) => Ok(PodTarget::UtilizationPercent(percent)),
            (None, Some(milli)) => Ok(PodTarget::AverageMilli(milli)),
            (None, None) => Err(self.missing("averageUtilization", "set it, or averageValue")),
        }
    }

    /// Of an object, the stated type decides which field counts.
    fn of_object(&self) -> Result<WholeTarget, ManifestError> {
        match self.target_type {
            MetricTargetType::Value => self
                .value_milli
                .map(WholeTarget::ValueMilli)
                .ok_or_else(|| self.missing("value", "target.type is Value")),
            MetricTargetType::AverageValue => self
                .average_milli
                .map(WholeTarget::AverageMilli)
                .ok_or_else(|| self.missing("averageValue", "target.type is AverageValue")),
            MetricTargetType::Utilization => Err(ManifestError::new(
                format!("{}.type", self.field),
                "is Utilization, must be Value or AverageValue for an Object metric",
            )),
        }
    }

    fn of_external(&self) -> Result<WholeTarget, ManifestError> {
        match (self.value_milli, self.average_milli) {
            (Some(_), Some(_)) => Err(self.conflict("value", "averageValue")),
            (Some(milli), None) => Ok(WholeTarget::ValueMilli(milli)),
            (None, Some(milli)) => Ok(WholeTarget::AverageMilli(milli)),
            (None, None) => Err(self.missing("averageValue", "set it, or value")),
        }
    }

    fn missing(&self, name: &str, why: &str) -> ManifestError {
        ManifestError::new(format!("{}.{name}", self.field), format!("is missing: {why}"))
    }

    fn conflict(&self, name: &str, other: &str) -> ManifestError {
        ManifestError::new(format!("{}.{name}", self.field), format!("must not be set together with {other}"))
    }
}

fn positive_milli(quantity: Option<Quantity>, field: &str, name: &str) -> Result<Option<i64>, ManifestError> {
    let Some(quantity) = quantity else { return Ok(None) };
    let wrong = |problem: String| Err(ManifestError::new(format!("{field}.{name}"), problem));
    if !quantity.is_positive() {
        return wrong(format!("is {quantity}, must be above 0"));
    }
    match quantity.milli_value() {
        Some(milli) => Ok(Some(milli)),
        None => wrong(format!("is {quantity}, must be at most {}m", i64::MAX)),
    }
}
