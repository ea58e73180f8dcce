use podpilot_learning::classic::{Acrobot, CartPole, MountainCar, tuned};
use podpilot_learning::{Dqn, DqnConfig, Environment, GreedyPolicy, Ppo, PpoConfig, TrainError, evaluate};
use podpilot_random::Seed;
use std::ops::ControlFlow;

/// Episodes that a trained model is judged by.
const EVALUATION_EPISODES: usize = 100;

/// A learner on an environment.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Task {
    DqnCartPole,
    PpoCartPole,
    DqnMountainCar,
    DqnAcrobot,
}

/// A trained and evaluated model.
#[derive(Debug, Clone)]
pub(crate) struct Run {
    pub(crate) task: Task,
    pub(crate) seed: u64,
    pub(crate) mean_return: f64,
    returns: Vec<f64>,
    training_seconds: f64,
}

impl Run {
    pub(crate) fn to_json(&self) -> serde_json::Value {
        serde_json::json!({
            "seed": self.seed, "training_seconds": self.training_seconds,
            "mean_return": self.mean_return, "returns": self.returns,
        })
    }
}

impl Task {
    pub(crate) const ALL: [Self; 4] =
        [Self::DqnCartPole, Self::PpoCartPole, Self::DqnMountainCar, Self::DqnAcrobot];

    /// Name of the setting, as in `bench/sb3/settings.py`.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::DqnCartPole => "dqn-CartPole-v1",
            Self::PpoCartPole => "ppo-CartPole-v1",
            Self::DqnMountainCar => "dqn-MountainCar-v0",
            Self::DqnAcrobot => "dqn-Acrobot-v1",
        }
    }

    pub(crate) fn is_cart_pole(self) -> bool {
        matches!(self, Self::DqnCartPole | Self::PpoCartPole)
    }

    /// Trains with one seed and evaluates the final model.
    pub(crate) fn run(self, seed: u64) -> Result<Run, String> {
        let run = match self {
            Self::DqnCartPole => dqn(tuned::cart_pole_dqn(), CartPole::new(), seed),
            Self::PpoCartPole => ppo(tuned::cart_pole_ppo(), vec![CartPole::new(); 8], seed),
            Self::DqnMountainCar => dqn(tuned::mountain_car_dqn(), MountainCar::new(), seed),
            Self::DqnAcrobot => dqn(tuned::acrobot_dqn(), Acrobot::new(), seed),
        };
        let (training_seconds, returns) =
            run.map_err(|error| format!("{} seed {seed}: {error}", self.name()))?;
        let mean_return = returns.iter().sum::<f64>() / returns.len() as f64;
        report(self, seed, mean_return, training_seconds);
        Ok(Run { task: self, seed, mean_return, returns, training_seconds })
    }
}

#[expect(clippy::print_stderr, reason = "progress of a command line program")]
fn report(task: Task, seed: u64, mean_return: f64, seconds: f64) {
    eprintln!("{} seed {seed}: mean return {mean_return:.2} after {seconds:.1} s", task.name());
}

fn dqn<E: Environment + Clone>(
    config: DqnConfig,
    environment: E,
    seed: u64,
) -> Result<(f64, Vec<f64>), TrainError> {
    let steps = config.total_timesteps;
    let mut trainer = Dqn::new(config, vec![environment.clone()], Seed(seed))?;
    let seconds = timed(|| trainer.train(steps, &mut |_| ControlFlow::Continue(())))?;
    Ok((seconds, judge(trainer.policy(), environment, seed)))
}

fn ppo<E: Environment + Clone>(
    config: PpoConfig,
    environments: Vec<E>,
    seed: u64,
) -> Result<(f64, Vec<f64>), TrainError> {
    let (steps, environment) = (config.total_timesteps, environments[0].clone());
    let mut trainer = Ppo::new(config, environments, Seed(seed))?;
    let seconds = timed(|| trainer.train(steps, &mut |_| ControlFlow::Continue(())))?;
    Ok((seconds, judge(trainer.policy(), environment, seed)))
}

fn judge<E: Environment>(mut policy: GreedyPolicy, mut environment: E, seed: u64) -> Vec<f64> {
    evaluate(&mut policy, &mut environment, EVALUATION_EPISODES, Seed(seed).named("evaluation"))
}

#[expect(clippy::disallowed_methods, reason = "this program measures time")]
fn timed<T>(work: impl FnOnce() -> Result<T, TrainError>) -> Result<f64, TrainError> {
    let begin = std::time::Instant::now();
    work()?;
    Ok(begin.elapsed().as_secs_f64())
}
