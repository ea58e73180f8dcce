//! What a training run records of itself: the seam between the laboratory and tracking.

mod convergence;
mod description;

use std::path::Path;

use podpilot_learning::Progress;
use podpilot_tracking::{Artifact, Plan, Recorder, RunFiles, WandbMode, sync_command};
use serde_json::{Map, Value, json};

pub use self::convergence::{Convergence, ConvergenceMonitor};

use crate::LabError;
use crate::request::{Observer, Tracking};
use crate::result::{EvaluationResult, TrainingPoint};
use crate::run_directory::{RunDirectory, file};
use crate::training::{EpisodeAverages, TrainingSettings};
use crate::workbench::Workbench;

/// Mean return of the episodes since the last report, over the base policy's.
const RETURN: &str = "autoscale/episode_return";
const COST: &str = "autoscale/episode_cost";
const BAD_MINUTES: &str = "autoscale/slow_minute_ratio";

/// Exit codes as W&B shows them: finished, failed, killed.
const FINISHED: i32 = 0;
const FAILED: i32 = 1;
const STOPPED_BY_USER: i32 = 255;

/// Records one run. Nothing here fails the run.
#[derive(Debug)]
pub(crate) struct RunRecord {
    plan: Plan,
    recorder: Option<Recorder>,
    monitor: ConvergenceMonitor,
    stops_early: bool,
    agent: String,
}

impl RunRecord {
    /// A record that is not open yet.
    pub(crate) fn new(
        settings: &TrainingSettings,
        bench: &Workbench,
        run: &RunDirectory,
        tracking: &Tracking,
    ) -> Self {
        let patience = settings.request.early_stop;
        Self {
            plan: Plan {
                directory: run.path().to_owned(),
                keep_lines: None,
                global_step: 0,
                tensorboard: tracking.tensorboard,
                wandb: tracking.wandb.clone(),
                description: description::describe(settings, bench, run, tracking),
            },
            recorder: None,
            monitor: ConvergenceMonitor::new(patience.unwrap_or(settings.request.timesteps / 4)),
            stops_early: patience.is_some(),
            agent: settings.request.agent.name().to_owned(),
        }
    }

    /// Opens the record at a step, with the lines of metrics that belong to the run so far.
    pub(crate) fn open(&mut self, keep_lines: usize, global_step: u64) {
        let before = RunFiles::read(&self.plan.directory).unwrap_or_default();
        for point in before.points.iter().take(keep_lines) {
            self.monitor.observe(point.global_step, point.values.get(RETURN).copied());
        }
        // A directory that has a record is that of this very run: another is never written there.
        let recorded = keep_lines > 0 || self.plan.directory.join(file::EVENTS).exists();
        self.plan.keep_lines = recorded.then_some(keep_lines);
        self.plan.global_step = global_step;
        self.recorder = Some(Recorder::open(self.plan.clone()));
    }

    /// One row: step, the learner's measures, and what the episodes came to.
    pub(crate) fn append(&mut self, progress: &Progress<'_>, episodes: Option<&EpisodeAverages>) {
        let mut values: Vec<(String, f64)> =
            progress.metrics.iter().map(|(name, value)| ((*name).to_owned(), *value)).collect();
        let mut add = |name: &str, value: f64| values.push((name.to_owned(), value));
        if let Some(episodes) = episodes {
            add(RETURN, episodes.episode_return);
            add(COST, episodes.cost);
            if let Some(ratio) = episodes.slow_minute_ratio {
                add(BAD_MINUTES, ratio);
            }
            episodes.terms.iter().for_each(|(name, value)| add(name, *value));
        }
        self.monitor.observe(progress.timesteps, episodes.map(|episodes| episodes.episode_return));
        if let Some(recorder) = &mut self.recorder {
            recorder.log(progress.timesteps, values);
        }
    }

    /// Whether the caller asked to stop when nothing is gained any more, and nothing is.
    pub(crate) fn stops_early(&self) -> bool {
        self.stops_early && self.monitor.state().has_converged()
    }

    /// Lines of metrics of the run so far, all of them written if that takes no more than a moment.
    pub(crate) fn settled_lines(&self) -> usize {
        let Some(recorder) = &self.recorder else { return 0 };
        recorder.drain();
        recorder.lines()
    }

    /// Passes on what tracking has to say.
    pub(crate) fn tell(&mut self, observer: &mut dyn Observer) {
        let notices = self.recorder.as_mut().map(Recorder::notices).unwrap_or_default();
        for line in &notices {
            observer.note(line);
        }
    }

    /// Ends the record as the run ended.
    pub(crate) fn finish(
        self,
        run: &RunDirectory,
        outcome: &Result<EvaluationResult, LabError>,
        observer: &mut dyn Observer,
    ) {
        let offline = self.plan.wandb.as_ref().is_some_and(|wandb| wandb.mode == WandbMode::Offline);
        let notices = match outcome {
            Ok(result) => {
                let summary = self.summary(result);
                self.end(FINISHED, summary, description::policy_artifact(run, result))
            }
            Err(LabError::Interrupted { .. }) => self.end(STOPPED_BY_USER, Map::new(), None),
            Err(_) => self.end(FAILED, Map::new(), None),
        };
        for line in notices {
            observer.note(&line);
        }
        let folder = wandb_folder(run.path());
        if let Some(folder) = folder.filter(|_| offline && outcome.is_ok()) {
            observer.note(&format!("W&B: `{}` uploads this run", sync_command(&folder)));
        }
    }

    /// Ends the record; returns what tracking has to say.
    pub(crate) fn end(
        mut self,
        exit_code: i32,
        summary: Map<String, Value>,
        policy: Option<Artifact>,
    ) -> Vec<String> {
        let Some(mut recorder) = self.recorder.take() else { return Vec::new() };
        if !summary.is_empty() {
            recorder.summarize(summary);
        }
        if let Some(policy) = policy {
            recorder.artifact(policy);
        }
        recorder.finish(exit_code)
    }

    fn summary(&self, result: &EvaluationResult) -> Map<String, Value> {
        let mut summary = Map::new();
        for row in &result.autoscalers {
            if row.name == self.agent || ["clone", "quantile"].contains(&row.name.as_str()) {
                let name = &row.name;
                summary.insert(format!("eval/{name}/cost_per_day"), json!(row.cost_per_day()));
                summary.insert(format!("eval/{name}/slow_minute_ratio"), json!(row.slow_minute_ratio));
                summary.insert(format!("eval/{name}/slow_request_ratio"), json!(row.slow_request_ratio));
            }
        }
        let state = self.monitor.state();
        summary.insert("convergence/state".to_owned(), state.name().into());
        if let Convergence::Improving { best_step } | Convergence::Converged { best_step } = state {
            summary.insert("convergence/best_step".to_owned(), best_step.into());
        }
        summary
    }
}

/// Removes what tracking wrote for a run that never did anything.
pub(crate) fn discard(run: &RunDirectory) {
    if let Some(folder) = wandb_folder(run.path()) {
        // What stays behind does no harm.
        let _ = std::fs::remove_dir_all(&folder);
        let _ = folder.parent().map(std::fs::remove_dir);
    }
    let start = RunFiles::read(run.path()).ok().and_then(|files| files.start);
    if let Some(events) = start.and_then(|start| start.tensorboard_file) {
        let _ = std::fs::remove_file(events);
    }
}

fn wandb_folder(run: &Path) -> Option<std::path::PathBuf> {
    let file = RunFiles::read(run).ok()?.start?.wandb_file?;
    file.parent().map(Path::to_owned)
}

/// The training curve out of a run's metrics. A run whose metrics could not be written has none.
pub(crate) fn read_curve(run: &RunDirectory) -> Vec<TrainingPoint> {
    let files = RunFiles::read(run.path()).unwrap_or_default();
    let points = files.points.iter().filter_map(|point| {
        let finite = |name: &str| point.values.get(name).copied().filter(|value| value.is_finite());
        Some(TrainingPoint {
            timesteps: point.global_step,
            episode_return: finite(RETURN)?,
            slow_minute_ratio: finite(BAD_MINUTES),
            episode_cost: finite(COST),
        })
    });
    points.collect()
}
