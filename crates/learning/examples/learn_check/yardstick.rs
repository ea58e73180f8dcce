use serde_json::Value;
use std::path::{Path, PathBuf};

/// Mean return of each model that Stable-Baselines3 trained at this setting, from the newest stored run.
pub(crate) fn scores(name: &str) -> Result<Vec<f64>, String> {
    let path = newest_run()?.join(format!("{name}.json"));
    let text = std::fs::read_to_string(&path).map_err(|error| format!("{}: {error}", path.display()))?;
    let record: Value =
        serde_json::from_str(&text).map_err(|error| format!("{}: {error}", path.display()))?;
    let runs = record["runs"].as_array().map_or(&[][..], Vec::as_slice);
    let scores: Vec<f64> = runs.iter().filter_map(mean_return).collect();
    if scores.is_empty() || scores.len() != runs.len() {
        return Err(format!("{}: `runs` must hold entries with `returns`", path.display()));
    }
    Ok(scores)
}

fn mean_return(run: &Value) -> Option<f64> {
    let returns: Vec<f64> = run["returns"].as_array()?.iter().map(Value::as_f64).collect::<Option<_>>()?;
    (!returns.is_empty()).then(|| returns.iter().sum::<f64>() / returns.len() as f64)
}

/// The last of `bench/runs/*sb3-quality*`, whose names begin with dates.
fn newest_run() -> Result<PathBuf, String> {
    let runs = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../../bench/runs"));
    let entries = std::fs::read_dir(runs).map_err(|error| format!("{}: {error}", runs.display()))?;
    let found = entries.filter_map(Result::ok).map(|entry| entry.path());
    let found = found.filter(|path| path.to_string_lossy().contains("sb3-quality"));
    found.max().ok_or_else(|| format!("{}: there is no *sb3-quality* to compare with", runs.display()))
}
