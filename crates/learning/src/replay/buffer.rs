use crate::state::{StateError, StateReader, StateWriter, expect_equal};
use podpilot_random::Stream;

/// What an agent learns from: one step, or several summed.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Transition<'a> {
    /// Observation acted on.
    pub observation: &'a [f32],
    /// Action taken.
    pub action: usize,
    /// Reward until the next observation, discounted within.
    pub reward: f32,
    /// Weight of the next observation's value: γⁿ, or 0 if the task terminated. A truncated episode keeps γⁿ.
    pub discount: f32,
    /// Observation n steps later, or the last of the episode.
    pub next_observation: &'a [f32],
    /// Actions allowed there; ignored where the buffer keeps no masks.
    pub next_mask: &'a [bool],
}

/// The last `capacity` transitions; memory grows as they come.
#[derive(Debug, Clone, PartialEq)]
pub struct ReplayBuffer {
    capacity: usize,
    observation_len: usize,
    /// Actions in a mask; 0 = no masks kept.
    mask_len: usize,
    /// One row a transition, so that a draw touches few cache lines: observation, next observation, reward, discount.
    rows: Vec<f32>,
    actions: Vec<u32>,
    next_masks: Vec<bool>,
    next: usize,
}

/// Transitions drawn together, row-major; made once and refilled.
#[derive(Debug, Clone)]
pub struct ReplayBatch {
    /// Observations.
    pub observations: Vec<f32>,
    /// Next observations.
    pub next_observations: Vec<f32>,
    /// Actions.
    pub actions: Vec<u32>,
    /// Rewards.
    pub rewards: Vec<f32>,
    /// Discounts.
    pub discounts: Vec<f32>,
    /// Masks of the next observations; empty where none are kept.
    pub next_masks: Vec<bool>,
}

impl ReplayBuffer {
    /// For observations of `observation_len` numbers; `mask_len` is the number of actions, or 0 if none is ever forbidden.
    pub fn new(capacity: usize, observation_len: usize, mask_len: usize) -> Self {
        Self {
            capacity: capacity.max(1),
            observation_len,
            mask_len,
            rows: Vec::new(),
            actions: Vec::new(),
            next_masks: Vec::new(),
            next: 0,
        }
    }

    /// Transitions kept.
    pub fn len(&self) -> usize {
        self.actions.len()
    }

    /// Whether nothing was added yet.
    pub fn is_empty(&self) -> bool {
        self.actions.is_empty()
    }

    fn row_len(&self) -> usize {
        2 * self.observation_len + 2
    }

    /// Adds a transition, in place of the oldest when full.
    pub fn push(&mut self, transition: &Transition<'_>) {
        let (row_len, mask_len) = (self.row_len(), self.mask_len);
        if self.len() < self.capacity {
            self.rows.resize(self.rows.len() + row_len, 0.0);
            self.actions.push(0);
            self.next_masks.resize(self.next_masks.len() + mask_len, true);
        }
        let at = self.next;
        self.next = (at + 1) % self.capacity;
        let row = &mut self.rows[at * row_len..(at + 1) * row_len];
        row[..self.observation_len].copy_from_slice(transition.observation);
        row[self.observation_len..2 * self.observation_len].copy_from_slice(transition.next_observation);
        row[row_len - 2] = transition.reward;
        row[row_len - 1] = transition.discount;
        self.actions[at] = transition.action as u32;
        if mask_len > 0 {
            self.next_masks[at * mask_len..(at + 1) * mask_len].copy_from_slice(transition.next_mask);
        }
    }

    /// The transition in slot `at`, counted in order of arrival until the buffer is full.
    ///
    /// # Panics
    /// If there are not so many.
    pub fn get(&self, at: usize) -> Transition<'_> {
        let (row_len, len) = (self.row_len(), self.observation_len);
        let row = &self.rows[at * row_len..(at + 1) * row_len];
        Transition {
            observation: &row[..len],
            action: self.actions[at] as usize,
            reward: row[row_len - 2],
            discount: row[row_len - 1],
            next_observation: &row[len..2 * len],
            next_mask: &self.next_masks[at * self.mask_len..(at + 1) * self.mask_len],
        }
    }

    /// Memory for `size` draws.
    pub fn batch(&self, size: usize) -> ReplayBatch {
        ReplayBatch {
            observations: vec![0.0; size * self.observation_len],
            next_observations: vec![0.0; size * self.observation_len],
            actions: vec![0; size],
            rewards: vec![0.0; size],
            discounts: vec![0.0; size],
            next_masks: vec![true; size * self.mask_len],
        }
    }

    /// Fills the batch with transitions drawn uniformly with replacement; the buffer must not be empty.
    pub fn sample(&self, stream: &mut Stream, batch: &mut ReplayBatch) {
        let len = self.observation_len;
        for row in 0..batch.actions.len() {
            let drawn = self.get(stream.below(self.len()));
            batch.observations[row * len..(row + 1) * len].copy_from_slice(drawn.observation);
            batch.next_observations[row * len..(row + 1) * len].copy_from_slice(drawn.next_observation);
            batch.actions[row] = drawn.action as u32;
            batch.rewards[row] = drawn.reward;
            batch.discounts[row] = drawn.discount;
            batch.next_masks[row * self.mask_len..(row + 1) * self.mask_len].copy_from_slice(drawn.next_mask);
        }
    }

    pub(crate) fn save(&self, writer: &mut StateWriter) {
        writer.section("replay");
        writer.usize(self.capacity);
        writer.usize(self.next);
        writer.f32s(&self.rows);
        writer.u32s(&self.actions);
        writer.bools(&self.next_masks);
    }

    pub(crate) fn load(&mut self, reader: &mut StateReader<'_>) -> Result<(), StateError> {
        reader.section("replay")?;
        expect_equal("replay capacity", reader.usize()?, self.capacity)?;
        let next = reader.usize()?;
        let (rows, actions, next_masks) = (reader.f32s()?, reader.u32s()?, reader.bools()?);
        expect_equal("numbers in the replay buffer", rows.len(), actions.len() * self.row_len())?;
        expect_equal("masks in the replay buffer", next_masks.len(), actions.len() * self.mask_len)?;
        expect_equal("replay position", next, next.min(self.capacity - 1))?;
        *self = Self { rows, actions, next_masks, next, ..*self };
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use podpilot_random::Seed;

    fn push(buffer: &mut ReplayBuffer, number: f32) {
        let next = [number + 1.0, -number];
        buffer.push(&Transition {
            observation: &[number, -number],
            action: number as usize % 3,
            reward: number * 10.0,
            discount: 0.5,
            next_observation: &next,
            next_mask: &[true, number > 2.0, false],
        });
    }

    #[test]
    fn the_oldest_make_room() {
        let mut buffer = ReplayBuffer::new(3, 2, 3);
        (0..5).for_each(|number| push(&mut buffer, number as f32));
        assert_eq!(buffer.len(), 3);
        let mut kept: Vec<f32> = (0..3).map(|at| buffer.get(at).reward).collect();
        kept.sort_by(f32::total_cmp);
        assert_eq!(kept, [20.0, 30.0, 40.0]);
    }

    #[test]
    fn draws_are_whole_transitions_and_cover_the_buffer() {
        let mut buffer = ReplayBuffer::new(10, 2, 3);
        (0..6).for_each(|number| push(&mut buffer, number as f32));
        let mut batch = buffer.batch(200);
        buffer.sample(&mut Seed(1).stream(), &mut batch);
        let mut seen = [false; 6];
        for row in 0..200 {
            let number = batch.observations[row * 2];
            seen[number as usize] = true;
            assert_eq!(batch.rewards[row], number * 10.0);
            assert_eq!(batch.next_observations[row * 2], number + 1.0);
            assert_eq!(batch.actions[row] as usize, number as usize % 3);
            assert_eq!(batch.next_masks[row * 3..row * 3 + 3], [true, number > 2.0, false]);
        }
        assert!(seen.iter().all(|&seen| seen));
    }
}
