//! A manifest checked and turned into what deciding needs: defaults filled in, quantities as integers, names
//! resolved. Bounds and messages follow the validation of the Kubernetes API server.

mod behavior;
mod metric;
mod reference;

use podpilot_core::{ReplicaBounds, Signal, SignalSet};

pub(crate) use behavior::{BehaviorSettings, Rules};
pub(crate) use metric::{MetricSettings, PodTarget, WholeTarget};

use super::manifest::MetricSpec;
use super::replica_calculator::Tolerances;
use super::{HpaControllerConfig, HpaManifest, ManifestError};

const DEFAULT_CPU_UTILIZATION_PERCENT: i32 = 80;

/// Everything that deciding needs to know of a manifest.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Settings {
    pub(crate) bounds: ReplicaBounds,
    /// At least one.
    pub(crate) metrics: Vec<MetricSettings>,
    pub(crate) behavior: Option<BehaviorSettings>,
    pub(crate) tolerances: Tolerances,
    /// Whether a metric exists that can be read at zero replicas.
    pub(crate) measures_without_pods: bool,
}

impl Settings {
    pub(crate) fn resolve(
        manifest: &HpaManifest,
        config: &HpaControllerConfig,
    ) -> Result<Self, ManifestError> {
        manifest.check_kind()?;
        let spec = &manifest.spec;
        let bounds = spec.bounds();
        check_bounds(bounds, config.scale_to_zero)?;
        reference::check_object(&spec.scale_target_ref, "spec.scaleTargetRef")?;
        let metrics = resolve_metrics(spec.metrics.as_deref().unwrap_or_default())?;
        let measures_without_pods = metrics.iter().any(MetricSettings::measures_without_pods);
        if bounds.min == 0 && !measures_without_pods {
            let problem = "must hold at least one Object or External metric, because minReplicas is 0";
            return Err(ManifestError::new("spec.metrics", problem));
        }
        let behavior =
            spec.behavior.as_ref().map(|behavior| BehaviorSettings::resolve(behavior, config)).transpose()?;
        let tolerances = behavior
            .as_ref()
            .map_or(Tolerances { scale_up: config.tolerance, scale_down: config.tolerance }, |behavior| {
                Tolerances { scale_up: behavior.up.tolerance, scale_down: behavior.down.tolerance }
            });
        Ok(Self { bounds, metrics, behavior, tolerances, measures_without_pods })
    }

    pub(crate) fn signals(&self) -> SignalSet {
        self.metrics.iter().fold(SignalSet::EMPTY.with(Signal::Pods), |signals, metric| match metric {
            MetricSettings::Resource { .. } => signals.with(Signal::ResourceUsage),
            _ => signals.with(Signal::NamedMetrics),
        })
    }
}

fn check_bounds(bounds: ReplicaBounds, scale_to_zero: bool) -> Result<(), ManifestError> {
    let lowest = i32::from(!scale_to_zero);
    if bounds.min < lowest {
        let hint = if bounds.min == 0 { " (0 needs the feature HPAScaleToZero)" } else { "" };
        let problem = format!("is {}, must be at least {lowest}{hint}", bounds.min);
        return Err(ManifestError::new("spec.minReplicas", problem));
    }
    if bounds.max < 1 {
        return Err(ManifestError::new("spec.maxReplicas", format!("is {}, must be at least 1", bounds.max)));
    }
    if bounds.max < bounds.min {
        let problem = format!("is {}, must not be below minReplicas, which is {}", bounds.max, bounds.min);
        return Err(ManifestError::new("spec.maxReplicas", problem));
    }
    Ok(())
}

fn resolve_metrics(specs: &[MetricSpec]) -> Result<Vec<MetricSettings>, ManifestError> {
    if specs.is_empty() {
        let default = MetricSpec::cpu_utilization(DEFAULT_CPU_UTILIZATION_PERCENT);
        return Ok(vec![MetricSettings::resolve(&default, "spec.metrics[0]")?]);
    }
    specs
        .iter()
        .enumerate()
        .map(|(index, spec)| MetricSettings::resolve(spec, &format!("spec.metrics[{index}]")))
        .collect()
}
