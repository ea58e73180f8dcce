//! One line a run.

use std::path::{Path, PathBuf};

use podpilot_tracking::{RunFiles, number_from_json};
use serde::Serialize;
use serde_json::Value;

use crate::LabError;
use crate::run_directory::file;

/// Reports that the shown return is the mean of.
const LATEST: usize = 10;

/// How deep below the given folder runs are looked for.
const DEPTH: usize = 3;

/// How a run stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum RunState {
    /// Trained and evaluated.
    Finished,
    /// Stopped by its user.
    Stopped,
    /// It failed.
    Failed,
    /// It has no end: it runs, or it crashed.
    Unfinished,
}

impl RunState {
    /// Its name for people.
    pub fn name(self) -> &'static str {
        match self {
            Self::Finished => "finished",
            Self::Stopped => "stopped",
            Self::Failed => "failed",
            Self::Unfinished => "running or crashed",
        }
    }
}

/// A run in a list.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct RunOverview {
    /// Its directory.
    pub path: PathBuf,
    /// How it stands.
    pub state: RunState,
    /// Its learner.
    pub agent: Option<String>,
    /// Its scenario.
    pub scenario: Option<String>,
    /// Words to find it by.
    pub tags: Vec<String>,
    /// The group it belongs to.
    pub group: Option<String>,
    /// When it began, seconds since 1970.
    pub started: Option<f64>,
    /// Environment steps done.
    pub steps: u64,
    /// Environment steps a second.
    pub fps: Option<f64>,
    /// Mean return over the base policy's in the latest reports.
    pub episode_return: Option<f64>,
    /// Money a day on the test part.
    pub cost_per_day: Option<f64>,
    /// Share of bad minutes on the test part.
    pub slow_minute_ratio: Option<f64>,
}

impl RunOverview {
    pub(super) fn of(path: &Path, run: &RunFiles) -> Self {
        let config = |name: &str| run.start.as_ref().and_then(|start| start.config.get(name));
        let agent =
            config("agent").and_then(Value::as_str).map(str::to_owned).or_else(|| agent_of_settings(path));
        let evaluated = |what: &str| {
            let name = format!("eval/{}/{what}", agent.as_deref()?);
            run.summary.get(&name).and_then(number_from_json)
        };
        let returns: Vec<f64> = run.series("autoscale/episode_return").map(|(_, value)| value).collect();
        let latest = &returns[returns.len().saturating_sub(LATEST)..];
        Self {
            path: path.to_owned(),
            state: state(path, run),
            scenario: config("scenario")
                .and_then(|scenario| Some(scenario.get("name")?.as_str()?.to_owned())),
            tags: run.start.as_ref().map(|start| start.tags.clone()).unwrap_or_default(),
            group: run.start.as_ref().and_then(|start| start.group.clone()),
            started: run.start.as_ref().map(|start| start.timestamp),
            steps: run.points.last().map_or(0, |point| point.global_step),
            fps: run.series("time/fps").last().map(|(_, fps)| fps),
            episode_return: (!latest.is_empty()).then(|| latest.iter().sum::<f64>() / latest.len() as f64),
            cost_per_day: evaluated("cost_per_day"),
            slow_minute_ratio: evaluated("slow_minute_ratio"),
            agent,
        }
    }
}

fn state(path: &Path, run: &RunFiles) -> RunState {
    match run.exit.map(|exit| exit.exit_code) {
        _ if path.join(file::RESULT).exists() => RunState::Finished,
        Some(0) => RunState::Finished,
        Some(255) => RunState::Stopped,
        Some(_) => RunState::Failed,
        None => RunState::Unfinished,
    }
}

/// For directories that older versions wrote.
fn agent_of_settings(path: &Path) -> Option<String> {
    let text = std::fs::read(path.join(file::SETTINGS)).ok()?;
    let settings: Value = serde_json::from_slice(&text).ok()?;
    Some(settings.get("request")?.get("agent")?.as_str()?.to_owned())
}

/// The runs in a folder and below, by the time at which they began.
pub fn list_runs(folder: &Path) -> Result<Vec<RunOverview>, LabError> {
    let mut found = Vec::new();
    collect(folder, DEPTH, &mut found)
        .map_err(|source| LabError::Unreadable { path: folder.to_owned(), source })?;
    found.sort_by(|a, b| {
        let times = a.started.unwrap_or(0.0).total_cmp(&b.started.unwrap_or(0.0));
        times.then_with(|| a.path.cmp(&b.path))
    });
    Ok(found)
}

fn collect(folder: &Path, depth: usize, found: &mut Vec<RunOverview>) -> std::io::Result<()> {
    if folder.join(file::METRICS).is_file() {
        let run = RunFiles::read(folder)?;
        found.push(RunOverview::of(folder, &run));
        return Ok(());
    }
    if depth == 0 {
        return Ok(());
    }
    for entry in std::fs::read_dir(folder)?.flatten() {
        if entry.file_type().is_ok_and(|kind| kind.is_dir()) {
            // One folder that cannot be read does not hide the others.
            let _ = collect(&entry.path(), depth - 1, found);
        }
    }
    Ok(())
}
