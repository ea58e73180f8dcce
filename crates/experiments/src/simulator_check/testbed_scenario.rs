//! The scenario that a recording was made under.

use std::path::Path;

use anyhow::{Context, Result};
use podpilot_autoscalers::hpa::{HpaManifest, Quantity};
use podpilot_simulator::{ProbeKind, ProbeSpec, Scenario};
use podpilot_traffic::{Arrivals, LoadSpec};
use serde_json::Value;

use crate::recording::Description;

/// Reads a calibrated scenario and puts in what the recording says: resources and probe of the pods, bounds of the
/// autoscaler, replicas at the start, resolution of the metrics.
pub(crate) fn of_recording(
    path: &Path,
    description: &Description,
    manifest: &HpaManifest,
    initial_replicas: u32,
) -> Result<Scenario> {
    let text = std::fs::read_to_string(path).with_context(|| format!("cannot read {}", path.display()))?;
    let mut scenario: Scenario = serde_saphyr::from_str(&text).with_context(|| path.display().to_string())?;
    let container =
        description.pod_spec.pointer("/containers/0").context("the recording has no pod template")?;
    let milli = |pointer: &str| quantity(container, pointer).and_then(Quantity::milli_value);
    let mib = |pointer: &str| milli(pointer).map(|milli| milli as f64 / 1e3 / f64::from(1 << 20));
    if let Some(request_m) = milli("/resources/requests/cpu") {
        scenario.pod.cpu_request_m = request_m as u32;
    }
    scenario.pod.cpu_limit_m = milli("/resources/limits/cpu").map(|limit| limit as u32);
    if let Some(limit_mib) = mib("/resources/limits/memory") {
        scenario.pod.memory_limit_mib = limit_mib;
    }
    scenario.pod.memory_request_mib = mib("/resources/requests/memory");
    if let Some(probe) = container.get("readinessProbe") {
        scenario.probe = probe_of(probe);
    }
    let bounds = manifest.spec.bounds();
    scenario.cluster.min_replicas = bounds.min as u32;
    scenario.cluster.max_replicas = bounds.max as u32;
    scenario.cluster.initial_replicas = Some(initial_replicas);
    if let Some(resolution_s) = seconds(&description.testbed["TESTBED_METRICS_RESOLUTION"]) {
        scenario.metrics.resource.resolution_s = resolution_s;
    }
    if let Some(scrape_s) = seconds(&description.testbed["TESTBED_SCRAPE_INTERVAL"]) {
        scenario.metrics.prometheus.scrape_s = scrape_s;
        scenario.metrics.prometheus.window_s = scenario.metrics.prometheus.window_s.max(2.0 * scrape_s);
    }
    if let LoadSpec::Generated(load) = &mut scenario.load {
        // The requests of each second are known.
        load.arrivals = Arrivals::Smooth;
    }
    // Syncs and collections may be tenths of a second apart, and which comes first decides what the autoscaler sees.
    scenario.tick_s = 0.1;
    scenario.validate()?;
    Ok(scenario)
}

fn probe_of(probe: &Value) -> ProbeSpec {
    let number = |key: &str, default: f64| probe[key].as_f64().unwrap_or(default);
    ProbeSpec {
        kind: if probe.get("httpGet").is_some() { ProbeKind::Http } else { ProbeKind::Tcp },
        // Kubernetes' defaults.
        period_s: number("periodSeconds", 10.0),
        timeout_s: number("timeoutSeconds", 1.0),
        failure_threshold: number("failureThreshold", 3.0) as u32,
    }
}

fn quantity(value: &Value, pointer: &str) -> Option<Quantity> {
    serde_json::from_value(value.pointer(pointer)?.clone()).ok()
}

/// `10s` as 10.
fn seconds(setting: &Value) -> Option<f64> {
    crate::calibration::go_duration_s(setting.as_str()?)
}
