//! From texts to settings: defaults, the installation's `ConfigMap`, the revision's annotations, in this order.

use std::str::FromStr;

use podpilot_core::Span;

use super::document::{AutoscalerConfigMap, KnativeManifest, KnativeResource};
use super::duration::parse_duration;
use crate::ManifestError;
use crate::knative::settings::LOWEST_TARGET;
use crate::knative::{KnativeMetric, KnativeSettings};

const PREFIX: &str = "autoscaling.knative.dev/";
const CLASS: &str = "kpa.autoscaling.knative.dev";

/// The settings, and what targets are made from.
struct Resolved {
    settings: KnativeSettings,
    concurrency_target: f64,
    rps_target: f64,
    /// Share of the target that is aimed at, 0-1.
    utilization: f64,
    own_target: Option<f64>,
}

pub(super) fn resolve(manifest: &KnativeManifest) -> Result<KnativeSettings, ManifestError> {
    let mut resolved = Resolved {
        settings: KnativeSettings::default(),
        concurrency_target: 100.0,
        rps_target: 200.0,
        utilization: 0.7,
        own_target: None,
    };
    if let Some(config) = &manifest.config {
        resolved.read_config(config)?;
    }
    let mut container_concurrency = 0;
    if let Some(resource) = &manifest.resource {
        check_type(resource)?;
        resolved.read_annotations(resource)?;
        container_concurrency = resource.container_concurrency().unwrap_or(0);
    }
    if container_concurrency < 0 {
        let problem = format!("is {container_concurrency}, must be at least 0");
        return Err(ManifestError::new("containerConcurrency", problem));
    }
    Ok(resolved.finish(container_concurrency as f64))
}

fn check_type(resource: &KnativeResource) -> Result<(), ManifestError> {
    if resource.api_version != KnativeResource::API_VERSION {
        let problem = format!("is `{}`, must be {}", resource.api_version, KnativeResource::API_VERSION);
        return Err(ManifestError::new("apiVersion", problem));
    }
    Ok(())
}

impl Resolved {
    /// What one pod should have: the target, capped by the hard limit of a pod, times the utilization aimed at.
    fn finish(mut self, container_concurrency: f64) -> KnativeSettings {
        let total = match self.settings.metric {
            KnativeMetric::Rps => self.own_target.unwrap_or(self.rps_target),
            KnativeMetric::Concurrency if container_concurrency > 0.0 => {
                self.own_target.unwrap_or(container_concurrency).min(container_concurrency)
            }
            KnativeMetric::Concurrency => self.own_target.unwrap_or(self.concurrency_target),
        };
        self.settings.target_value = (total * self.utilization).max(LOWEST_TARGET);
        self.settings
    }

    fn read_config(&mut self, config: &AutoscalerConfigMap) -> Result<(), ManifestError> {
        if config.metadata.name.as_deref() != Some(AutoscalerConfigMap::NAME) {
            let found = config.metadata.name.as_deref().unwrap_or("missing");
            let problem = format!("is {found}, must be {}", AutoscalerConfigMap::NAME);
            return Err(ManifestError::new("metadata.name", problem));
        }
        for (key, value) in &config.data {
            let entry = Entry { field: format!("data.{key}"), value };
            self.read_config_entry(key, &entry)?;
        }
        Ok(())
    }

    fn read_config_entry(&mut self, key: &str, entry: &Entry<'_>) -> Result<(), ManifestError> {
        let settings = &mut self.settings;
        match key {
            "container-concurrency-target-percentage" => self.utilization = entry.utilization()?,
            "container-concurrency-target-default" => self.concurrency_target = entry.positive()?,
            "requests-per-second-target-default" => self.rps_target = entry.positive()?,
            "stable-window" => settings.stable_window = entry.duration()?,
            "panic-window-percentage" => settings.panic_window_percent = entry.number()?,
            "panic-threshold-percentage" => settings.panic_threshold_percent = entry.number()?,
            "max-scale-up-rate" => settings.max_scale_up_rate = entry.number()?,
            "max-scale-down-rate" => settings.max_scale_down_rate = entry.number()?,
            "enable-scale-to-zero" => settings.enable_scale_to_zero = entry.flag()?,
            "scale-to-zero-grace-period" => settings.scale_to_zero_grace_period = entry.duration()?,
            "scale-to-zero-pod-retention-period" => settings.pod_retention_period = entry.duration()?,
            "scale-down-delay" => settings.scale_down_delay = entry.duration()?,
            "initial-scale" => settings.initial_scale = entry.count()?,
            "min-scale" => settings.min_scale = entry.count()?,
            "max-scale" => settings.max_scale = entry.bound()?,
            "pod-autoscaler-class" => entry.class()?,
            // They concern the activator, or only what other settings may be.
            "_example"
            | "target-burst-capacity"
            | "activator-capacity"
            | "allow-zero-initial-scale"
            | "max-scale-limit" => {}
            _ => return Err(entry.error("is no setting of config-autoscaler")),
        }
        Ok(())
    }

    fn read_annotations(&mut self, resource: &KnativeResource) -> Result<(), ManifestError> {
        for (name, value) in resource.annotations() {
            if let Some(key) = name.strip_prefix(PREFIX) {
                let entry = Entry { field: format!("{}[{name}]", resource.annotations_field()), value };
                self.read_annotation(key, &entry)?;
            }
        }
        Ok(())
    }

    fn read_annotation(&mut self, key: &str, entry: &Entry<'_>) -> Result<(), ManifestError> {
        let settings = &mut self.settings;
        match key {
            "class" => entry.class()?,
            "metric" => settings.metric = entry.metric()?,
            "target" => self.own_target = Some(entry.positive()?),
            "target-utilization-percentage" | "targetUtilizationPercentage" => {
                self.utilization = entry.utilization()?;
            }
            "window" => settings.stable_window = entry.duration()?,
            "panic-window-percentage" | "panicWindowPercentage" => {
                settings.panic_window_percent = entry.number()?;
            }
            "panic-threshold-percentage" | "panicThresholdPercentage" => {
                settings.panic_threshold_percent = entry.number()?;
            }
            "min-scale" | "minScale" => settings.min_scale = entry.count()?,
            "max-scale" | "maxScale" => settings.max_scale = entry.bound()?,
            "initial-scale" | "initialScale" => settings.initial_scale = entry.count()?,
            "activation-scale" => settings.activation_scale = entry.count()?,
            "scale-down-delay" | "scaleDownDelay" => settings.scale_down_delay = entry.duration()?,
            "scale-to-zero-pod-retention-period" | "scaleToZeroPodRetentionPeriod" => {
                settings.pod_retention_period = entry.duration()?;
            }
            // It concerns the activator.
            "target-burst-capacity" | "targetBurstCapacity" => {}
            _ => return Err(entry.error("is no annotation of the autoscaler")),
        }
        Ok(())
    }
}

/// One text and where it stands.
struct Entry<'a> {
    field: String,
    value: &'a str,
}

impl Entry<'_> {
    fn error(&self, problem: impl Into<String>) -> ManifestError {
        ManifestError::new(self.field.clone(), problem)
    }

    fn expected(&self, expected: &str) -> ManifestError {
        self.error(format!("is `{}`, must be {expected}", self.value))
    }

    fn parse<T: FromStr>(&self, expected: &str) -> Result<T, ManifestError> {
        self.value.trim().parse().map_err(|_| self.expected(expected))
    }

    fn number(&self) -> Result<f64, ManifestError> {
        let number: f64 = self.parse("a number")?;
        if number.is_finite() { Ok(number) } else { Err(self.expected("a number")) }
    }

    fn positive(&self) -> Result<f64, ManifestError> {
        let number = self.number()?;
        if number >= LOWEST_TARGET { Ok(number) } else { Err(self.expected("at least 0.01")) }
    }

    /// Per cent from 1 to 100, as a share. The installation's setting may also be a share below 1.
    fn utilization(&self) -> Result<f64, ManifestError> {
        let number = self.number()?;
        match number {
            1.0..=100.0 => Ok(number / 100.0),
            _ if number > 0.0 && number < 1.0 => Ok(number),
            _ => Err(self.expected("a percentage from 1 to 100")),
        }
    }

    fn count(&self) -> Result<i32, ManifestError> {
        const EXPECTED: &str = "a whole number of at least 0";
        let count: i32 = self.parse(EXPECTED)?;
        if count >= 0 { Ok(count) } else { Err(self.expected(EXPECTED)) }
    }

    /// 0 sets no bound.
    fn bound(&self) -> Result<Option<i32>, ManifestError> {
        self.count().map(|count| (count > 0).then_some(count))
    }

    fn flag(&self) -> Result<bool, ManifestError> {
        self.parse("true or false")
    }

    fn duration(&self) -> Result<Span, ManifestError> {
        parse_duration(self.value.trim()).ok_or_else(|| self.expected("a duration such as 60s or 1m30s"))
    }

    fn metric(&self) -> Result<KnativeMetric, ManifestError> {
        match self.value {
            "concurrency" => Ok(KnativeMetric::Concurrency),
            "rps" => Ok(KnativeMetric::Rps),
            _ => {
                Err(self
                    .expected("concurrency or rps (others belong to the class hpa.autoscaling.knative.dev)"))
            }
        }
    }

    fn class(&self) -> Result<(), ManifestError> {
        if self.value == CLASS {
            return Ok(());
        }
        Err(self.expected(&format!("{CLASS}: an HPA is simulated from its own manifest")))
    }
}
