//! What a caller asks of the laboratory, and how it watches and stops the work. Plain data, no command line.

use std::path::{Path, PathBuf};
use std::{fmt, str::FromStr};

use podpilot_core::Span;
pub use podpilot_traffic::Split;
use serde::{Deserialize, Serialize};

use crate::LabError;

/// Which service, which load, which part of it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LoadChoice {
    /// A scenario file, or the name of one that comes with podpilot.
    pub scenario: String,
    /// A trace that replaces the scenario's load.
    pub trace: Option<PathBuf>,
    /// How much of the load trains; `None` takes the scenario's or the manifest's.
    pub split: Option<Split>,
    /// Scales a trace so that the P95 rate of its train part needs this many pods (`--peak-replicas`). `None`: what the
    /// scenario says, else 20 for training and evaluation and the recorded rates for `simulate`.
    pub peak_replicas: Option<f64>,
}

impl LoadChoice {
    /// The same with paths that hold in any folder.
    pub(crate) fn absolute(&self) -> Result<Self, LabError> {
        let absolute = |path: &Path| {
            std::path::absolute(path).map_err(|source| LabError::Unreadable { path: path.to_owned(), source })
        };
        let trace = self.trace.as_deref().map(absolute).transpose()?;
        let scenario = if Path::new(&self.scenario).exists() {
            absolute(Path::new(&self.scenario))?.display().to_string()
        } else {
            self.scenario.clone()
        };
        Ok(Self { scenario, trace, ..self.clone() })
    }
}

/// Which learner.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AgentKind {
    /// Proximal policy optimisation.
    Ppo,
    /// Deep Q-learning.
    Dqn,
    /// Both on the same experience: PPO proposes, DQN picks.
    Hybrid,
}

impl AgentKind {
    /// All learners.
    pub const ALL: [Self; 3] = [Self::Ppo, Self::Dqn, Self::Hybrid];

    /// Its name on the command line and in files.
    pub fn name(self) -> &'static str {
        match self {
            Self::Ppo => "ppo",
            Self::Dqn => "dqn",
            Self::Hybrid => "hybrid",
        }
    }
}

impl fmt::Display for AgentKind {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.name())
    }
}

/// What an agent learns from.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Experience {
    /// The outcomes of all actions, from branches of the simulation on the same arrivals.
    #[default]
    Counterfactual,
    /// The outcome of the action that was taken, beside the base policy's on the same arrivals.
    SinglePath,
}

/// A name that belongs to no learner.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("unknown agent `{0}`; there are `ppo`, `dqn` and `hybrid`")]
pub struct UnknownAgent(pub String);

impl FromStr for AgentKind {
    type Err = UnknownAgent;

    fn from_str(text: &str) -> Result<Self, UnknownAgent> {
        Self::ALL.into_iter().find(|kind| kind.name() == text).ok_or_else(|| UnknownAgent(text.to_owned()))
    }
}

/// An autoscaler to run: a known name such as `hpa-70`, or a name of the user's own with a manifest.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AutoscalerChoice {
    /// Name in tables.
    pub name: String,
    /// Its `autoscaling/v2` manifest.
    pub manifest: Option<PathBuf>,
}

/// Train an agent, then evaluate it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TrainRequest {
    /// Service and load.
    pub load: LoadChoice,
    /// Which learner.
    pub agent: AgentKind,
    /// What it learns from.
    pub experience: Experience,
    /// A YAML file with settings of a learner on the outcomes of all actions; `None` takes the defaults.
    pub learner: Option<PathBuf>,
    /// Decisions of the learning agent; branches come on top.
    pub timesteps: u64,
    /// Evaluation episodes of one simulated day on the test part.
    pub episodes: u32,
    /// Root seed of everything random.
    pub seed: u64,
    /// Run directory, made if absent.
    pub out: PathBuf,
}

/// Go on with a training that was interrupted; everything else is read from its run directory.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ResumeRequest {
    /// The run directory.
    pub run_directory: PathBuf,
}

/// Evaluate policies and autoscalers on the test part.
#[derive(Debug, Clone, PartialEq)]
pub struct EvaluateRequest {
    /// Service and load.
    pub load: LoadChoice,
    /// Trained policies.
    pub policies: Vec<PathBuf>,
    /// Autoscalers besides `quantile` and the HPA front, which are always there.
    pub autoscalers: Vec<AutoscalerChoice>,
    /// Other limits on the share of bad minutes, 0-1, that policies and `quantile` are also set to.
    pub bad_minutes: Vec<f64>,
    /// Episodes of one simulated day.
    pub episodes: u32,
    /// Root seed.
    pub seed: u64,
    /// Where to write `result.json` and `report.html`; `None` writes nothing.
    pub out: Option<PathBuf>,
}

/// Run autoscalers once over the whole load, train part and test part.
#[derive(Debug, Clone, PartialEq)]
pub struct SimulateRequest {
    /// Service and load.
    pub load: LoadChoice,
    /// Trained policies.
    pub policies: Vec<PathBuf>,
    /// The autoscalers; when there are neither these nor policies, the scenario's baseline HPA.
    pub autoscalers: Vec<AutoscalerChoice>,
    /// Stop after this much of the load; `None` runs all of it.
    pub duration: Option<Span>,
    /// Root seed.
    pub seed: u64,
    /// Where to write `result.json` and `report.html`; `None` writes nothing.
    pub out: Option<PathBuf>,
}

/// What is being done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stage {
    /// Tables are built and the demand quantiles fitted.
    Preparing,
    /// The agent learns; counted in environment steps.
    Training,
    /// Autoscalers are compared; counted in episodes of all autoscalers together.
    Evaluating,
    /// A rival's configurations are tried; counted in configurations of the current rung.
    Tuning,
    /// Autoscalers run over the load; counted in simulated minutes of all autoscalers together.
    Simulating,
}

/// How far the work is.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Progress {
    /// What is being done.
    pub stage: Stage,
    /// Units done, those of an earlier, resumed part included.
    pub done: u64,
    /// Units in all.
    pub total: u64,
    /// Mean return of the latest episodes, while training and after the first.
    pub episode_return: Option<f64>,
}

/// Watches the work and may stop it. Implementations bring the clock, which the laboratory has none of.
pub trait Observer: Send {
    /// Called often, from one thread; should return at once.
    fn progress(&mut self, progress: &Progress);

    /// A line for the person who watches, such as the scale factor in effect or a skipped gap.
    fn note(&mut self, line: &str);

    /// Whether to stop at the next safe point: training then saves its state and returns
    /// [`LabError::Interrupted`].
    fn should_stop(&self) -> bool;
}

/// Watches nothing and never stops.
#[derive(Debug, Clone, Copy, Default)]
pub struct Unobserved;

impl Observer for Unobserved {
    fn progress(&mut self, _progress: &Progress) {}

    fn note(&mut self, _line: &str) {}

    fn should_stop(&self) -> bool {
        false
    }
}
