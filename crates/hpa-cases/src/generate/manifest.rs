use podpilot_autoscalers::hpa::manifest::{
    ContainerResourceSource, ExternalSource, HpaSpec, LabelSelector, MetricIdentifier, MetricSourceType,
    MetricSpec, MetricTarget, MetricTargetType, ObjectReference, ObjectSource, PodsSource, ResourceSource,
};
use podpilot_autoscalers::hpa::{HpaManifest, Quantity};
use podpilot_core::ReplicaBounds;

use super::behavior::behavior;
use super::draw::Draw;
use super::flavor::Flavor;
use super::numbers::extreme_milli;
use super::pods::CONTAINERS;

pub(super) const DEFAULT_CPU_PERCENT: i32 = 80;
const CPU_AVERAGES_MILLI: [i64; 6] = [1, 50, 100, 250, 333, 1_000];
const MEMORY_AVERAGES_MIB: [i64; 4] = [1, 30, 64, 512];
const CUSTOM_TARGETS_MILLI: [i64; 9] = [1, 500, 1_000, 3_333, 5_000, 10_000, 12_345, 100_000, 2_000_000];
const MIB: i64 = 1024 * 1024;
/// Names are few, so that several metrics of one autoscaler now and then mean the same series.
const METRIC_NAMES: [&str; 3] = ["requests", "queue", "lag"];

pub(super) fn manifest(flavor: Flavor, may_reach_zero: bool, draw: &mut Draw) -> HpaManifest {
    let bounds = bounds(flavor, draw);
    let mut manifest = HpaManifest::cpu_utilization(DEFAULT_CPU_PERCENT, bounds);
    manifest.spec = HpaSpec {
        metrics: metrics(flavor, draw),
        behavior: draw.sometimes(60, |draw| behavior(flavor, draw)),
        ..manifest.spec
    };
    if flavor == Flavor::Zero && may_reach_zero && draw.chance(75) {
        manifest.spec.min_replicas = Some(0);
        let measured = manifest.spec.metrics.get_or_insert_default();
        if !measured.iter().any(is_measured_without_pods) {
            measured.push(whole_metric(flavor, draw));
        }
    } else if draw.chance(10) {
        manifest.spec.min_replicas = None;
    }
    manifest
}

fn is_measured_without_pods(spec: &MetricSpec) -> bool {
    matches!(spec.source_type, MetricSourceType::Object | MetricSourceType::External)
}

fn bounds(flavor: Flavor, draw: &mut Draw) -> ReplicaBounds {
    let min = draw.pick(&[1, 1, 1, 2, 3, 5]);
    let max = match flavor {
        Flavor::Extreme => draw.pick(&[10, 100_000, i32::MAX - 1, i32::MAX]),
        _ => min + draw.pick(&[0, 1, 4, 9, 9, 20, 50, 500]),
    };
    ReplicaBounds { min, max }
}

fn metrics(flavor: Flavor, draw: &mut Draw) -> Option<Vec<MetricSpec>> {
    if draw.chance(5) {
        return if draw.chance(50) { None } else { Some(Vec::new()) };
    }
    let count = draw.pick(&[1, 1, 1, 1, 1, 2, 2, 2, 3, 4]);
    let zero_only = flavor == Flavor::Zero && draw.chance(60);
    let one = |draw: &mut Draw| if zero_only { whole_metric(flavor, draw) } else { metric(flavor, draw) };
    Some((0..count).map(|_| one(draw)).collect())
}

fn metric(flavor: Flavor, draw: &mut Draw) -> MetricSpec {
    match draw.between(0, 9) {
        0..=2 => resource_metric(draw, None),
        3..=4 => {
            let container = if draw.chance(80) { CONTAINERS[0] } else { draw.pick(&CONTAINERS) };
            resource_metric(draw, Some(container))
        }
        5..=6 => MetricSpec {
            source_type: MetricSourceType::Pods,
            pods: Some(PodsSource {
                metric: identifier(draw),
                target: custom_target(MetricTargetType::AverageValue, flavor, draw),
            }),
            ..empty()
        },
        _ => whole_metric(flavor, draw),
    }
}

fn empty() -> MetricSpec {
    MetricSpec { resource: None, ..MetricSpec::cpu_utilization(DEFAULT_CPU_PERCENT) }
}

/// An Object or External metric.
fn whole_metric(flavor: Flavor, draw: &mut Draw) -> MetricSpec {
    let target_type = draw.pick(&[MetricTargetType::Value, MetricTargetType::AverageValue]);
    let (metric, target) = (identifier(draw), custom_target(target_type, flavor, draw));
    if draw.chance(50) {
        let external = Some(ExternalSource { metric, target });
        return MetricSpec { source_type: MetricSourceType::External, external, ..empty() };
    }
    let described_object = ObjectReference {
        api_version: Some("v1".to_owned()),
        kind: "Service".to_owned(),
        name: "front".to_owned(),
    };
    let object = Some(ObjectSource { described_object, metric, target });
    MetricSpec { source_type: MetricSourceType::Object, object, ..empty() }
}

fn resource_metric(draw: &mut Draw, container: Option<&str>) -> MetricSpec {
    let name = draw.pick(&["cpu", "cpu", "cpu", "memory"]).to_owned();
    let mut target = MetricTarget {
        target_type: MetricTargetType::Utilization,
        value: None,
        average_value: None,
        average_utilization: None,
    };
    if draw.chance(70) {
        target.average_utilization = Some(draw.pick(&[1, 10, 30, 50, 70, 80, 80, 99, 100, 101, 150, 333]));
    } else {
        target.target_type = MetricTargetType::AverageValue;
        let milli = if name == "cpu" {
            draw.pick(&CPU_AVERAGES_MILLI)
        } else {
            draw.pick(&MEMORY_AVERAGES_MIB) * MIB * 1_000
        };
        target.average_value = Some(Quantity::from_milli(milli));
    }
    match container {
        None => MetricSpec { resource: Some(ResourceSource { name, target }), ..empty() },
        Some(container) => MetricSpec {
            source_type: MetricSourceType::ContainerResource,
            container_resource: Some(ContainerResourceSource {
                name,
                container: container.to_owned(),
                target,
            }),
            ..empty()
        },
    }
}

fn identifier(draw: &mut Draw) -> MetricIdentifier {
    let selector = draw.sometimes(15, |draw| {
        let zone = ("zone".to_owned(), draw.pick(&["a", "b"]).to_owned());
        LabelSelector {
            match_labels: [zone, ("app".to_owned(), "web".to_owned())].into(),
            ..LabelSelector::default()
        }
    });
    MetricIdentifier { name: draw.pick(&METRIC_NAMES).to_owned(), selector }
}

fn custom_target(target_type: MetricTargetType, flavor: Flavor, draw: &mut Draw) -> MetricTarget {
    let milli = match flavor {
        Flavor::Extreme if draw.chance(50) => extreme_milli(draw).max(1),
        _ => draw.pick(&CUSTOM_TARGETS_MILLI),
    };
    let quantity = Some(Quantity::from_milli(milli));
    let is_value = target_type == MetricTargetType::Value;
    MetricTarget {
        target_type,
        value: quantity.filter(|_| is_value),
        average_value: quantity.filter(|_| !is_value),
        average_utilization: None,
    }
}
