//! Training an agent: demand quantiles first, then the learner on the simulator, with checkpoints.

mod checkpoint;
mod demand_fit;
mod environment;
mod episode_log;
mod interval;
mod learner;
mod metrics_log;
mod rehearsal;
mod settings;

use std::ops::ControlFlow;
use std::sync::Arc;

use podpilot_controller::{Controller, ControllerConfig, FrozenInputs, Policy, TrainedPolicy};
use podpilot_core::Span;
use podpilot_learning::{TrainError, TrainOutcome};
use podpilot_random::Seed;
use podpilot_traffic::LoadSeries;

use self::environment::{Course, ScalingEnvironment};
use self::episode_log::EpisodeLog;
use self::learner::Learner;
use self::metrics_log::MetricsLog;
pub(crate) use self::settings::{SETTINGS_SCHEMA, TrainingSettings};
use crate::LabError;
use crate::request::{Observer, Progress, Stage};
use crate::result::{TrainingPoint, TrainingRecord};
use crate::run_directory::{RunDirectory, file};
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
    /// Headroom that the trim had reached at the end of the train part, where evaluation starts.
    pub(crate) trim_start: f64,
}

/// The base policy: the demand quantiles fitted to the train part.
#[derive(Debug)]
pub(crate) struct BasePolicy {
    pub(crate) policy: TrainedPolicy,
    /// Where its trim stands at the end of the train part.
    pub(crate) trim_start: f64,
    frozen: FrozenInputs,
}

/// Fits the base policy and rehearses it.
pub(crate) fn fit_base_policy(
    bench: &Workbench,
    settings: Option<&TrainingSettings>,
    seed: Seed,
) -> Result<BasePolicy, LabError> {
    let config = controller_config("quantile", bench);
    let policy = TrainedPolicy {
        forecaster: demand_fit::fit_demand_quantiles(bench, seed)?,
        policy: Policy::Quantile,
        actions: settings.map_or(config.actions, |settings| settings.actions),
        level: config.level,
        hold: config.hold,
    };
    let controller =
        policy.clone().into_controller(config).map_err(|error| LabError::Failed(error.to_string()))?;
    let rehearsal = rehearsal::rehearse(bench, controller, seed);
    Ok(BasePolicy { policy, trim_start: rehearsal.trim, frozen: rehearsal.frozen })
}

/// The settings of every learned controller in the laboratory, besides its networks.
pub(crate) fn controller_config(name: &str, bench: &Workbench) -> ControllerConfig {
    let scenario = bench.scenario();
    let mut config =
        ControllerConfig::new(name, scenario.objective, bench.capacity.clone(), scenario.bounds());
    config.period = DECISION_PERIOD;
    // The laboratory starts controllers in steady state, not after a restart.
    config.guard.restart_hold = Span::ZERO;
    config
}

/// A controller of a policy, with the trim where the train part left it.
pub(crate) fn controller(
    name: &str,
    policy: &TrainedPolicy,
    trim_start: f64,
    bench: &Workbench,
) -> Result<Controller, LabError> {
    let mut controller = policy
        .clone()
        .into_controller(controller_config(name, bench))
        .map_err(|error| LabError::BadInput(error.to_string()))?;
    controller.set_trim(trim_start);
    Ok(controller)
}

/// Trains as `settings` say, going on from the run's checkpoint if there is one. Ctrl-C saves and stops.
pub(crate) fn train(
    settings: &TrainingSettings,
    bench: &Workbench,
    run: &RunDirectory,
    observer: &mut dyn Observer,
) -> Result<Trained, LabError> {
    let seed = Seed(settings.request.seed).named("training");
    observer.progress(&Progress { stage: Stage::Preparing, done: 0, total: 1, episode_return: None });
    let BasePolicy { policy: base, trim_start, frozen } = fit_base_policy(bench, Some(settings), seed)?;
    observer.progress(&Progress { stage: Stage::Preparing, done: 1, total: 1, episode_return: None });
    let prototype = controller("training", &base, trim_start, bench)?;
    let course = Arc::new(course(settings, bench));
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
    let mut log = MetricsLog::open(run, kept.unwrap_or(0))?;
    learn(settings, &course, &mut learner, &mut log, run, observer)?;
    let agent = TrainedPolicy { policy: learner.policy(settings.actions, &frozen)?, ..base };
    Ok(Trained { agent, clone, trim_start })
}

fn learn(
    settings: &TrainingSettings,
    course: &Course,
    learner: &mut Learner,
    log: &mut MetricsLog,
    run: &RunDirectory,
    observer: &mut dyn Observer,
) -> Result<(), LabError> {
    let total = settings.request.timesteps;
    while learner.timesteps() < total {
        let steps = CHECKPOINT_EVERY.min(total - learner.timesteps());
        let mut written = Ok(());
        let outcome = learner.train(steps, &mut |progress| {
            let episodes = course.log.drain();
            written = log.append(progress, episodes.as_ref());
            observer.progress(&Progress {
                stage: Stage::Training,
                done: progress.timesteps,
                total,
                episode_return: episodes.map(|averages| averages.episode_return),
            });
            if written.is_err() || observer.should_stop() {
                ControlFlow::Break(())
            } else {
                ControlFlow::Continue(())
            }
        });
        written?;
        let outcome = outcome.map_err(|error| failed(&error))?;
        checkpoint::save(run, learner, log.lines())?;
        if outcome == TrainOutcome::Stopped && learner.timesteps() < total {
            let run_directory = Some(run.path().to_owned());
            return Err(LabError::Interrupted { run_directory, done: learner.timesteps(), total });
        }
    }
    Ok(())
}

fn course(settings: &TrainingSettings, bench: &Workbench) -> Course {
    let length = DECISION_PERIOD * i64::from(settings.episode_steps);
    Course {
        prepared: Arc::clone(&bench.prepared),
        load: Arc::clone(&bench.train),
        starts: episode_starts(&bench.train, length),
        episode_steps: settings.episode_steps,
        reference_pods: bench.capacity.pods_for(bench.train.mean()).max(1.0),
        weights: settings.reward,
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
pub(crate) fn record(settings: &TrainingSettings, run: &RunDirectory) -> Result<TrainingRecord, LabError> {
    let curve: Vec<TrainingPoint> = metrics_log::read_curve(run)?;
    Ok(TrainingRecord {
        agent: settings.request.agent.name().to_owned(),
        timesteps: settings.request.timesteps,
        seed: settings.request.seed,
        curve,
    })
}

/// Removes what only an unfinished training needs.
pub(crate) fn forget_checkpoint(run: &RunDirectory) {
    run.remove(file::CHECKPOINT);
}

fn failed(error: &TrainError) -> LabError {
    LabError::Failed(error.to_string())
}
