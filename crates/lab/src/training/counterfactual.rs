//! Learning from the outcomes of all actions: windows of experience, then an update of each network, round by round.
//!
//! PPO moves its policy up the clipped surrogate over all actions on the newest round. DQN fits its values to the replay
//! of all rounds. The hybrid does both on the same experience: PPO proposes its two likeliest actions, DQN picks.

use std::ops::ControlFlow;
use std::sync::Arc;

use podpilot_controller::{Agent, Controller, FrozenInputs, Policy, STATE_LENGTH};
use podpilot_learning::counterfactual::{Outcomes, fit_value_quantiles, fit_values, improve_policy};
use podpilot_learning::{
    Activation, Initialisation, Mlp, MlpShape, Progress, RunningNormalizer, StateError, StateReader,
    StateWriter, TrainError, TrainOutcome,
};
use podpilot_random::Seed;

use super::course::Course;
use super::exploration::{Experience, Explorer, WindowExperience};
use super::learner::starting_at;
use super::rehearsal::{self, Settled};
use super::settings::{CounterfactualSettings, ValueHead};
use crate::evaluation::on_every_core;
use crate::request::AgentKind;

/// The learner.
#[derive(Debug)]
pub(super) struct Counterfactual {
    settings: CounterfactualSettings,
    course: Arc<Course>,
    /// Base policy and its trim; starts at the agent's own headroom.
    fresh_controller: Controller,
    frozen: FrozenInputs,
    normalizer: RunningNormalizer,
    seed: Seed,
    total_timesteps: u64,
    /// One logit an action, where PPO takes part.
    logits: Option<Mlp>,
    /// One value an action, where DQN takes part.
    values: Option<Mlp>,
    /// All rounds before the present one.
    replay: Experience,
    /// Finished windows of the present round.
    windows: Vec<WindowExperience>,
    round: u64,
    timesteps: u64,
    measures: RoundMeasures,
}

/// What the last update came to.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
struct RoundMeasures {
    entropy: f64,
    value_loss: f64,
}

impl Counterfactual {
    /// A learner that starts at the base policy. `settled` is where that comes to stand.
    pub(super) fn new(
        agent: AgentKind,
        settings: &CounterfactualSettings,
        course: Arc<Course>,
        fresh_controller: Controller,
        settled: &Settled,
        total_timesteps: u64,
        seed: Seed,
    ) -> Self {
        let base_action = fresh_controller.base_action();
        let actions = fresh_controller.actions().action_count();
        let network = |outputs: usize, preference: f32, purpose: &str| {
            let shape = MlpShape {
                inputs: STATE_LENGTH,
                hidden: settings.hidden.clone(),
                outputs,
                activation: Activation::Tanh,
            };
            let start = Initialisation::Orthogonal { hidden_gain: 1.0, output_gain: 0.0 };
            starting_at(&Mlp::new(shape, start, seed.named(purpose)), base_action, preference)
        };
        let value_outputs = actions * settings.value_head.outputs();
        let (proposes, picks) = match agent {
            AgentKind::Ppo => (true, false),
            AgentKind::Dqn => (false, true),
            AgentKind::Hybrid => (true, true),
        };
        let mut normalizer = RunningNormalizer::new(STATE_LENGTH);
        normalizer.update(&settled.states);
        Self {
            logits: proposes.then(|| network(actions, settings.base_logit, "logits")),
            values: picks.then(|| network(value_outputs, 0.0, "values")),
            settings: settings.clone(),
            course,
            fresh_controller,
            frozen: settled.frozen.clone(),
            normalizer,
            seed,
            total_timesteps,
            replay: Experience::default(),
            windows: Vec::new(),
            round: 0,
            timesteps: 0,
            measures: RoundMeasures::default(),
        }
    }

    pub(super) fn timesteps(&self) -> u64 {
        self.timesteps
    }

    fn window_steps(&self) -> u64 {
        u64::from(self.course.episode_steps)
    }

    /// Windows before this round.
    fn first_window(&self, round: u64) -> u64 {
        let windows = self.total_timesteps.div_ceil(self.window_steps());
        let rounds = u64::from(self.settings.rounds).min(windows);
        windows * round / rounds
    }

    /// Experience of at least `steps` decisions more, in whole windows, with the updates that fall due.
    pub(super) fn train(
        &mut self,
        steps: u64,
        observer: &mut impl FnMut(&Progress<'_>) -> ControlFlow<()>,
    ) -> Result<TrainOutcome, TrainError> {
        let end = (self.timesteps + steps).min(self.total_timesteps);
        while self.timesteps < end {
            let (first, next) = (self.first_window(self.round), self.first_window(self.round + 1));
            let wanted = end.div_ceil(self.window_steps()).min(next);
            let outcome = self.explore(first, wanted, observer)?;
            if first + self.windows.len() as u64 == next {
                self.learn()?;
            }
            if outcome == TrainOutcome::Stopped {
                return Ok(TrainOutcome::Stopped);
            }
        }
        Ok(TrainOutcome::Finished)
    }

    /// Lives through the windows of the present round up to `wanted`, on every core; they are told in their order.
    fn explore(
        &mut self,
        first: u64,
        wanted: u64,
        observer: &mut impl FnMut(&Progress<'_>) -> ControlFlow<()>,
    ) -> Result<TrainOutcome, TrainError> {
        let policy = self.policy()?;
        let inputs = match &policy {
            Policy::Dqn { values, .. } => values.clone(),
            Policy::Ppo { logits } | Policy::Hybrid { logits, .. } => logits.clone(),
            Policy::Quantile => return Err(unusable(&"no network takes part")),
        };
        let from = first + self.windows.len() as u64;
        let length = self.window_steps();
        let steps_of = |window: u64| length.min(self.total_timesteps - window * length);
        let seeds = self.seed.named("windows");
        let (course, settings, fresh) = (&self.course, &self.settings, &self.fresh_controller);
        let mut early: Vec<Option<WindowExperience>> = Vec::new();
        early.resize((wanted - from) as usize, None);
        let (mut told, mut timesteps) = (0, self.timesteps);
        let finished = on_every_core(
            early.len(),
            || Explorer::new(course, settings, fresh, &policy, &inputs),
            |explorer, piece| {
                let window = from + piece as u64;
                explorer.window(seeds.indexed(window), steps_of(window) as u32)
            },
            |piece, window| {
                early[piece] = Some(window);
                while let Some(Some(window)) = early.get(told) {
                    timesteps += steps_of(from + told as u64);
                    told += 1;
                    course.log.push(window.summary);
                    let metrics = self.measures.named(window);
                    let progress =
                        Progress { timesteps, total_timesteps: self.total_timesteps, metrics: &metrics };
                    observer(&progress)?;
                }
                ControlFlow::Continue(())
            },
        );
        self.windows.extend(early.into_iter().take(told).flatten());
        self.timesteps = timesteps;
        Ok(if finished { TrainOutcome::Finished } else { TrainOutcome::Stopped })
    }

    /// Updates the networks with the present round, which is then over.
    fn learn(&mut self) -> Result<(), TrainError> {
        let mut newest = Experience::default();
        for window in self.windows.drain(..) {
            newest.inputs.extend_from_slice(&window.experience.inputs);
            newest.labels.extend_from_slice(&window.experience.labels);
        }
        let progress = self.round as f64 / f64::from(self.settings.rounds);
        let seed = self.seed.named("updates").indexed(self.round);
        if let Some(logits) = &mut self.logits {
            let config = self.settings.policy_fit.at(progress);
            self.measures.entropy = improve_policy(logits, &newest.outcomes(), &config, seed)?;
        }
        self.replay.inputs.append(&mut newest.inputs);
        self.replay.labels.append(&mut newest.labels);
        if let Some(values) = &mut self.values {
            let config = self.settings.value_fit.at(0.0);
            let outcomes = self.replay.outcomes();
            self.measures.value_loss = match self.settings.value_head {
                ValueHead::Mean => fit_values(values, &outcomes, &config, seed)?,
                ValueHead::Quantiles { count, .. } => {
                    fit_value_quantiles(values, count, &outcomes, &config, seed)?
                }
            };
        }
        self.round += 1;
        let mut controller = self.fresh_controller.clone();
        controller.set_policy(self.policy()?).map_err(|error| unusable(&error))?;
        let ground = rehearsal::Ground::of_course(&self.course);
        self.fresh_controller.set_trim(rehearsal::settle_policy(ground, controller, seed));
        Ok(())
    }

    /// The policy as it runs in production.
    pub(super) fn policy(&self) -> Result<Policy, TrainError> {
        let values = self.values.as_ref().map(|values| self.settings.value_head.acting(values));
        Ok(match (&self.logits, values) {
            (Some(logits), None) => Policy::Ppo { logits: self.as_agent(logits.clone())? },
            (None, Some(values)) => {
                Policy::Dqn { values: self.as_agent(values)?, margin: self.settings.dqn_margin }
            }
            (Some(logits), Some(values)) => Policy::Hybrid {
                logits: self.as_agent(logits.clone())?,
                values: self.as_agent(values)?,
                margin: self.settings.hybrid_margin,
            },
            (None, None) => Policy::Quantile,
        })
    }

    fn as_agent(&self, network: Mlp) -> Result<Agent, TrainError> {
        let actions = self.fresh_controller.actions();
        Agent::new(network, Some(self.normalizer.clone()), self.frozen.clone(), actions)
            .map_err(|error| unusable(&error))
    }

    pub(super) fn save_state(&self) -> Vec<u8> {
        let mut writer = StateWriter::new();
        writer.section("podpilot counterfactual state 1");
        writer.u64(self.round);
        writer.u64(self.timesteps);
        writer.f64s(&[self.fresh_controller.trim(), self.measures.entropy, self.measures.value_loss]);
        for network in [&self.logits, &self.values].into_iter().flatten() {
            writer.f32s(network.parameters());
        }
        self.replay.save(&mut writer);
        writer.usize(self.windows.len());
        for window in &self.windows {
            window.experience.save(&mut writer);
        }
        writer.into_bytes()
    }

    pub(super) fn load_state(&mut self, state: &[u8]) -> Result<(), StateError> {
        let mut reader = StateReader::new(state);
        reader.section("podpilot counterfactual state 1")?;
        self.round = reader.u64()?;
        self.timesteps = reader.u64()?;
        let numbers = reader.f64s()?;
        if let [trim, entropy, value_loss] = numbers[..] {
            self.fresh_controller.set_trim(trim);
            self.measures = RoundMeasures { entropy, value_loss };
        }
        for network in [&mut self.logits, &mut self.values].into_iter().flatten() {
            reader.f32s_into("number of parameters", network.parameters_mut())?;
        }
        self.replay = Experience::load(&mut reader)?;
        self.windows.clear();
        for _ in 0..reader.usize()? {
            let experience = Experience::load(&mut reader)?;
            self.windows.push(WindowExperience { experience, ..WindowExperience::default() });
        }
        reader.finish()
    }
}

impl Experience {
    fn outcomes(&self) -> Outcomes<'_> {
        Outcomes { observations: &self.inputs, returns: &self.labels, masks: &[] }
    }

    fn save(&self, writer: &mut StateWriter) {
        writer.f32s(&self.inputs);
        writer.f32s(&self.labels);
    }

    fn load(reader: &mut StateReader<'_>) -> Result<Self, StateError> {
        Ok(Self { inputs: reader.f32s()?, labels: reader.f32s()? })
    }
}

impl RoundMeasures {
    fn named(self, window: &WindowExperience) -> [(&'static str, f64); 3] {
        [
            ("counterfactual/branches", window.branches),
            ("train/entropy", self.entropy),
            ("train/value_loss", self.value_loss),
        ]
    }
}

fn unusable(problem: &dyn std::fmt::Display) -> TrainError {
    TrainError::Config { field: "agent", problem: problem.to_string() }
}

#[cfg(test)]
mod tests {
    use super::super::fixture::small;
    use super::super::settings::BranchSettings;
    use super::*;

    fn learner(agent: AgentKind, timesteps: u64) -> Counterfactual {
        let small = small(agent, timesteps);
        let settings = CounterfactualSettings {
            rounds: 2,
            warm_up_steps: 20,
            branch: BranchSettings { agent_steps: 4, steps: 8, gamma: 0.98 },
            ..CounterfactualSettings::default()
        };
        Counterfactual::new(
            agent,
            &settings,
            Arc::clone(&small.course),
            small.base,
            &small.settled,
            timesteps,
            Seed(3),
        )
    }

    fn go_on(_: &Progress<'_>) -> ControlFlow<()> {
        ControlFlow::Continue(())
    }

    #[test]
    fn both_parts_of_the_hybrid_learn_from_the_same_experience() {
        let mut hybrid = learner(AgentKind::Hybrid, 960);
        let (logits, values) = (hybrid.logits.clone().unwrap(), hybrid.values.clone().unwrap());
        let unchanged = |before: &Mlp, after: &Option<Mlp>| {
            let after = after.as_ref().unwrap().parameters();
            before.parameters().iter().zip(after).filter(|(before, after)| before == after).count()
        };
        hybrid.train(480, &mut go_on).unwrap();
        let (first_logits, first_values) = (hybrid.logits.clone().unwrap(), hybrid.values.clone().unwrap());
        for (before, after) in [(&logits, &hybrid.logits), (&values, &hybrid.values)] {
            // Frozen inputs and padding have no gradient.
            assert!(unchanged(before, after) < before.parameters().len() / 2);
        }
        assert_eq!(hybrid.replay.labels.len(), 2 * 60 * 15);
        hybrid.train(480, &mut go_on).unwrap();
        assert!(unchanged(&first_logits, &hybrid.logits) < logits.parameters().len() / 2);
        assert!(unchanged(&first_values, &hybrid.values) < values.parameters().len() / 2);
        assert_eq!(hybrid.replay.labels.len(), 4 * 60 * 15, "values are fitted to all rounds");
        assert_eq!((hybrid.timesteps(), hybrid.round), (960, 2));
        assert!(matches!(hybrid.policy(), Ok(Policy::Hybrid { .. })));
    }

    #[test]
    fn ppo_alone_and_dqn_alone_learn_with_one_network() {
        for (agent, proposes) in [(AgentKind::Ppo, true), (AgentKind::Dqn, false)] {
            let learner = learner(agent, 480);
            assert_eq!((learner.logits.is_some(), learner.values.is_some()), (proposes, !proposes));
        }
    }

    #[test]
    fn windows_are_told_in_their_order_and_a_stop_keeps_what_was_told() {
        let mut stopped = learner(AgentKind::Ppo, 1_000);
        let mut told = Vec::new();
        let outcome = stopped.train(1_000, &mut |progress| {
            told.push(progress.timesteps);
            if told.len() == 3 { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
        });
        assert_eq!(outcome, Ok(TrainOutcome::Stopped));
        assert_eq!(told, [240, 480, 720], "two rounds: 480 steps, then 520");
        assert_eq!((stopped.timesteps(), stopped.round, stopped.windows.len()), (720, 1, 1));
        let mut resumed = learner(AgentKind::Ppo, 1_000);
        resumed.load_state(&stopped.save_state()).unwrap();
        let mut whole = learner(AgentKind::Ppo, 1_000);
        for learner in [&mut resumed, &mut whole] {
            assert_eq!(learner.train(1_000, &mut go_on), Ok(TrainOutcome::Finished));
        }
        assert!(resumed.logits == whole.logits && resumed.timesteps() == 1_000);
    }
}
