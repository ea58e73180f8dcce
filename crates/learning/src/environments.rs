use crate::environment::{End, Environment, Step};
use crate::progress::{EpisodeStatistics, TrainError};
use crate::state::{StateError, StateReader, StateWriter, expect_equal};
use podpilot_random::Seed;

/// Environments of equal sizes that start over by themselves, with their present observations and masks.
#[derive(Debug)]
pub(crate) struct Environments<E> {
    members: Vec<E>,
    seed: Seed,
    observation_len: usize,
    action_count: usize,
    has_masks: bool,
    /// Present observation of each environment.
    observations: Vec<f32>,
    /// Present mask of each environment; empty where none is ever forbidden.
    masks: Vec<bool>,
    /// Episodes begun by each environment.
    episodes: Vec<u64>,
    returns: Vec<f64>,
    lengths: Vec<u64>,
    /// Last observation and mask of the step done last, before an episode started over.
    last_observation: Vec<f32>,
    last_mask: Vec<bool>,
    pub(crate) statistics: EpisodeStatistics,
}

impl<E: Environment> Environments<E> {
    pub(crate) fn new(members: Vec<E>, seed: Seed) -> Result<Self, TrainError> {
        let Some(first) = members.first() else {
            return Err(TrainError::config("environments", "there must be at least one"));
        };
        let (observation_len, action_count) = (first.observation_len(), first.action_count());
        if members.iter().any(|e| e.observation_len() != observation_len || e.action_count() != action_count)
        {
            return Err(TrainError::config("environments", "all must have equal observations and actions"));
        }
        if action_count == 0 || observation_len == 0 {
            return Err(TrainError::config("environments", "observations and actions must not be empty"));
        }
        let has_masks = members.iter().any(Environment::has_masks);
        let count = members.len();
        let mask_len = if has_masks { action_count } else { 0 };
        let mut environments = Self {
            members,
            seed: seed.named("environments"),
            observation_len,
            action_count,
            has_masks,
            observations: vec![0.0; count * observation_len],
            masks: vec![true; count * mask_len],
            episodes: vec![0; count],
            returns: vec![0.0; count],
            lengths: vec![0; count],
            last_observation: vec![0.0; observation_len],
            last_mask: vec![true; mask_len],
            statistics: EpisodeStatistics::default(),
        };
        (0..count).for_each(|index| environments.start_over(index));
        Ok(environments)
    }

    pub(crate) fn count(&self) -> usize {
        self.members.len()
    }

    pub(crate) fn observation_len(&self) -> usize {
        self.observation_len
    }

    pub(crate) fn action_count(&self) -> usize {
        self.action_count
    }

    /// Actions in a mask, 0 where none is ever forbidden.
    pub(crate) fn mask_len(&self) -> usize {
        if self.has_masks { self.action_count } else { 0 }
    }

    pub(crate) fn observations(&self) -> &[f32] {
        &self.observations
    }

    pub(crate) fn observation(&self, index: usize) -> &[f32] {
        &self.observations[index * self.observation_len..(index + 1) * self.observation_len]
    }

    pub(crate) fn masks(&self) -> &[bool] {
        &self.masks
    }

    pub(crate) fn mask(&self, index: usize) -> &[bool] {
        &self.masks[index * self.mask_len()..(index + 1) * self.mask_len()]
    }

    /// Observation that the last [`Self::step`] led to, even if a new episode has begun since.
    pub(crate) fn last_observation(&self) -> &[f32] {
        &self.last_observation
    }

    /// Mask that belongs to [`Self::last_observation`].
    pub(crate) fn last_mask(&self) -> &[bool] {
        &self.last_mask
    }

    /// One step of one environment; a new episode begins where one ended.
    pub(crate) fn step(&mut self, index: usize, action: usize) -> Step {
        let step = self.members[index].step(action, &mut self.last_observation);
        self.returns[index] += f64::from(step.reward);
        self.lengths[index] += 1;
        if let Some(end) = step.end {
            // A terminated task has no further actions, and its mask need not be sound.
            if self.has_masks && end == End::Truncated {
                self.members[index].action_mask(&mut self.last_mask);
            } else {
                self.last_mask.fill(true);
            }
            self.statistics.add(self.returns[index], self.lengths[index]);
            self.start_over(index);
        } else {
            let at = index * self.observation_len;
            self.observations[at..at + self.observation_len].copy_from_slice(&self.last_observation);
            self.refresh_mask(index);
            let mask_len = self.mask_len();
            self.last_mask.copy_from_slice(&self.masks[index * mask_len..(index + 1) * mask_len]);
        }
        step
    }

    fn start_over(&mut self, index: usize) {
        let seed = self.seed.indexed(index as u64).indexed(self.episodes[index]);
        self.episodes[index] += 1;
        self.returns[index] = 0.0;
        self.lengths[index] = 0;
        let at = index * self.observation_len;
        self.members[index].reset(seed, &mut self.observations[at..at + self.observation_len]);
        self.refresh_mask(index);
    }

    fn refresh_mask(&mut self, index: usize) {
        if self.has_masks {
            let at = index * self.action_count;
            self.members[index].action_mask(&mut self.masks[at..at + self.action_count]);
        }
    }

    pub(crate) fn save(&self, writer: &mut StateWriter) {
        writer.section("environments");
        writer.usize(self.count());
        writer.f32s(&self.observations);
        writer.bools(&self.masks);
        for (index, member) in self.members.iter().enumerate() {
            writer.u64(self.episodes[index]);
            writer.f64(self.returns[index]);
            writer.u64(self.lengths[index]);
            let state = member.save_state();
            writer.bool(state.is_some());
            writer.bytes(&state.unwrap_or_default());
        }
        self.statistics.save(writer);
    }

    /// Restores all environments; gives the indices of those that cannot restore a state and began a new episode.
    pub(crate) fn load(&mut self, reader: &mut StateReader<'_>) -> Result<Vec<usize>, StateError> {
        reader.section("environments")?;
        expect_equal("number of environments", reader.usize()?, self.count())?;
        reader.f32s_into("observation length", &mut self.observations)?;
        let masks = reader.bools()?;
        expect_equal("number of actions in all masks", masks.len(), self.masks.len())?;
        self.masks = masks;
        let mut fresh = Vec::new();
        for index in 0..self.count() {
            self.episodes[index] = reader.u64()?;
            self.returns[index] = reader.f64()?;
            self.lengths[index] = reader.u64()?;
            let saved = reader.bool()?;
            let state = reader.bytes()?;
            if saved {
                self.members[index].load_state(state)?;
            } else {
                self.start_over(index);
                fresh.push(index);
            }
        }
        self.statistics.load(reader)?;
        Ok(fresh)
    }
}
