//! `podpilot inspect`: what a policy file, run directory, trace, scenario or HPA manifest holds.

use std::fmt::Display;
use std::path::Path;

use podpilot_core::Span;
use podpilot_traffic::read_trace;
use serde::Serialize;

use crate::LabError;
use crate::manifest_file::{is_manifest, read_hpa};
use crate::number::{amount, percent};
use crate::policy_store::StoredPolicy;
use crate::result::{AutoscalerResult, EvaluationResult, SimulationResult, SimulationSchema};
use crate::run_directory::{RunDirectory, file};
use crate::scenario_file::{bundled_names, load_scenario};
use crate::workbench::DECISION_PERIOD;

/// What was found, as a title and named values in the order to show them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Inspection {
    /// What kind of thing it is, such as `policy`.
    pub kind: &'static str,
    /// Name and value.
    pub entries: Vec<(String, String)>,
}

impl Inspection {
    fn of(kind: &'static str) -> Self {
        Self { kind, entries: Vec::new() }
    }

    fn entry(mut self, name: &str, value: impl Display) -> Self {
        self.entries.push((name.to_owned(), value.to_string()));
        self
    }
}

/// Looks at a file, a run directory or a scenario that comes with podpilot.
pub fn inspect(path: &Path) -> Result<Inspection, LabError> {
    let unreadable = |source| LabError::Unreadable { path: path.to_owned(), source };
    let metadata = match std::fs::metadata(path) {
        Err(_) if bundled_names().any(|name| path == Path::new(name)) => return inspect_scenario(path),
        metadata => metadata.map_err(unreadable)?,
    };
    if metadata.is_dir() {
        return inspect_run(path);
    }
    match path.extension().and_then(|extension| extension.to_str()) {
        Some("safetensors") => inspect_policy(path),
        Some("yaml" | "yml") if is_manifest(&String::from_utf8_lossy(&read(path)?)) => inspect_manifest(path),
        Some("yaml" | "yml") => inspect_scenario(path),
        Some("json") if schema_of(&read(path)?).is_some() => inspect_result(path),
        Some("csv" | "json") => inspect_trace(path),
        _ => Err(LabError::BadInput(format!(
            "{}: podpilot inspects run directories, policies (.safetensors), results and traces (.json, .csv), scenarios \
             and HPA manifests (.yaml), and scenarios that come with podpilot by name",
            path.display()
        ))),
    }
}

fn inspect_policy(path: &Path) -> Result<Inspection, LabError> {
    let stored = StoredPolicy::read(path)?;
    let mut found = Inspection::of("policy")
        .entry("agent", stored.agent())
        .entry("decides", &stored.file.agent)
        .entry("sha256", &stored.sha256)
        .entry("observation schema", &stored.file.observation_schema)
        .entry("action schema", &stored.file.action_schema);
    for (name, network) in &stored.file.networks {
        let shape = network.shape();
        let layers: Vec<String> = std::iter::once(shape.inputs)
            .chain(shape.hidden.iter().copied())
            .chain(std::iter::once(shape.outputs))
            .map(|units| units.to_string())
            .collect();
        found =
            found.entry(&format!("network {name}"), format!("{} ({:?})", layers.join("-"), shape.activation));
    }
    // Statistics of the normalisers are for machines.
    let readable = stored.file.metadata.iter().filter(|(name, _)| !name.ends_with("_normalizer"));
    Ok(readable.fold(found, |found, (name, value)| found.entry(&name.replace('_', " "), value)))
}

fn inspect_run(path: &Path) -> Result<Inspection, LabError> {
    let run = RunDirectory::open(path)?;
    let name = run.file(file::RESULT);
    if !name.exists() {
        let state =
            if run.file(file::CHECKPOINT).exists() { "interrupted, can be resumed" } else { "no result" };
        return Ok(Inspection::of("run").entry("state", state));
    }
    inspect_result(&name)
}

/// A `result.json`, of an evaluation or of a simulation.
fn inspect_result(path: &Path) -> Result<Inspection, LabError> {
    let shown = path.display();
    let wrong = |error: serde_json::Error| LabError::BadInput(format!("{shown}: {error}"));
    let text = read(path)?;
    if schema_of(&text).as_deref() == Some(SimulationSchema::TEXT) {
        let result: SimulationResult = serde_json::from_slice(&text).map_err(wrong)?;
        let found = Inspection::of("simulation")
            .entry("scenario", &result.scenario)
            .entry("seed", result.provenance.seed)
            .entry("changes of the replica count", result.events.len());
        return Ok(with_rows(found, &result.autoscalers));
    }
    let result: EvaluationResult = serde_json::from_slice(&text).map_err(wrong)?;
    let found = Inspection::of("run")
        .entry("scenario", &result.scenario)
        .entry("episodes", result.episodes)
        .entry("distinct days", result.distinct_days)
        .entry("seed", result.provenance.seed);
    Ok(with_rows(found, &result.autoscalers))
}

fn with_rows(found: Inspection, rows: &[AutoscalerResult]) -> Inspection {
    rows.iter().fold(found, |found, row| {
        let bad = percent(row.slow_minute_ratio);
        found.entry(&row.name, format!("cost {} a day, {bad} of minutes bad", amount(row.cost_per_day())))
    })
}

/// The `schema` of a JSON document, if it has one.
fn schema_of(text: &[u8]) -> Option<String> {
    let document: serde_json::Value = serde_json::from_slice(text).ok()?;
    Some(document.get("schema")?.as_str()?.to_owned())
}

fn read(path: &Path) -> Result<Vec<u8>, LabError> {
    std::fs::read(path).map_err(|source| LabError::Unreadable { path: path.to_owned(), source })
}

fn inspect_trace(path: &Path) -> Result<Inspection, LabError> {
    let trace = read_trace(path).map_err(LabError::bad_input)?;
    let load = &trace.series;
    let days = load.windows(Span::minutes(24 * 60)).len();
    Ok(Inspection::of("trace")
        .entry("format", format!("{:?}", trace.format))
        .entry("step", load.step())
        .entry("duration", format!("{:.1} h", load.duration().as_seconds() / 3_600.0))
        .entry("whole days", days)
        .entry("mean", format!("{:.4} requests/s", load.mean()))
        .entry("P95", format!("{:.4} requests/s", load.quantile(0.95)))
        .entry("maximum", format!("{:.4} requests/s", load.max()))
        .entry("seams where gaps were cut", load.discontinuities().count()))
}

fn inspect_scenario(path: &Path) -> Result<Inspection, LabError> {
    let scenario = load_scenario(&path.display().to_string())?.scenario;
    let bounds = scenario.bounds();
    Ok(Inspection::of("scenario")
        .entry("name", &scenario.name)
        .entry("description", scenario.description.as_deref().unwrap_or("none"))
        .entry("replicas", format!("{} to {}", bounds.min, bounds.max))
        .entry("decisions every", DECISION_PERIOD)
        .entry("latency threshold", format!("{} ms", scenario.objective.latency.threshold_ms))
        .entry("bad minutes allowed", format!("{} %", 100.0 * scenario.objective.bad_minutes)))
}

fn inspect_manifest(path: &Path) -> Result<Inspection, LabError> {
    let manifest = read_hpa(path)?;
    let bounds = manifest.spec.bounds();
    let target = &manifest.spec.scale_target_ref;
    let behavior = if manifest.spec.behavior.is_some() { "its own" } else { "the defaults" };
    Ok(Inspection::of("hpa manifest")
        .entry("name", manifest.metadata.name.as_deref().unwrap_or("none"))
        .entry("target", format!("{} {}", target.kind, target.name))
        .entry("replicas", format!("{} to {}", bounds.min, bounds.max))
        .entry("metrics", manifest.metric_names().join(", "))
        .entry("behavior", behavior))
}
