//! A run's settings and files, as trackers show them.

use std::fs;

use podpilot_tracking::{Artifact, RunDescription};
use podpilot_traffic::sha256_hex;
use serde_json::{Map, Value, json};

use crate::request::Tracking;
use crate::result::EvaluationResult;
use crate::run_directory::{RunDirectory, file};
use crate::training::TrainingSettings;
use crate::workbench::Workbench;

/// What the run is.
pub(super) fn describe(
    settings: &TrainingSettings,
    bench: &Workbench,
    run: &RunDirectory,
    tracking: &Tracking,
) -> RunDescription {
    RunDescription {
        name: name(run),
        job_type: "train".to_owned(),
        group: tracking.group.clone(),
        tags: tracking.tags.clone(),
        config: config(settings, bench),
    }
}

/// The run directory's own name.
fn name(run: &RunDirectory) -> String {
    let absolute = std::path::absolute(run.path()).unwrap_or_else(|_| run.path().to_owned());
    absolute.file_name().map_or_else(|| "run".to_owned(), |name| name.to_string_lossy().into_owned())
}

/// Every setting: those of `settings.json` but for paths, and the scenario and the traces by name and hash.
fn config(settings: &TrainingSettings, bench: &Workbench) -> Map<String, Value> {
    let mut config = object(settings);
    config.remove("schema");
    if let Some(mut request) = config.remove("request").as_ref().and_then(Value::as_object).cloned() {
        for path in ["load", "out", "hyperparameters"] {
            request.remove(path);
        }
        config.extend(request);
    }
    let identity = bench.identity();
    config.insert(
        "scenario".to_owned(),
        json!({"name": bench.scenario().name, "sha256": identity.scenario_sha256}),
    );
    let traces: Vec<Value> =
        bench.sources.iter().map(|source| json!({"name": source.name, "sha256": source.sha256})).collect();
    config.insert("traces".to_owned(), traces.into());
    config.insert("train_load_sha256".to_owned(), identity.train_sha256.into());
    config.insert("test_load_sha256".to_owned(), identity.test_sha256.into());
    config.insert("scale_factor".to_owned(), json!(bench.scale_factor));
    config.insert("podpilot_version".to_owned(), env!("CARGO_PKG_VERSION").into());
    config
}

fn object(value: &impl serde::Serialize) -> Map<String, Value> {
    match serde_json::to_value(value) {
        Ok(Value::Object(fields)) => fields,
        _ => Map::new(),
    }
}

/// The trained policy; named after the run in letters that W&B allows.
pub(super) fn policy_artifact(run: &RunDirectory, result: &EvaluationResult) -> Option<Artifact> {
    let path = run.file(file::POLICY);
    let content = fs::read(&path).ok()?;
    let text = format!("{}-{}", result.scenario, name(run));
    let allowed = |c: char| if c.is_ascii_alphanumeric() || "-_.".contains(c) { c } else { '-' };
    Some(Artifact {
        name: text.chars().map(allowed).take(128).collect(),
        kind: "model".to_owned(),
        path: std::path::absolute(&path).unwrap_or(path),
        sha256: sha256_hex(&content),
        aliases: vec!["latest".to_owned()],
    })
}
