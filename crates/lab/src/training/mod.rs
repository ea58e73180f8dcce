//! Training an agent: demand quantiles first, then the learner on the simulator, with checkpoints.

mod base_policy;
mod checkpoint;
mod demand_fit;
mod environment;
mod episode_log;
mod hyperparameters;
mod interval;
mod learner;
mod price;
mod rehearsal;
mod settings;

use std::ops::ControlFlow;
use std::sync::Arc;

use podpilot_controller::{RewardWeights, TrainedPolicy};
use podpilot_core::Span;
use podpilot_learning::{TrainError, TrainOutcome};
use podpilot_random::Seed;
use podpilot_traffic::LoadSeries;

pub(crate) use self::base_policy::{BasePolicy, controller, fit_base_policy};
use self::environment::{Course, ScalingEnvironment};
pub(crate) use self::episode_log::EpisodeAverages;
use self::episode_log::EpisodeLog;
pub(crate) use self::hyperparameters::{
    HYPERPARAMETERS_SCHEMA, Hyperparameters, with as with_hyperparameters,
};
use self::learner::Learner;
use self::price::MarginalPrice;
pub(crate) use self::settings::{SETTINGS_SCHEMA, TrainingSettings};
use crate::LabError;
use crate::request::{Observer, Progress, Stage};
use crate::result::TrainingRecord;
use crate::run_directory::{RunDirectory, file};
use crate::run_record::{self, RunRecord};
use crate::workbench::{DECISION_PERIOD, Workbench};

/// Steps between checkpoints.
const CHECKPOINT_EVERY: u64 = 20_000;

/// What training made.
#[derive(Debug)]
pub(crate) struct Trained {
    /// The agent.
    pub(crate) agent: TrainedPolicy,
    /// The agent before its first step.
    pub(crate) clone: TrainedPolicy,
    /// What the agent was paid for, with the price of a bad minute that was found.
    pub(crate) reward: RewardWeights,
    /// Headroom that each one's trim reaches at the end of the train part, where evaluation starts.
    pub(crate) trim_starts: TrimStarts,
}

/// Headroom at the start of an evaluation.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct TrimStarts {
    /// Of the agent.
    pub(crate) agent: f64,
    /// Of the base policy, and so of the agent's clone, which decides like it.
    pub(crate) base: f64,
}

/// Trains as `settings` say, going on from the run's checkpoint if there is one. Ctrl-C saves and stops.
pub(crate) fn train(
    settings: &TrainingSettings,
    bench: &Workbench,
    run: &RunDirectory,
    record: &mut RunRecord,
    observer: &mut dyn Observer,
) -> Result<Trained, LabError> {
    let seed = Seed(settings.request.seed).named("training");
    observer.progress(&Progress { stage: Stage::Preparing, done: 0, total: 1, episode_return: None });
    let BasePolicy { policy: base, trim_start, frozen } = fit_base_policy(bench, Some(settings), seed)?;
    let prototype = controller("training", &base, trim_start, bench)?;
    let price = price::marginal_price(bench, &base_policy::controller_without_trim(&base, bench)?, seed);
    observer.note(&format!(
        "a bad minute is priced at {:.1} minutes of the mean load's pods: what avoiding one more costs the base policy",
        price.latency
    ));
    observer.progress(&Progress { stage: Stage::Preparing, done: 1, total: 1, episode_return: None });
    let course = Arc::new(course(settings, price, bench));
    let environments = (0..settings.environments)
        .map(|_| ScalingEnvironment::new(Arc::clone(&course), prototype.clone()))
        .collect();
    let base_action = settings.actions.base_action(1, 1);
    let mut learner =
        Learner::new(&settings.learner, environments, base_action, seed).map_err(|e| failed(&e))?;
    let clone = TrainedPolicy { policy: learner.policy(settings.actions, &frozen)?, ..base.clone() };
    let kept = checkpoint::restore(run, &mut learner)?;
    if kept.is_some() {
        observer.note(&format!("resuming at step {} of {}", learner.timesteps(), settings.request.timesteps));
    }
    record.open(kept.unwrap_or(0), learner.timesteps());
    learn(settings, &course, &mut learner, record, run, observer)?;
    let agent = TrainedPolicy { policy: learner.policy(settings.actions, &frozen)?, ..base };
    let settled = rehearsal::settle_policy(bench, controller("agent", &agent, trim_start, bench)?, seed);
    Ok(Trained {
        agent,
        clone,
        reward: course.weights,
        trim_starts: TrimStarts { agent: settled, base: trim_start },
    })
}

fn learn(
    settings: &TrainingSettings,
    course: &Course,
    learner: &mut Learner,
    record: &mut RunRecord,
    run: &RunDirectory,
    observer: &mut dyn Observer,
) -> Result<(), LabError> {
    let total = settings.request.timesteps;
    while learner.timesteps() < total && !record.stops_early() {
        let steps = CHECKPOINT_EVERY.min(total - learner.timesteps());
        let outcome = learner.train(steps, &mut |progress| {
            let episodes = course.log.drain();
            record.append(progress, episodes.as_ref());
            record.tell(observer);
            observer.progress(&Progress {
                stage: Stage::Training,
                done: progress.timesteps,
                total,
                episode_return: episodes.map(|averages| averages.episode_return),
            });
            if record.stops_early() || observer.should_stop() {
                ControlFlow::Break(())
            } else {
                ControlFlow::Continue(())
            }
        });
        let outcome = outcome.map_err(|error| failed(&error))?;
        checkpoint::save(run, learner, record.settled_lines())?;
        if record.stops_early() {
            observer.note(&format!("stopped early at step {}: no gain any more", learner.timesteps()));
        } else if outcome == TrainOutcome::Stopped && learner.timesteps() < total {
            let run_directory = Some(run.path().to_owned());
            return Err(LabError::Interrupted {
                run_directory,
                done: learner.timesteps(),
                total,
                unit: "steps",
            });
        }
    }
    Ok(())
}

fn course(settings: &TrainingSettings, price: MarginalPrice, bench: &Workbench) -> Course {
    let length = DECISION_PERIOD * i64::from(settings.episode_steps);
    Course {
        prepared: Arc::clone(&bench.prepared),
        load: Arc::clone(&bench.train),
        starts: episode_starts(&bench.train, length),
        episode_steps: settings.episode_steps,
        reference_pods: bench.reference_pods(),
        weights: RewardWeights { latency: price.latency, ..settings.reward },
        price,
        log: EpisodeLog::default(),
    }
}

/// Every half episode, as far as no episode crosses a seam. A part shorter than an episode starts at its beginning
/// and holds its last rate.
fn episode_starts(load: &LoadSeries, length: Span) -> Vec<Span> {
    let half = Span(length.0 / 2);
    let starts = |shift: Span| load.windows(length).into_iter().map(move |window| window.start + shift);
    let mut all: Vec<Span> = starts(Span::ZERO).chain(starts(half)).collect();
    let crosses = |start: Span| {
        start + length > load.duration()
            || load.discontinuities().any(|seam| seam > start && seam < start + length)
    };
    all.retain(|start| !crosses(*start));
    all.sort_unstable();
    if all.is_empty() {
        all.push(Span::ZERO);
    }
    all
}

/// How the agent was trained, for the result.
pub(crate) fn record(settings: &TrainingSettings, run: &RunDirectory) -> TrainingRecord {
    TrainingRecord {
        agent: settings.request.agent.name().to_owned(),
        timesteps: settings.request.timesteps,
        seed: settings.request.seed,
        curve: run_record::read_curve(run),
    }
}

/// Removes what only an unfinished training needs.
pub(crate) fn forget_checkpoint(run: &RunDirectory) {
    run.remove(file::CHECKPOINT);
}

fn failed(error: &TrainError) -> LabError {
    LabError::Failed(error.to_string())
}
