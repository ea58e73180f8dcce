//! `podpilot tune --agent`: a learner's own settings, searched on the train part.

mod pruning;
mod sampler;
mod settings;
mod space;
mod store;
mod trial;

use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use std::sync::Mutex;

use podpilot_random::Seed;
use serde::Serialize;
use serde_json::{Map, Value, json};

pub use self::settings::AgentTuneRequest;

use self::sampler::BATCH;
use self::settings::AgentTuneSettings;
use self::space::SearchSpace;
use self::store::{Store, TrialRecord};
use self::trial::{TrialEnd, TrialPlan};
use crate::LabError;
use crate::evaluation::on_every_core;
use crate::request::{Observer, Progress, Stage};
use crate::run_directory::RunDirectory;
use crate::training::{HYPERPARAMETERS_SCHEMA, Hyperparameters, refuse_impossible};
use crate::workbench::Workbench;

/// The best settings, for `podpilot train --hyperparameters`.
pub const BEST_FILE: &str = "best.json";

/// What a search found.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct AgentTuning {
    /// The learner.
    pub agent: String,
    /// Environment steps of each trial.
    pub timesteps: u64,
    /// Trials that were trained to their end.
    pub finished: usize,
    /// Trials that were given up because they lagged behind.
    pub pruned: usize,
    /// Trials that failed, such as by divergence.
    pub failed: usize,
    /// Number of the best trial; 0 has the defaults.
    pub best_trial: usize,
    /// Its cost over the base policy's on the held-out days: pods and priced bad minutes, in pods of the mean load.
    pub best_score: f64,
    /// The same of the defaults, if that trial was finished.
    pub default_score: Option<f64>,
    /// The settings found, by name as in `settings.json` under `learner`.
    pub learner: Map<String, Value>,
    /// The file with them.
    pub best_file: PathBuf,
}

/// Searches.
pub fn tune_agent(request: &AgentTuneRequest, observer: &mut dyn Observer) -> Result<AgentTuning, LabError> {
    refuse_impossible(request.agent, request.experience)?;
    let settings = AgentTuneSettings::of(request)?;
    let bench = settings.open_bench(observer)?;
    let run = RunDirectory::create(&request.out)?;
    run.write_json(crate::run_directory::file::SETTINGS, &settings)?;
    search(&settings, &bench, &run, observer)
}

/// Goes on with the search in `directory`, to the same best as without the interruption.
pub fn resume_agent_tuning(directory: &Path, observer: &mut dyn Observer) -> Result<AgentTuning, LabError> {
    let run = RunDirectory::open(directory)?;
    let settings = AgentTuneSettings::read(&run)?;
    let bench = settings.open_bench(observer)?;
    search(&settings, &bench, &run, observer)
}

/// Whether a directory holds such a search, and not one of a rival's settings.
pub fn is_agent_tuning(directory: &Path) -> bool {
    RunDirectory::open(directory).and_then(|run| AgentTuneSettings::read(&run)).is_ok()
}

fn search(
    settings: &AgentTuneSettings,
    bench: &Workbench,
    run: &RunDirectory,
    observer: &mut dyn Observer,
) -> Result<AgentTuning, LabError> {
    let request = &settings.request;
    let inner = bench.within_train_part()?;
    let defaults = settings.training(Path::new("trial"));
    let learner = serde_json::to_value(&defaults.learner).map_err(LabError::bad_input)?;
    let space = SearchSpace::of(&learner);
    let mut store = Store::open(run, &settings.identity(bench))?;
    let seed = Seed(request.seed).named("tune agent");
    observer.note(&format!(
        "{}: {} settings searched in {} trials of {} steps; the last quarter of the train part is held out to judge them",
        request.agent,
        space.parameters.len(),
        request.trials,
        request.timesteps
    ));
    let total = request.trials as usize;
    let mut finished: Vec<TrialRecord> = Vec::new();
    while finished.len() < total {
        let batch: Vec<usize> = (finished.len()..total.min(finished.len() + BATCH)).collect();
        let plan = TrialPlan { settings, space: &space, bench: &inner, run, earlier: &finished, seed };
        run_batch(&batch, &plan, &mut store, total, observer)?;
        finished.extend(batch.iter().filter_map(|index| store.trial(*index).cloned()));
    }
    outcome(settings, &space, &finished, run)
}

/// Runs what the store does not have of a batch.
fn run_batch(
    batch: &[usize],
    plan: &TrialPlan<'_>,
    store: &mut Store,
    total: usize,
    observer: &mut dyn Observer,
) -> Result<(), LabError> {
    let missing: Vec<usize> = batch.iter().copied().filter(|index| store.trial(*index).is_none()).collect();
    let tracking = observer.tracking();
    let watcher = Mutex::new(observer);
    let mut failure = None;
    let mut done = (batch[0] + batch.len() - missing.len()) as u64;
    on_every_core(
        missing.len(),
        || (),
        |(), task| plan.run(missing[task], &tracking, &watcher),
        |_, end| {
            let stored = match end {
                TrialEnd::Done(record) => store.append(record),
                TrialEnd::Stopped => Err(LabError::Interrupted {
                    run_directory: Some(plan.run.path().to_owned()),
                    done,
                    total: total as u64,
                    unit: "trials",
                }),
                TrialEnd::Wrong(error) => Err(error),
            };
            if let Err(error) = stored {
                failure.get_or_insert(error);
                return ControlFlow::Break(());
            }
            done += 1;
            let progress = Progress { stage: Stage::Tuning, done, total: total as u64, episode_return: None };
            trial::locked(&watcher).progress(&progress);
            ControlFlow::Continue(())
        },
    );
    failure.map_or(Ok(()), Err)
}

fn outcome(
    settings: &AgentTuneSettings,
    space: &SearchSpace,
    trials: &[TrialRecord],
    run: &RunDirectory,
) -> Result<AgentTuning, LabError> {
    let scored = trials.iter().filter_map(|trial| Some((trial.score?, trial)));
    let best = scored.reduce(|best, next| if next.0 < best.0 { next } else { best });
    let Some((best_score, best)) = best else {
        let why = trials.first().map_or("none was run", |trial| trial.outcome.as_str());
        return Err(LabError::Failed(format!("no trial came to its end; the first: {why}")));
    };
    let count = |outcome: &str| trials.iter().filter(|trial| trial.outcome == outcome).count();
    let (finished, pruned) = (count(trial::FINISHED), count(trial::PRUNED));
    let mut learner = space.at(&best.positions);
    learner.insert("agent".to_owned(), settings.learner_kind());
    let found = AgentTuning {
        agent: settings.request.agent.name().to_owned(),
        timesteps: settings.request.timesteps,
        finished,
        pruned,
        failed: trials.len() - finished - pruned,
        best_trial: best.trial,
        best_score,
        default_score: trials[0].score,
        learner,
        best_file: run.file(BEST_FILE),
    };
    let file = Hyperparameters {
        schema: HYPERPARAMETERS_SCHEMA.to_owned(),
        learner: found.learner.clone(),
        found_by: Some(json!({
            "search": settings.request, "trials": trials.len(), "best_trial": found.best_trial,
            "best_score": found.best_score, "default_score": found.default_score,
        })),
    };
    run.write_json(BEST_FILE, &file)?;
    Ok(found)
}
