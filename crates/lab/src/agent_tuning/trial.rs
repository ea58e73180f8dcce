//! One trial: a training on the first days of the train part, judged on its last ones.

use std::fs;
use std::sync::{Mutex, MutexGuard, PoisonError};

use podpilot_controller::{Policy, TrainedPolicy};
use podpilot_random::Seed;
use serde_json::{Map, json};

use super::pruning::Pruner;
use super::sampler;
use super::settings::AgentTuneSettings;
use super::space::SearchSpace;
use super::store::TrialRecord;
use crate::LabError;
use crate::evaluation::{Contender, EPISODE_LENGTH, Ground, plan_episodes};
use crate::request::{Observer, Progress, Stage, Tracking};
use crate::result::Role;
use crate::run_directory::RunDirectory;
use crate::run_record::RunRecord;
use crate::training::{self, Trained, TrainingSettings};
use crate::workbench::Workbench;

/// How trials end.
pub(super) const FINISHED: &str = "finished";
pub(super) const PRUNED: &str = "pruned";

/// Held-out days at most that judge a trial.
const DAYS: usize = 7;

/// What became of a trial.
pub(super) enum TrialEnd {
    /// It is done, for better or worse.
    Done(TrialRecord),
    /// The user stopped the search.
    Stopped,
    /// Nothing that another trial could do better.
    Wrong(LabError),
}

/// What all trials of a batch share.
pub(super) struct TrialPlan<'a> {
    pub(super) settings: &'a AgentTuneSettings,
    pub(super) space: &'a SearchSpace,
    /// The train part, split anew.
    pub(super) bench: &'a Workbench,
    /// The directory of the search.
    pub(super) run: &'a RunDirectory,
    /// Trials of earlier batches.
    pub(super) earlier: &'a [TrialRecord],
    pub(super) seed: Seed,
}

impl TrialPlan<'_> {
    /// Runs a trial; `watcher` may stop it.
    pub(super) fn run(
        &self,
        index: usize,
        tracking: &Tracking,
        watcher: &Mutex<&mut dyn Observer>,
    ) -> TrialEnd {
        match self.attempt(index, tracking, watcher) {
            Ok(record) => TrialEnd::Done(record),
            Err(LabError::Interrupted { .. }) => TrialEnd::Stopped,
            Err(error) => TrialEnd::Wrong(error),
        }
    }

    fn attempt(
        &self,
        index: usize,
        tracking: &Tracking,
        watcher: &Mutex<&mut dyn Observer>,
    ) -> Result<TrialRecord, LabError> {
        let positions = sampler::positions(index, self.space.parameters.len(), self.earlier, self.seed)?;
        let path = self.run.file("runs").join(format!("trial-{index:03}"));
        // What an interrupted attempt left.
        let _ = fs::remove_dir_all(&path);
        let run = RunDirectory::create(&path)?;
        let mut settings = self.settings.training(&path);
        settings.learner = training::with_hyperparameters(&settings.learner, &self.space.at(&positions))
            .map_err(LabError::Failed)?;
        let mut observer =
            TrialObserver { pruner: Pruner::new(self.earlier), pruned: false, speaks: index == 0, watcher };
        let mut record = RunRecord::new(&settings, self.bench, &run, &self.tracking(tracking));
        let trained = training::train(&settings, self.bench, &run, &mut record, &mut observer);
        let done = |score: Option<f64>, outcome: &str, observer: TrialObserver<'_, '_>| TrialRecord {
            trial: index,
            positions,
            score,
            marks: observer.pruner.marks,
            outcome: outcome.to_owned(),
        };
        let (exit_code, end) = match trained {
            Ok(trained) => (0, Ok(done(Some(self.score(&trained, &settings)?), FINISHED, observer))),
            Err(LabError::Interrupted { .. }) if observer.pruned => (0, Ok(done(None, PRUNED, observer))),
            Err(LabError::Failed(why)) => (1, Ok(done(None, &format!("failed: {why}"), observer))),
            Err(error) => (255, Err(error)),
        };
        let summary = end.as_ref().map_or_else(|_| Map::new(), summary);
        for line in record.end(exit_code, summary, None) {
            if index == 0 {
                locked(watcher).note(&line);
            }
        }
        training::forget_checkpoint(&run);
        end
    }

    /// Trials are runs of one group.
    fn tracking(&self, tracking: &Tracking) -> Tracking {
        let search = self.run.path().file_name().map(|name| name.to_string_lossy().into_owned());
        Tracking { group: tracking.group.clone().or(search), ..tracking.clone() }
    }

    /// Pods and priced bad minutes of the agent less those of the base policy, in pods that the mean load needs.
    fn score(&self, trained: &Trained, settings: &TrainingSettings) -> Result<f64, LabError> {
        let base = TrainedPolicy { policy: Policy::Quantile, ..trained.agent.clone() };
        let agent =
            self.burden(settings.request.agent.name(), &trained.agent, trained.trim_starts.agent, trained)?;
        Ok(agent - self.burden("quantile", &base, trained.trim_starts.base, trained)?)
    }

    fn burden(
        &self,
        name: &str,
        policy: &TrainedPolicy,
        trim_start: f64,
        trained: &Trained,
    ) -> Result<f64, LabError> {
        let controller = training::controller(name, policy, trim_start, self.bench)?;
        let contender = Contender::controller(name, Role::Other, controller);
        let ground = Ground { prepared: &self.bench.prepared, load: &self.bench.whole };
        let mut simulation = ground.arena([&contender])?;
        let days = self.bench.test.evaluation_windows(EPISODE_LENGTH).len().min(DAYS);
        let held_out = self.seed.named("held-out days");
        let episodes = plan_episodes(&self.bench.test, self.bench.train.duration(), days as u32, held_out);
        let (mut pod_minutes, mut minutes, mut bad) = (0.0, 0.0, 0.0);
        for episode in &episodes {
            let measures = ground.play_one(&contender, episode, &mut simulation);
            pod_minutes += measures.pod_seconds / 60.0;
            minutes += measures.elapsed_s / 60.0;
            bad += measures.minutes.bad as f64;
        }
        Ok((pod_minutes / self.bench.reference_pods() + trained.reward.latency * bad) / minutes)
    }
}

fn summary(record: &TrialRecord) -> Map<String, serde_json::Value> {
    let mut summary = Map::new();
    summary.insert("tune/outcome".to_owned(), record.outcome.as_str().into());
    summary.insert("tune/score".to_owned(), json!(record.score));
    summary
}

/// Watches one training for its pruner, and asks the user's observer whether to stop.
struct TrialObserver<'w, 'o> {
    pruner: Pruner,
    pruned: bool,
    /// What one trial has to say, all have.
    speaks: bool,
    watcher: &'w Mutex<&'o mut dyn Observer>,
}

impl Observer for TrialObserver<'_, '_> {
    fn progress(&mut self, progress: &Progress) {
        if progress.stage == Stage::Training {
            let share = progress.done as f64 / progress.total as f64;
            self.pruned |= self.pruner.observe(share, progress.episode_return);
        }
    }

    fn note(&mut self, line: &str) {
        if self.speaks {
            locked(self.watcher).note(line);
        }
    }

    fn should_stop(&self) -> bool {
        self.pruned || locked(self.watcher).should_stop()
    }
}

/// The user's observer, also after a trial panicked while it had it.
pub(super) fn locked<'g, 'o>(
    watcher: &'g Mutex<&'o mut dyn Observer>,
) -> MutexGuard<'g, &'o mut dyn Observer> {
    watcher.lock().unwrap_or_else(PoisonError::into_inner)
}
