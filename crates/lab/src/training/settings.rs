//! What a training run does, as kept in its directory so that it can be resumed.

use podpilot_controller::{ActionScheme, RewardWeights};
use podpilot_learning::counterfactual::{CounterfactualConfig, mean_of_lowest};
use podpilot_learning::{Activation, DqnConfig, Mlp, PpoConfig, Schedule};
use serde::{Deserialize, Serialize};

use super::hyperparameters;
use crate::LabError;
use crate::request::{AgentKind, Experience, TrainRequest};

/// Settings of the learner.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "agent", rename_all = "snake_case")]
pub(crate) enum LearnerSettings {
    /// Proximal policy optimisation.
    Ppo(PpoConfig),
    /// Deep Q-learning.
    Dqn(DqnConfig),
    /// Any agent on the outcomes of all actions.
    Counterfactual(CounterfactualSettings),
}

/// Settings of learning from the outcomes of all actions.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct CounterfactualSettings {
    /// Updates of the networks over the training.
    pub(crate) rounds: u32,
    /// Decisions before a window, so that the agent meets it with a past.
    pub(crate) warm_up_steps: u32,
    /// Every how many decisions all actions are tried out.
    pub(crate) label_every: u32,
    /// How they are tried out.
    pub(crate) branch: BranchSettings,
    /// Share of the decisions at which the learning agent does something random.
    pub(crate) exploration: f64,
    /// Hidden layers of both networks.
    pub(crate) hidden: Vec<usize>,
    /// How much likelier than another action PPO's base action is at the start (logit); 0 starts from nothing.
    pub(crate) base_logit: f32,
    /// Price of starting as many pods as the load needs on average, minutes of the mean load's pods.
    pub(crate) churn_price: f64,
    /// Update of the policy on the newest round.
    pub(crate) policy_fit: FitSettings,
    /// Update of the values on all rounds.
    pub(crate) value_fit: FitSettings,
    /// What the values of an action are.
    pub(crate) value_head: ValueHead,
    /// Gain that an action must promise over the base action before DQN takes it, minutes of the mean load's pods.
    pub(crate) dqn_margin: f32,
    /// Gain that PPO's second action must promise over its first before the hybrid takes it.
    pub(crate) hybrid_margin: f32,
}

/// What DQN learns of the return of an action.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(tag = "head", rename_all = "snake_case", deny_unknown_fields)]
pub(crate) enum ValueHead {
    /// Its mean, by least squares.
    Mean,
    /// Its quantiles, by the pinball loss; the mean of the lowest `share` of them is acted on (1: the mean, less: `CVaR`).
    Quantiles {
        /// Quantiles an action.
        count: usize,
        /// Share of them that counts, 0-1.
        share: f64,
    },
}

impl ValueHead {
    /// Outputs of the network for each action.
    pub(super) fn outputs(self) -> usize {
        match self {
            Self::Mean => 1,
            Self::Quantiles { count, .. } => count,
        }
    }

    fn is_possible(self) -> bool {
        match self {
            Self::Mean => true,
            Self::Quantiles { count, share } => count > 0 && share > 0.0 && share <= 1.0,
        }
    }

    /// The network of one value an action.
    pub(super) fn acting(self, values: &Mlp) -> Mlp {
        match self {
            Self::Mean => values.clone(),
            Self::Quantiles { count, share } => mean_of_lowest(values, count, share),
        }
    }
}

/// How an action is tried out.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct BranchSettings {
    /// Decision from which on the base policy acts; the action itself takes the first two.
    pub(crate) agent_steps: u32,
    /// Decisions in a branch.
    pub(crate) steps: u32,
    /// Discount a decision.
    pub(crate) gamma: f64,
}

/// An update of one network.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct FitSettings {
    /// Passes over the states.
    pub(crate) epochs: usize,
    /// States in a gradient step.
    pub(crate) batch_size: usize,
    /// Step size of the first round; falls to a tenth in the last.
    pub(crate) learning_rate: f64,
    /// Decoupled weight decay.
    pub(crate) weight_decay: f64,
    /// Entropy bonus of the first round; falls to a twentieth in the last.
    pub(crate) entropy: f64,
}

impl CounterfactualSettings {
    fn check(&self) -> Result<(), &'static str> {
        let fits = [self.policy_fit, self.value_fit];
        let share = |number: f64| (0.0..=1.0).contains(&number);
        let checks = [
            (self.rounds > 0 && self.label_every > 0, "rounds and label_every must be at least 1"),
            (self.branch.steps >= 2, "branch.steps must be at least 2: an action takes two decisions"),
            (share(self.branch.gamma), "branch.gamma must be between 0 and 1"),
            (share(self.exploration), "exploration must be between 0 and 1"),
            (self.hidden.iter().all(|units| *units > 0), "hidden must be layers of at least 1 unit"),
            (self.base_logit.is_finite(), "base_logit must be a number"),
            (self.churn_price >= 0.0, "churn_price must be 0 or more"),
            (self.dqn_margin >= 0.0 && self.hybrid_margin >= 0.0, "margins must be 0 or more"),
            (
                fits.iter().all(|fit| fit.epochs > 0 && fit.batch_size > 0),
                "epochs and batch_size must be at least 1",
            ),
            (fits.iter().all(|fit| fit.learning_rate > 0.0), "learning_rate must be above 0"),
            (
                self.value_head.is_possible(),
                "value_head must have at least 1 quantile and a share above 0 and up to 1",
            ),
        ];
        checks.into_iter().find(|(right, _)| !right).map_or(Ok(()), |(_, problem)| Err(problem))
    }
}

impl FitSettings {
    /// The update at a share of the training, 0-1.
    pub(super) fn at(&self, progress: f64) -> CounterfactualConfig {
        CounterfactualConfig {
            epochs: self.epochs,
            batch_size: self.batch_size,
            learning_rate: self.learning_rate * libm::exp(libm::log(0.1) * progress),
            weight_decay: self.weight_decay,
            clip_range: 0.3,
            free_change: 0.02,
            entropy_coefficient: (self.entropy * libm::exp(libm::log(0.05) * progress)) as f32,
            max_gradient_norm: Some(1.0),
        }
    }
}

/// Everything that decides a run's outcome besides the scenario.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct TrainingSettings {
    /// Format of this file.
    pub(crate) schema: String,
    /// What was asked for.
    pub(crate) request: TrainRequest,
    /// What the agent may do.
    pub(crate) actions: ActionScheme,
    /// What it is paid for.
    pub(crate) reward: RewardWeights,
    /// Environments that run side by side.
    pub(crate) environments: usize,
    /// Decisions in an episode.
    pub(crate) episode_steps: u32,
    /// The learner.
    pub(crate) learner: LearnerSettings,
}

/// The format written and read by this version.
pub(crate) const SETTINGS_SCHEMA: &str = "podpilot/training/v2";

/// Two hours: long enough for holds and the trim to matter, short enough for many different starts.
const EPISODE_STEPS: u32 = 480;

/// An hour, behind a warm-up of its own.
const WINDOW_STEPS: u32 = 240;

const ENVIRONMENTS: usize = 8;

impl TrainingSettings {
    /// The settings for a request.
    pub(crate) fn for_request(request: &TrainRequest) -> Result<Self, LabError> {
        refuse_impossible(request.agent, request.experience)?;
        let mut settings = Self::defaults(request);
        let Some(path) = &request.hyperparameters else { return Ok(settings) };
        settings.learner = hyperparameters::read(path, &settings.learner)?;
        if let LearnerSettings::Counterfactual(own) = &settings.learner {
            own.check().map_err(|problem| LabError::BadInput(format!("{}: {problem}", path.display())))?;
            settings.reward.churn = own.churn_price;
        }
        Ok(settings)
    }

    /// The settings for a request before its file of hyper-parameters.
    pub(crate) fn defaults(request: &TrainRequest) -> Self {
        let total_timesteps = request.timesteps;
        let own = CounterfactualSettings::default();
        let reward = RewardWeights { churn: own.churn_price, ..RewardWeights::default() };
        let (learner, episode_steps) = match (request.experience, request.agent) {
            (Experience::SinglePath, AgentKind::Ppo) => {
                (LearnerSettings::Ppo(ppo(total_timesteps)), EPISODE_STEPS)
            }
            (Experience::SinglePath, AgentKind::Dqn) => {
                (LearnerSettings::Dqn(dqn(total_timesteps)), EPISODE_STEPS)
            }
            _ => (LearnerSettings::Counterfactual(own), WINDOW_STEPS),
        };
        Self {
            schema: SETTINGS_SCHEMA.to_owned(),
            request: request.clone(),
            actions: ActionScheme::Residual,
            reward,
            environments: ENVIRONMENTS,
            episode_steps,
            learner,
        }
    }
}

/// Hybrid is made of what the outcomes of all actions teach.
pub(crate) fn refuse_impossible(agent: AgentKind, experience: Experience) -> Result<(), LabError> {
    if (agent, experience) == (AgentKind::Hybrid, Experience::SinglePath) {
        let text = "--experience single-path: hybrid learns from the outcomes of all actions; choose ppo or dqn, or \
                    --experience counterfactual";
        return Err(LabError::BadInput(text.to_owned()));
    }
    Ok(())
}

impl Default for CounterfactualSettings {
    /// Eight minutes of branch: what a decision did has then blown over.
    fn default() -> Self {
        Self {
            rounds: 8,
            warm_up_steps: 960,
            label_every: 4,
            branch: BranchSettings { agent_steps: 12, steps: 32, gamma: 0.98 },
            exploration: 0.1,
            hidden: vec![64, 64],
            base_logit: 1.5,
            churn_price: RewardWeights::default().churn,
            policy_fit: FitSettings {
                epochs: 4,
                batch_size: 64,
                learning_rate: 3e-3,
                weight_decay: 0.0,
                entropy: 0.01,
            },
            value_fit: FitSettings {
                epochs: 2,
                batch_size: 256,
                learning_rate: 1e-3,
                weight_decay: 1e-3,
                entropy: 0.0,
            },
            value_head: ValueHead::Mean,
            dqn_margin: 0.1,
            hybrid_margin: 0.1,
        }
    }
}

/// A decision's effect shows within minutes, so the horizon is some 50 decisions; entropy as high as the headroom
/// study found necessary.
fn ppo(total_timesteps: u64) -> PpoConfig {
    PpoConfig {
        total_timesteps,
        rollout_steps: 128,
        batch_size: 256,
        epochs: 6,
        gamma: 0.98,
        gae_lambda: 0.9,
        learning_rate: Schedule::linear_to_zero(1e-3),
        entropy_coefficient: 0.01,
        normalize_observations: true,
        normalize_rewards: true,
        ..PpoConfig::default()
    }
}

fn dqn(total_timesteps: u64) -> DqnConfig {
    DqnConfig {
        total_timesteps,
        hidden: vec![64, 64],
        activation: Activation::Relu,
        learning_rate: Schedule::linear_to_zero(5e-4),
        buffer_size: 100_000,
        learning_starts: 2_000,
        batch_size: 64,
        gamma: 0.98,
        train_every: 1,
        gradient_steps: Some(2),
        target_update_every: 1_000,
        exploration: Schedule::Linear { start: 0.3, end: 0.05, fraction: 0.5 },
        double: true,
        dueling: true,
        n_step: 8,
        policy_averaging: 0.999,
        ..DqnConfig::default()
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;
    use crate::request::LoadChoice;

    fn request(agent: AgentKind, experience: Experience) -> TrainRequest {
        let load =
            LoadChoice { scenario: "default".to_owned(), trace: None, split: None, peak_replicas: None };
        TrainRequest {
            load,
            agent,
            experience,
            timesteps: 10_000,
            episodes: 1,
            seed: 1,
            out: "run".into(),
            early_stop: None,
            hyperparameters: None,
        }
    }

    /// Settings of a PPO run on one path.
    pub(crate) fn ppo_settings() -> TrainingSettings {
        TrainingSettings::defaults(&request(AgentKind::Ppo, Experience::SinglePath))
    }

    fn settings_with(learner: &str) -> Result<TrainingSettings, LabError> {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("learner.yaml");
        let file = format!("{{schema: podpilot/hyperparameters/v1, learner: {learner}}}");
        std::fs::write(&path, file).unwrap();
        let asked = request(AgentKind::Dqn, Experience::Counterfactual);
        TrainingSettings::for_request(&TrainRequest { hyperparameters: Some(path), ..asked })
    }

    #[test]
    fn what_a_learner_file_leaves_out_has_its_default() {
        let file = "{value_head: {head: quantiles, count: 10, share: 0.5}, churn_price: 0.3}";
        let settings = settings_with(file).unwrap();
        let LearnerSettings::Counterfactual(own) = settings.learner else { unreachable!("{settings:?}") };
        let expected = CounterfactualSettings {
            value_head: ValueHead::Quantiles { count: 10, share: 0.5 },
            churn_price: 0.3,
            ..CounterfactualSettings::default()
        };
        assert_eq!(own, expected);
        assert_eq!(settings.reward.churn, 0.3);
    }

    #[test]
    fn wrong_learner_files_are_refused_by_name() {
        let wrong = [
            ("{rouns: 3}", "rouns"),
            ("{rounds: 0}", "rounds"),
            ("{value_head: {head: quantiles, count: 0, share: 1}}", "quantile"),
            ("{dqn_margin: -1}", "margins"),
        ];
        for (file, told) in wrong {
            let error = settings_with(file).unwrap_err().to_string();
            assert!(error.contains("learner.yaml") && error.contains(told), "{file}: {error}");
        }
    }
}
