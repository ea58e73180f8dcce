use super::{ReplayBuffer, Transition};
use crate::End;
use crate::state::{StateError, StateReader, StateWriter, expect_equal};

/// Sums the rewards of up to n steps of one environment before they enter the replay buffer. Episodes end early without
/// losing a transition: the last ones simply span fewer steps.
#[derive(Debug, Clone, PartialEq)]
pub struct NStepQueue {
    n: usize,
    gamma: f64,
    observation_len: usize,
    /// Steps not yet in the buffer, oldest first: observations, actions, rewards so far, γ to the steps so far.
    observations: Vec<f32>,
    actions: Vec<u32>,
    returns: Vec<f64>,
    discounts: Vec<f64>,
}

impl NStepQueue {
    /// For returns over `n` ≥ 1 steps.
    pub fn new(n: usize, gamma: f64, observation_len: usize) -> Self {
        Self {
            n,
            gamma,
            observation_len,
            observations: Vec::with_capacity(n * observation_len),
            actions: Vec::with_capacity(n),
            returns: Vec::with_capacity(n),
            discounts: Vec::with_capacity(n),
        }
    }

    /// Takes one step (`discount` is ignored: it follows from `end`) and adds what is complete to the buffer.
    pub fn push(&mut self, step: &Transition<'_>, end: Option<End>, buffer: &mut ReplayBuffer) {
        self.observations.extend_from_slice(step.observation);
        self.actions.push(step.action as u32);
        self.returns.push(0.0);
        self.discounts.push(1.0);
        for (sum, discount) in self.returns.iter_mut().zip(&mut self.discounts) {
            *sum += *discount * f64::from(step.reward);
            *discount *= self.gamma;
        }
        if end.is_some() {
            (0..self.actions.len()).for_each(|at| self.emit(at, step, end, buffer));
            self.remove(self.actions.len());
        } else if self.actions.len() == self.n {
            self.emit(0, step, end, buffer);
            self.remove(1);
        }
    }

    fn emit(&self, at: usize, last: &Transition<'_>, end: Option<End>, buffer: &mut ReplayBuffer) {
        let len = self.observation_len;
        let terminated = end == Some(End::Terminated);
        buffer.push(&Transition {
            observation: &self.observations[at * len..(at + 1) * len],
            action: self.actions[at] as usize,
            reward: self.returns[at] as f32,
            discount: if terminated { 0.0 } else { self.discounts[at] as f32 },
            ..*last
        });
    }

    fn remove(&mut self, count: usize) {
        self.observations.drain(..count * self.observation_len);
        self.actions.drain(..count);
        self.returns.drain(..count);
        self.discounts.drain(..count);
    }

    /// Forgets steps of an episode that was cut off.
    pub(crate) fn clear(&mut self) {
        self.remove(self.actions.len());
    }

    pub(crate) fn save(&self, writer: &mut StateWriter) {
        writer.section("n-step");
        writer.f32s(&self.observations);
        writer.u32s(&self.actions);
        writer.f64s(&self.returns);
        writer.f64s(&self.discounts);
    }

    pub(crate) fn load(&mut self, reader: &mut StateReader<'_>) -> Result<(), StateError> {
        reader.section("n-step")?;
        self.observations = reader.f32s()?;
        self.actions = reader.u32s()?;
        self.returns = reader.f64s()?;
        self.discounts = reader.f64s()?;
        expect_equal("pending steps", self.observations.len(), self.actions.len() * self.observation_len)?;
        expect_equal("pending steps", self.returns.len(), self.actions.len())?;
        expect_equal("pending steps", self.discounts.len(), self.actions.len())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// An episode of rewards 1, 2, 4, … from observation 0 on; gives what the buffer then holds.
    fn episode(n: usize, rewards: &[f32], end: Option<End>) -> Vec<(f32, f32, f32, f32)> {
        let mut buffer = ReplayBuffer::new(100, 1, 0);
        let mut queue = NStepQueue::new(n, 0.5, 1);
        for (at, &reward) in rewards.iter().enumerate() {
            let step = Transition {
                observation: &[at as f32],
                action: at,
                reward,
                discount: 0.0,
                next_observation: &[at as f32 + 1.0],
                next_mask: &[],
            };
            let last = at + 1 == rewards.len();
            queue.push(&step, end.filter(|_| last), &mut buffer);
        }
        (0..buffer.len())
            .map(|at| buffer.get(at))
            .map(|t| (t.observation[0], t.reward, t.discount, t.next_observation[0]))
            .collect()
    }

    #[test]
    fn one_step_is_the_plain_buffer() {
        let kept = episode(1, &[1.0, 2.0, 4.0], Some(End::Terminated));
        assert_eq!(kept, [(0.0, 1.0, 0.5, 1.0), (1.0, 2.0, 0.5, 2.0), (2.0, 4.0, 0.0, 3.0)]);
    }

    #[test]
    fn without_an_end_only_complete_sums_are_kept() {
        let kept = episode(3, &[1.0, 2.0, 4.0, 8.0], None);
        assert_eq!(kept, [(0.0, 3.0, 0.125, 3.0), (1.0, 6.0, 0.125, 4.0)]);
    }

    #[test]
    fn termination_sums_what_is_left_and_bootstraps_nothing() {
        let kept = episode(3, &[1.0, 2.0, 4.0, 8.0], Some(End::Terminated));
        let expected =
            [(0.0, 3.0, 0.125, 3.0), (1.0, 6.0, 0.0, 4.0), (2.0, 8.0, 0.0, 4.0), (3.0, 8.0, 0.0, 4.0)];
        assert_eq!(kept, expected);
    }

    #[test]
    fn truncation_bootstraps_from_the_last_observation_by_the_steps_done() {
        let kept = episode(3, &[1.0, 2.0, 4.0, 8.0], Some(End::Truncated));
        let expected =
            [(0.0, 3.0, 0.125, 3.0), (1.0, 6.0, 0.125, 4.0), (2.0, 8.0, 0.25, 4.0), (3.0, 8.0, 0.5, 4.0)];
        assert_eq!(kept, expected);
    }

    #[test]
    fn an_episode_shorter_than_n_is_summed_whole() {
        assert_eq!(
            episode(5, &[1.0, 2.0], Some(End::Truncated)),
            [(0.0, 2.0, 0.25, 2.0), (1.0, 2.0, 0.5, 2.0)]
        );
    }
}
