//! Training an agent: demand quantiles first, then the learner on the simulator, with checkpoints.

mod admission;
mod arm;
mod base_policy;
mod branches;
mod checkpoint;
mod counterfactual;
mod course;
mod demand_fit;
mod environment;
mod episode_log;
mod exploration;
#[cfg(test)]
mod fixture;
mod hyperparameters;
mod interval;
mod learner;
mod price;
mod rehearsal;
mod settings;

use std::ops::ControlFlow;
use std::sync::Arc;

use podpilot_controller::{Policy, RewardWeights, TrainedPolicy};
use podpilot_core::Span;
use podpilot_learning::{TrainError, TrainOutcome};
use podpilot_random::Seed;

use self::base_policy::BasePolicy;
pub(crate) use self::base_policy::{
    controller, controller_at_limit, controller_without_trim, fit_base_policy,
};
use self::course::{Course, episode_starts};
pub(crate) use self::episode_log::EpisodeAverages;
use self::episode_log::EpisodeLog;
pub(crate) use self::hyperparameters::{
    HYPERPARAMETERS_SCHEMA, Hyperparameters, with as with_hyperparameters,
};
use self::learner::Learner;
use self::price::MarginalPrice;
use self::rehearsal::Ground;
pub(crate) use self::settings::{SETTINGS_SCHEMA, TrainingSettings, refuse_impossible};
use crate::LabError;
use crate::request::{Observer, Progress, Stage};
use crate::result::{Admission, TrainingRecord};
use crate::run_directory::{RunDirectory, file};
use crate::run_record::{self, RunRecord};
use crate::workbench::{DECISION_PERIOD, Workbench};

/// Steps between checkpoints.
const CHECKPOINT_EVERY: u64 = 20_000;

/// Share of the train part at its end that is held out for the admission.
const HELD_OUT: f64 = 0.2;

/// What training made.
#[derive(Debug)]
pub(crate) struct Trained {
    /// Who will decide: the agent, or the base policy if the agent was not admitted.
    pub(crate) admitted: TrainedPolicy,
    /// The agent as trained.
    pub(crate) agent: TrainedPolicy,
    /// The agent before its first step.
    pub(crate) clone: TrainedPolicy,
    /// What the agent was paid for, with the price of a bad minute that was found.
    pub(crate) reward: RewardWeights,
    /// How fast bad minutes fall as headroom rises: −d ln(bad)/d headroom.
    pub(crate) steepness: f64,
    /// Whether the agent beats the base policy where it did not learn.
    pub(crate) admission: Admission,
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

impl TrimStarts {
    /// Where the trims come to stand for another limit on bad minutes than they were found for: the headroom at which
    /// bad minutes are so many times fewer or more.
    pub(crate) fn at_limit(self, limit: f64, found_for: f64, steepness: f64) -> Self {
        let shift = libm::log(found_for / limit) / steepness;
        Self { agent: self.agent + shift, base: self.base + shift }
    }
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
    let BasePolicy { policy: base, trim_start, settled } = fit_base_policy(bench, Some(settings), seed)?;
    let prototype = controller("training", &base, trim_start, bench)?;
    let still = controller_without_trim("rehearsal", &base, 0.0, bench)?;
    let price = price::marginal_price(bench, &still, seed);
    observer.note(&format!(
        "a bad minute is priced at {:.1} minutes of the mean load's pods: what avoiding one more costs the base policy",
        price.latency
    ));
    observer.progress(&Progress { stage: Stage::Preparing, done: 1, total: 1, episode_return: None });
    let course = Arc::new(course_of(settings, price, bench));
    let mut learner = Learner::new(settings, &course, &prototype, &settled, seed).map_err(|e| failed(&e))?;
    let frozen = &settled.frozen;
    let clone = TrainedPolicy { policy: learner.policy(settings.actions, frozen)?, ..base.clone() };
    let kept = checkpoint::restore(run, &mut learner)?;
    if kept.is_some() {
        observer.note(&format!("resuming at step {} of {}", learner.timesteps(), settings.request.timesteps));
    }
    record.open(kept.unwrap_or(0), learner.timesteps());
    learn(settings, &course, &mut learner, record, run, observer)?;
    let agent = TrainedPolicy { policy: learner.policy(settings.actions, frozen)?, ..base.clone() };
    let admission =
        admission::judge(&course, &controller("admission", &base, trim_start, bench)?, &agent.policy, seed);
    observer.note(&admission.sentence(settings.request.agent.name()));
    let settled = rehearsal::settle_policy(
        Ground::of_bench(bench),
        controller("agent", &agent, trim_start, bench)?,
        seed,
    );
    let admitted =
        if admission.admitted { agent.clone() } else { TrainedPolicy { policy: Policy::Quantile, ..base } };
    Ok(Trained {
        admitted,
        agent,
        clone,
        reward: course.weights,
        steepness: price.steepness,
        admission,
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

fn course_of(settings: &TrainingSettings, price: MarginalPrice, bench: &Workbench) -> Course {
    let length = DECISION_PERIOD * i64::from(settings.episode_steps);
    let until = Span(((1.0 - HELD_OUT) * bench.train.duration().0 as f64) as i64);
    Course {
        prepared: Arc::clone(&bench.prepared),
        load: Arc::clone(&bench.train),
        until,
        starts: episode_starts(&bench.train, until, length),
        episode_steps: settings.episode_steps,
        reference_pods: bench.reference_pods(),
        weights: RewardWeights { latency: price.latency, ..settings.reward },
        price,
        log: EpisodeLog::default(),
    }
}

/// How the agent was trained, for the result.
pub(crate) fn record(
    settings: &TrainingSettings,
    admission: &Admission,
    run: &RunDirectory,
) -> TrainingRecord {
    TrainingRecord {
        agent: settings.request.agent.name().to_owned(),
        timesteps: settings.request.timesteps,
        seed: settings.request.seed,
        curve: run_record::read_curve(run),
        admission: Some(*admission),
    }
}

/// Removes what only an unfinished training needs.
pub(crate) fn forget_checkpoint(run: &RunDirectory) {
    run.remove(file::CHECKPOINT);
}

fn failed(error: &TrainError) -> LabError {
    LabError::Failed(error.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stricter_limit_starts_at_the_headroom_that_keeps_it() {
        let starts = TrimStarts { agent: 0.1, base: 0.2 };
        assert_eq!(starts.at_limit(0.005, 0.005, 10.0), starts);
        // Bad minutes fall by e for 0.1 of headroom.
        let strict = starts.at_limit(0.005 / libm::exp(1.0), 0.005, 10.0);
        assert!((strict.agent - 0.2).abs() < 1e-12 && (strict.base - 0.3).abs() < 1e-12);
    }
}
