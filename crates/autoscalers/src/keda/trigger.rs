//! Triggers checked and turned into what deciding needs, and the HPA metrics that KEDA makes of them.

use std::collections::BTreeMap;
use std::str::FromStr;

use podpilot_core::{MetricKey, Observation, Timestamp};

use super::manifest::{Trigger, TriggerMetricType};
use super::query::metric_of_query;
use crate::ManifestError;
use crate::cron::{CronExpression, TimeZone};
use crate::hpa::manifest::{
    ContainerResourceSource, ExternalSource, MetricIdentifier, MetricSourceType, MetricSpec, MetricTarget,
    MetricTargetType, ResourceSource,
};
use crate::hpa::{Quantity, external_sum};

const MILLI: f64 = 1_000.0;

/// A trigger that KEDA itself reads; cpu and memory are left to the HPA.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct ExternalTrigger {
    pub(super) source: Source,
    /// The name under which the HPA finds its value.
    pub(super) served_as: MetricKey,
    pub(super) target_milli: i64,
    pub(super) is_average: bool,
    pub(super) use_cached_metrics: bool,
}

/// Where a trigger's value comes from.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Source {
    Prometheus { key: MetricKey, activation_milli: i64, ignore_null_values: bool },
    Cron { start: CronExpression, end: CronExpression, zone: TimeZone, replicas: i64 },
}

/// What a trigger reads at one instant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Reading {
    pub(super) milli: i64,
    pub(super) is_active: bool,
}

/// One trigger: the HPA metric, its name in explanations, and what KEDA reads for it.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct ResolvedTrigger {
    pub(super) name: String,
    pub(super) metric: MetricSpec,
    pub(super) external: Option<ExternalTrigger>,
}

impl ExternalTrigger {
    /// Its value now; `None` if it cannot be read.
    pub(super) fn read(&self, observation: &Observation) -> Option<Reading> {
        match &self.source {
            Source::Prometheus { key, activation_milli, ignore_null_values } => {
                let values = &observation.metric(key)?.values;
                if values.is_empty() {
                    // An answer without series, which is not a failed query.
                    return ignore_null_values.then_some(Reading { milli: 0, is_active: false });
                }
                let milli = external_sum(values);
                Some(Reading { milli, is_active: milli > *activation_milli })
            }
            Source::Cron { start, end, zone, replicas } => {
                let is_active = is_between(start, end, *zone, observation.now)?;
                let count = if is_active { *replicas } else { 1 };
                Some(Reading { milli: count.saturating_mul(1_000), is_active })
            }
        }
    }
}

/// Whether the next end comes before the next start.
fn is_between(start: &CronExpression, end: &CronExpression, zone: TimeZone, now: Timestamp) -> Option<bool> {
    Some(end.next_after(now, zone)? <= start.next_after(now, zone)?)
}

/// Checks the trigger at `index`.
pub(super) fn resolve(trigger: &Trigger, index: usize) -> Result<ResolvedTrigger, ManifestError> {
    let field = format!("spec.triggers[{index}]");
    let settings = Settings { field: format!("{field}.metadata"), values: &trigger.metadata };
    match trigger.trigger_type.as_str() {
        "prometheus" => resolve_prometheus(trigger, &settings, &field, index),
        "cron" => resolve_cron(trigger, &settings, &field, index),
        "cpu" | "memory" => resolve_resource(trigger, &settings, &field),
        other => {
            let problem =
                format!("is `{other}`, must be prometheus, cpu, memory or cron: no other can be simulated");
            Err(ManifestError::new(format!("{field}.type"), problem))
        }
    }
}

fn resolve_prometheus(
    trigger: &Trigger,
    settings: &Settings<'_>,
    field: &str,
    index: usize,
) -> Result<ResolvedTrigger, ManifestError> {
    settings.check_names(&[
        "serverAddress",
        "query",
        "threshold",
        "activationThreshold",
        "ignoreNullValues",
        "namespace",
        "customHeaders",
        "queryParameters",
        "unsafeSsl",
        "authModes",
        "timeout",
    ])?;
    settings.required("serverAddress")?;
    let query = settings.required("query")?;
    let key = metric_of_query(query).ok_or_else(|| {
        settings.error(
            "query",
            format!(
                "is `{query}`, which has no counterpart in simulation: write the name of a metric there is, \
                 sum(rate(…requests_total[…])) or histogram_quantile(0.95, …_bucket…)"
            ),
        )
    })?;
    let threshold_milli = settings.milli("threshold", None)?;
    if threshold_milli <= 0 {
        return Err(settings.error("threshold", "must be above 0"));
    }
    let source = Source::Prometheus {
        activation_milli: settings.milli("activationThreshold", Some(0))?,
        ignore_null_values: settings.parsed("ignoreNullValues", Some(true), "true or false")?,
        key,
    };
    external(trigger, field, index, source, threshold_milli)
}

fn resolve_cron(
    trigger: &Trigger,
    settings: &Settings<'_>,
    field: &str,
    index: usize,
) -> Result<ResolvedTrigger, ManifestError> {
    settings.check_names(&["timezone", "start", "end", "desiredReplicas"])?;
    let expression = |name| -> Result<CronExpression, ManifestError> {
        let text = settings.required(name)?;
        text.parse().map_err(|error| settings.error(name, format!("{error}")))
    };
    let zone = settings.required("timezone")?;
    let zone: TimeZone = zone.parse().map_err(|error| settings.error("timezone", format!("{error}")))?;
    let (start, end) = (expression("start")?, expression("end")?);
    if start == end {
        return Err(settings.error("end", format!("is `{end}`, must differ from start")));
    }
    let replicas: i64 = settings.parsed("desiredReplicas", None, "a whole number of at least 0")?;
    if replicas < 0 {
        return Err(settings.error("desiredReplicas", format!("is {replicas}, must be at least 0")));
    }
    external(trigger, field, index, Source::Cron { start, end, zone, replicas }, 1_000)
}

fn external(
    trigger: &Trigger,
    field: &str,
    index: usize,
    source: Source,
    target_milli: i64,
) -> Result<ResolvedTrigger, ManifestError> {
    let is_average = match trigger.metric_type {
        None | Some(TriggerMetricType::AverageValue) => true,
        Some(TriggerMetricType::Value) => false,
        Some(TriggerMetricType::Utilization) => {
            let problem =
                "is Utilization, must be AverageValue or Value: only cpu and memory have a utilization";
            return Err(ManifestError::new(format!("{field}.metricType"), problem));
        }
    };
    let name = format!("s{index}-{}", trigger.trigger_type);
    let quantity = quantity(&format!("{target_milli}m"), &format!("{field}.metadata"))?;
    let target = MetricTarget {
        target_type: if is_average { MetricTargetType::AverageValue } else { MetricTargetType::Value },
        value: (!is_average).then_some(quantity),
        average_value: is_average.then_some(quantity),
        average_utilization: None,
    };
    let shown = match (&trigger.name, &source) {
        (Some(name), _) => name.clone(),
        (None, Source::Prometheus { key: MetricKey::External { metric }, .. }) => metric.clone(),
        (None, _) => trigger.trigger_type.clone(),
    };
    let identifier = MetricIdentifier { name: name.clone(), selector: None };
    let metric = MetricSpec {
        source_type: MetricSourceType::External,
        external: Some(ExternalSource { metric: identifier, target }),
        resource: None,
        container_resource: None,
        pods: None,
        object: None,
    };
    let external = ExternalTrigger {
        source,
        served_as: MetricKey::External { metric: name },
        target_milli,
        is_average,
        use_cached_metrics: trigger.use_cached_metrics.unwrap_or(false),
    };
    Ok(ResolvedTrigger { name: shown, metric, external: Some(external) })
}

fn resolve_resource(
    trigger: &Trigger,
    settings: &Settings<'_>,
    field: &str,
) -> Result<ResolvedTrigger, ManifestError> {
    settings.check_names(&["value", "containerName"])?;
    let value = settings.required("value")?;
    let target = match trigger.metric_type {
        Some(TriggerMetricType::Utilization) => {
            let percent = settings.parsed("value", None, "a whole number of per cent")?;
            MetricTarget {
                target_type: MetricTargetType::Utilization,
                value: None,
                average_value: None,
                average_utilization: Some(percent),
            }
        }
        Some(TriggerMetricType::AverageValue) => MetricTarget {
            target_type: MetricTargetType::AverageValue,
            value: None,
            average_value: Some(quantity(value, &format!("{}.value", settings.field))?),
            average_utilization: None,
        },
        Some(TriggerMetricType::Value) | None => {
            let found = if trigger.metric_type.is_some() { "is Value" } else { "is missing" };
            let problem = format!("{found}, must be Utilization or AverageValue");
            return Err(ManifestError::new(format!("{field}.metricType"), problem));
        }
    };
    if trigger.use_cached_metrics == Some(true) {
        let problem = "must not be true: cpu and memory are read by the HPA alone";
        return Err(ManifestError::new(format!("{field}.useCachedMetrics"), problem));
    }
    let name = trigger.trigger_type.clone();
    let container = settings.values.get("containerName").filter(|name| !name.is_empty()).cloned();
    let mut metric = MetricSpec {
        source_type: MetricSourceType::Resource,
        resource: None,
        container_resource: None,
        pods: None,
        object: None,
        external: None,
    };
    match container {
        None => metric.resource = Some(ResourceSource { name, target }),
        Some(container) => {
            metric.source_type = MetricSourceType::ContainerResource;
            metric.container_resource = Some(ContainerResourceSource { name, container, target });
        }
    }
    let shown = trigger.name.clone().unwrap_or_else(|| metric.name());
    Ok(ResolvedTrigger { name: shown, metric, external: None })
}

fn quantity(text: &str, field: &str) -> Result<Quantity, ManifestError> {
    text.parse().map_err(|error| ManifestError::new(field, format!("{error}")))
}

/// `metadata` of one trigger.
struct Settings<'a> {
    field: String,
    values: &'a BTreeMap<String, String>,
}

impl<'a> Settings<'a> {
    fn error(&self, name: &str, problem: impl Into<String>) -> ManifestError {
        ManifestError::new(format!("{}.{name}", self.field), problem)
    }

    fn check_names(&self, known: &[&str]) -> Result<(), ManifestError> {
        match self.values.keys().find(|name| !known.contains(&name.as_str())) {
            None => Ok(()),
            Some(name) => Err(self.error(name, format!("is unknown, known are {}", known.join(", ")))),
        }
    }

    fn required(&self, name: &str) -> Result<&'a str, ManifestError> {
        let value = self.values.get(name).map(String::as_str).filter(|value| !value.is_empty());
        value.ok_or_else(|| self.error(name, "is missing"))
    }

    fn parsed<T: FromStr>(&self, name: &str, default: Option<T>, expected: &str) -> Result<T, ManifestError> {
        match (self.values.get(name), default) {
            (None, Some(default)) => Ok(default),
            (None, None) => Err(self.error(name, "is missing")),
            (Some(text), _) => {
                text.trim().parse().map_err(|_| self.error(name, format!("is `{text}`, must be {expected}")))
            }
        }
    }

    /// A number × 1000, truncated as KEDA does.
    fn milli(&self, name: &str, default: Option<i64>) -> Result<i64, ManifestError> {
        if let (None, Some(default)) = (self.values.get(name), default) {
            return Ok(default);
        }
        let number: f64 = self.parsed(name, None, "a number")?;
        if !number.is_finite() {
            return Err(self.error(name, format!("is {number}, must be a number")));
        }
        Ok((number * MILLI) as i64)
    }
}
