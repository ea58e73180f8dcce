use crate::state::{StateError, StateReader, StateWriter};
use crate::{End, Environment, Step};
use podpilot_random::{Seed, Stream};

/// A Markov decision process given by its tables; the observation is the state, one-hot. Its exact action values come
/// from value iteration.
#[derive(Debug, Clone, PartialEq)]
pub struct TabularMdp {
    states: usize,
    actions: usize,
    /// Probability of each next state, and of the end, at `[state][action][next]`; the entry after the last state is the end.
    transitions: Vec<f64>,
    /// Reward at `[state][action]`.
    rewards: Vec<f64>,
    /// Actions allowed at `[state][action]`.
    allowed: Vec<bool>,
    episode_limit: u32,
    state: usize,
    steps: u32,
    stream: Stream,
}

impl TabularMdp {
    /// A process drawn at random: rewards within ±1, terminating with probability `end_probability` in each step, truncated
    /// after `episode_limit` steps. Episodes start anywhere. With `masked`, every other action is forbidden in every
    /// other state.
    pub fn drawn(
        (states, actions): (usize, usize),
        end_probability: f64,
        episode_limit: u32,
        masked: bool,
        seed: Seed,
    ) -> Self {
        let mut stream = seed.stream();
        let mut transitions = Vec::with_capacity(states * actions * (states + 1));
        for _ in 0..states * actions {
            let weights: Vec<f64> = (0..states).map(|_| stream.exponential(1.0)).collect();
            let sum: f64 = weights.iter().sum();
            transitions.extend(weights.iter().map(|weight| weight / sum * (1.0 - end_probability)));
            transitions.push(end_probability);
        }
        let rewards = (0..states * actions).map(|_| stream.uniform_in(-1.0, 1.0)).collect();
        let allowed =
            (0..states * actions).map(|at| !masked || (at / actions + at % actions).is_multiple_of(2));
        Self {
            states,
            actions,
            transitions,
            rewards,
            allowed: allowed.collect(),
            episode_limit,
            state: 0,
            steps: 0,
            stream,
        }
    }

    /// Q* at `[state][action]` by value iteration to within 1e-12; the limit on episodes plays no part, as a truncated
    /// task goes on.
    pub fn action_values(&self, gamma: f64) -> Vec<f64> {
        let mut values = vec![0.0; self.states * self.actions];
        loop {
            let best: Vec<f64> = (0..self.states).map(|state| self.best(&values, state)).collect();
            let mut change = 0.0_f64;
            for (at, value) in values.iter_mut().enumerate() {
                let row = &self.transitions[at * (self.states + 1)..][..self.states];
                let future: f64 = row.iter().zip(&best).map(|(probability, best)| probability * best).sum();
                let updated = self.rewards[at] + gamma * future;
                change = change.max((updated - *value).abs());
                *value = updated;
            }
            if change < 1e-12 {
                return values;
            }
        }
    }

    fn best(&self, values: &[f64], state: usize) -> f64 {
        let row = state * self.actions..(state + 1) * self.actions;
        row.filter(|&at| self.allowed[at]).map(|at| values[at]).fold(f64::NEG_INFINITY, f64::max)
    }

    /// Whether an action is allowed in a state.
    pub fn allows(&self, state: usize, action: usize) -> bool {
        self.allowed[state * self.actions + action]
    }

    fn observe(&self, observation: &mut [f32]) {
        observation.fill(0.0);
        observation[self.state] = 1.0;
    }
}

impl Environment for TabularMdp {
    fn observation_len(&self) -> usize {
        self.states
    }

    fn action_count(&self) -> usize {
        self.actions
    }

    fn reset(&mut self, seed: Seed, observation: &mut [f32]) {
        self.stream = seed.stream();
        self.state = self.stream.below(self.states);
        self.steps = 0;
        self.observe(observation);
    }

    fn step(&mut self, action: usize, observation: &mut [f32]) -> Step {
        let at = self.state * self.actions + action;
        let row = &self.transitions[at * (self.states + 1)..][..self.states];
        let mut left = self.stream.uniform();
        let next = row.iter().position(|probability| {
            left -= probability;
            left < 0.0
        });
        self.steps += 1;
        self.state = next.unwrap_or(self.state);
        self.observe(observation);
        let truncated = (self.steps >= self.episode_limit).then_some(End::Truncated);
        let end = if next.is_none() { Some(End::Terminated) } else { truncated };
        Step { reward: self.rewards[at] as f32, end }
    }

    fn has_masks(&self) -> bool {
        self.allowed.contains(&false)
    }

    fn action_mask(&self, mask: &mut [bool]) {
        mask.copy_from_slice(&self.allowed[self.state * self.actions..(self.state + 1) * self.actions]);
    }

    fn save_state(&self) -> Option<Vec<u8>> {
        let mut writer = StateWriter::new();
        writer.section("tabular");
        writer.usize(self.state);
        writer.u64(u64::from(self.steps));
        writer.stream(&self.stream);
        Some(writer.into_bytes())
    }

    fn load_state(&mut self, state: &[u8]) -> Result<(), StateError> {
        let mut reader = StateReader::new(state);
        reader.section("tabular")?;
        self.state = reader.usize()?;
        self.steps = reader.u64()? as u32;
        self.stream = reader.stream()?;
        reader.finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_state_has_the_value_of_a_geometric_series() {
        let mdp = TabularMdp::drawn((1, 2), 0.1, 50, false, Seed(3));
        let values = mdp.action_values(0.9);
        let best = mdp.rewards[0].max(mdp.rewards[1]) / (1.0 - 0.9 * 0.9);
        for (value, reward) in values.iter().zip(&mdp.rewards) {
            assert!((value - (reward + 0.9 * 0.9 * best)).abs() < 1e-10);
        }
    }
}
