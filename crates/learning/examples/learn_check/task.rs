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
    trained: Trained,
}

/// What came out of a training.
#[derive(Debug, Clone)]
struct Trained {
    training_seconds: f64,
    /// Returns of the learned policy.
    returns: Vec<f64>,
    /// Returns of the network as the last gradient step left it.
    last_returns: Vec<f64>,
}

impl Run {
    /// Mean return of the learned policy.
    pub(crate) fn mean_return(&self) -> f64 {
        mean(&self.trained.returns)
    }

    /// Mean return of the network as the last gradient step left it.
    pub(crate) fn last_mean_return(&self) -> f64 {
        mean(&self.trained.last_returns)
    }

    pub(crate) fn to_json(&self) -> serde_json::Value {
        serde_json::json!({
            "seed": self.seed,
            "training_seconds": self.trained.training_seconds,
            "mean_return": self.mean_return(),
            "last_network_mean_return": self.last_mean_return(),
            "returns": self.trained.returns,
            "last_network_returns": self.trained.last_returns,
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

    /// What must be reached whatever Stable-Baselines3 reached.
    pub(crate) fn own_bar(self) -> Option<f64> {
        matches!(self, Self::DqnCartPole | Self::PpoCartPole).then_some(495.0)
    }

    /// Trains with one seed and evaluates the final model.
    pub(crate) fn run(self, seed: u64) -> Result<Run, String> {
        let run = match self {
            Self::DqnCartPole => dqn(tuned::cart_pole_dqn(), CartPole::new(), seed),
            Self::PpoCartPole => ppo(tuned::cart_pole_ppo(), vec![CartPole::new(); 8], seed),
            Self::DqnMountainCar => dqn(tuned::mountain_car_dqn(), MountainCar::new(), seed),
            Self::DqnAcrobot => dqn(tuned::acrobot_dqn(), Acrobot::new(), seed),
        };
        let trained = run.map_err(|error| format!("{} seed {seed}: {error}", self.name()))?;
        let run = Run { task: self, seed, trained };
        report(&run);
        Ok(run)
    }
}

#[expect(clippy::print_stderr, reason = "progress of a command line program")]
fn report(run: &Run) {
    let (name, seed, seconds) = (run.task.name(), run.seed, run.trained.training_seconds);
    eprintln!("{name} seed {seed}: mean return {:.2} after {seconds:.1} s", run.mean_return());
}

fn dqn<E: Environment + Clone>(config: DqnConfig, environment: E, seed: u64) -> Result<Trained, TrainError> {
    // Whole rounds of acting and learning, as Stable-Baselines3 ends its training.
    let steps = config.total_timesteps.next_multiple_of(config.train_every);
    let mut trainer = Dqn::new(config, vec![environment.clone()], Seed(seed))?;
    let training_seconds = timed(|| trainer.train(steps, &mut |_| ControlFlow::Continue(())))?;
    let last_returns = judge(trainer.last_policy(), environment.clone(), seed);
    Ok(Trained { training_seconds, returns: judge(trainer.policy(), environment, seed), last_returns })
}

fn ppo<E: Environment + Clone>(
    config: PpoConfig,
    environments: Vec<E>,
    seed: u64,
) -> Result<Trained, TrainError> {
    let (steps, environment) = (config.total_timesteps, environments[0].clone());
    let mut trainer = Ppo::new(config, environments, Seed(seed))?;
    let training_seconds = timed(|| trainer.train(steps, &mut |_| ControlFlow::Continue(())))?;
    let returns = judge(trainer.policy(), environment, seed);
    Ok(Trained { training_seconds, last_returns: returns.clone(), returns })
}

fn judge<E: Environment>(mut policy: GreedyPolicy, mut environment: E, seed: u64) -> Vec<f64> {
    evaluate(&mut policy, &mut environment, EVALUATION_EPISODES, Seed(seed).named("evaluation"))
}

fn mean(values: &[f64]) -> f64 {
    values.iter().sum::<f64>() / values.len() as f64
}

#[expect(clippy::disallowed_methods, reason = "this program measures time")]
fn timed<T>(work: impl FnOnce() -> Result<T, TrainError>) -> Result<f64, TrainError> {
    let begin = std::time::Instant::now();
    work()?;
    Ok(begin.elapsed().as_secs_f64())
}
