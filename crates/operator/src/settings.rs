use podpilot_autoscalers::{Hpa, HpaControllerConfig, HpaManifest, ManifestError};
use podpilot_core::{LatencyObjective, Objective, ObjectiveError, ReplicaBounds, Span, Timestamp};

use crate::resource::{
    AdaptiveAutoscaler, AdaptiveAutoscalerSpec, BaselineHpa, Mode, Pause, PolicySource, PrometheusSource,
    ScaleTarget, ServiceFacts, ValueError, decimal, duration,
};
use crate::signals::Queries;

/// Without a baseline of its own and without an HPA on the target.
const DEFAULT_HPA_PERCENT: i32 = 80;

/// A specification in the domain's own types: everything in it is in range.
#[derive(Debug, Clone, PartialEq)]
pub struct Settings {
    /// The workload.
    pub target: ScaleTarget,
    /// Fewest and most replicas.
    pub bounds: ReplicaBounds,
    /// How far podpilot may go.
    pub mode: Mode,
    /// Time between decisions.
    pub period: Span,
    /// Which directions are paused.
    pub pause: Option<Pause>,
    /// The service level to keep.
    pub objective: Objective,
    /// Price of a replica for an hour.
    pub replica_hour: Option<f64>,
    /// Where load and latency are read.
    pub prometheus: Option<PrometheusSettings>,
    /// Who decides.
    pub policy: PolicySource,
    /// The baseline that the specification states.
    pub baseline: Option<HpaManifest>,
    /// What is known about the service.
    pub service: ServiceSettings,
}

/// What is known about the service.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ServiceSettings {
    /// CPU time of one request, if it is stated.
    pub cpu_ms_per_request: Option<f64>,
    /// Processes or threads of a pod that work at the same time.
    pub workers: u32,
    /// A request that takes longer has failed, seconds.
    pub timeout_s: f64,
}

/// A Prometheus server and what to ask it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PrometheusSettings {
    /// Base address.
    pub url: String,
    /// What to ask.
    pub queries: Queries,
    /// Range of rates.
    pub window: Span,
    /// A query that takes longer has failed.
    pub timeout: std::time::Duration,
}

/// A specification that cannot be followed although the API server took it.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum SettingsError {
    /// A text does not say what it should.
    #[error(transparent)]
    Value(#[from] ValueError),
    /// The objective is impossible.
    #[error("spec.{0}")]
    Objective(#[from] ObjectiveError),
    /// No HPA can follow the baseline.
    #[error("spec.baseline.hpa: {0}")]
    Baseline(String),
}

impl Settings {
    /// Reads a specification; the error names the field and what would be right.
    pub fn of(object: &AdaptiveAutoscaler) -> Result<Self, SettingsError> {
        let spec = &object.spec;
        let namespace = object.metadata.namespace.as_deref().unwrap_or_default();
        let bounds = ReplicaBounds { min: spec.min_replicas, max: spec.max_replicas };
        let objective = objective(spec)?;
        let prometheus = spec.signals.prometheus.as_ref();
        Ok(Self {
            target: spec.scale_target_ref.clone(),
            bounds,
            mode: spec.mode,
            period: duration("interval", &spec.interval, "a duration such as 15s")?,
            pause: spec.paused.clone(),
            objective,
            replica_hour: spec.price.as_ref().map(|price| replica_hour(&price.replica_hour)).transpose()?,
            prometheus: prometheus
                .map(|source| prometheus_settings(source, namespace, spec, &objective))
                .transpose()?,
            policy: spec.policy.clone(),
            baseline: spec.baseline.hpa.as_ref().map(|hpa| manifest(hpa, spec)).transpose()?,
            service: service_settings(&spec.service)?,
        })
    }

    /// The HPA to compare with and to fall back on: the baseline of the specification, else the HPA of the target, else
    /// CPU at 80 % of the request; always within this specification's bounds.
    pub fn hpa_manifest(&self, on_target: Option<&HpaManifest>) -> HpaManifest {
        let chosen = self.baseline.as_ref().or(on_target);
        let mut manifest =
            chosen.cloned().unwrap_or_else(|| HpaManifest::cpu_utilization(DEFAULT_HPA_PERCENT, self.bounds));
        manifest.spec.min_replicas = Some(self.bounds.min);
        manifest.spec.max_replicas = self.bounds.max;
        manifest
    }

    /// An HPA that follows `manifest` at this period.
    pub fn hpa(&self, manifest: &HpaManifest) -> Result<Hpa, ManifestError> {
        Hpa::new("hpa", manifest, hpa_config(self.period))
    }

    /// Directions paused now: up, down.
    pub fn paused(&self, now: Timestamp) -> (bool, bool) {
        let Some(pause) = &self.pause else { return (false, false) };
        let over = pause.until.as_ref().is_some_and(|until| {
            i64::try_from(until.0.as_nanosecond()).is_ok_and(|nanoseconds| nanoseconds <= now.0)
        });
        if over { (false, false) } else { (pause.scale_up, pause.scale_down) }
    }
}

/// Upstream's defaults, synchronised as often as podpilot decides.
pub(crate) fn hpa_config(period: Span) -> HpaControllerConfig {
    HpaControllerConfig { sync_period: period, ..HpaControllerConfig::default() }
}

fn objective(spec: &AdaptiveAutoscalerSpec) -> Result<Objective, SettingsError> {
    const SHARE: &str = "a share such as \"0.85\"";
    let written = &spec.objective;
    let threshold = duration(
        "objective.latency.threshold",
        &written.latency.threshold,
        "a duration from 1ms to 60s, such as 200ms",
    )?;
    let objective = Objective {
        latency: LatencyObjective {
            quantile: decimal(
                "objective.latency.quantile",
                &written.latency.quantile,
                "a quantile such as \"0.95\"",
            )?,
            threshold_ms: threshold.as_seconds() * 1e3,
        },
        bad_minutes: decimal("objective.badMinutes", &written.bad_minutes, SHARE)?,
        cpu_of_limit: decimal("objective.cpuOfLimit", &written.cpu_of_limit, SHARE)?,
        memory_of_limit: decimal("objective.memoryOfLimit", &written.memory_of_limit, SHARE)?,
    };
    objective.validate()?;
    Ok(objective)
}

fn replica_hour(text: &str) -> Result<f64, ValueError> {
    decimal("price.replicaHour", text, "a price such as \"0.02\"")
}

fn prometheus_settings(
    source: &PrometheusSource,
    namespace: &str,
    spec: &AdaptiveAutoscalerSpec,
    objective: &Objective,
) -> Result<PrometheusSettings, ValueError> {
    let window =
        duration("signals.prometheus.window", &source.window, "a duration from 5s to 10m, such as 1m")?;
    let timeout =
        duration("signals.prometheus.timeout", &source.timeout, "a duration from 100ms to 30s, such as 3s")?;
    let target = &spec.scale_target_ref.name;
    Ok(PrometheusSettings {
        url: source.url.trim_end_matches('/').to_owned(),
        queries: Queries::of(source, namespace, target, objective.latency.threshold_ms),
        window,
        timeout: std::time::Duration::from_secs_f64(timeout.as_seconds()),
    })
}

fn service_settings(facts: &ServiceFacts) -> Result<ServiceSettings, ValueError> {
    let cost = facts.cpu_ms_per_request.as_deref();
    let timeout = facts.timeout.as_deref().unwrap_or("10s");
    Ok(ServiceSettings {
        cpu_ms_per_request: cost
            .map(|text| decimal("service.cpuMsPerRequest", text, "a number of milliseconds such as \"3.8\""))
            .transpose()?,
        workers: facts.workers.unwrap_or(1),
        timeout_s: duration("service.timeout", timeout, "a duration such as 10s")?.as_seconds(),
    })
}

fn manifest(hpa: &BaselineHpa, spec: &AdaptiveAutoscalerSpec) -> Result<HpaManifest, SettingsError> {
    let target = &spec.scale_target_ref;
    // The two specifications write the same fields by the same names.
    let mut document = serde_json::json!({
        "scaleTargetRef": {"apiVersion": target.api_version, "kind": target.kind.name(), "name": target.name},
        "minReplicas": spec.min_replicas,
        "maxReplicas": spec.max_replicas,
        "metrics": hpa.metrics,
    });
    if let Some(behavior) = &hpa.behavior {
        document["behavior"] = serde_json::json!(behavior);
    }
    hpa_manifest_of(&document).map_err(SettingsError::Baseline)
}

/// The manifest with this `spec`, if an HPA can follow it.
pub(crate) fn hpa_manifest_of(spec: &serde_json::Value) -> Result<HpaManifest, String> {
    let document = serde_json::json!({
        "apiVersion": "autoscaling/v2",
        "kind": HpaManifest::KIND,
        "spec": spec,
    });
    let manifest: HpaManifest = serde_json::from_value(document).map_err(|problem| problem.to_string())?;
    Hpa::new("hpa", &manifest, HpaControllerConfig::default()).map_err(|problem| problem.to_string())?;
    Ok(manifest)
}
