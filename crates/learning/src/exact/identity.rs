use crate::state::{StateError, StateReader, StateWriter, expect_equal};
use crate::{End, Environment, Step};
use podpilot_random::{Seed, Stream};

/// The observation names the right action (one-hot); one point for each right one, 100 steps, always truncated.
#[derive(Debug, Clone, PartialEq)]
pub struct Identity {
    actions: usize,
    target: usize,
    steps: u32,
    stream: Stream,
}

/// [`Identity`] with most actions forbidden: which ones changes from step to step, the right one never is.
#[derive(Debug, Clone, PartialEq)]
pub struct MaskedIdentity {
    inner: Identity,
    mask: Vec<bool>,
    forbidden: usize,
}

impl Identity {
    /// Steps in an episode: the highest return.
    pub const EPISODE: u32 = 100;

    /// With this many actions.
    pub fn new(actions: usize) -> Self {
        Self { actions, target: 0, steps: 0, stream: Seed(0).stream() }
    }

    fn observe(&mut self, observation: &mut [f32]) {
        self.target = self.stream.below(self.actions);
        observation.fill(0.0);
        observation[self.target] = 1.0;
    }
}

impl Environment for Identity {
    fn observation_len(&self) -> usize {
        self.actions
    }

    fn action_count(&self) -> usize {
        self.actions
    }

    fn reset(&mut self, seed: Seed, observation: &mut [f32]) {
        self.stream = seed.stream();
        self.steps = 0;
        self.observe(observation);
    }

    fn step(&mut self, action: usize, observation: &mut [f32]) -> Step {
        let reward = if action == self.target { 1.0 } else { 0.0 };
        self.observe(observation);
        self.steps += 1;
        Step { reward, end: (self.steps >= Self::EPISODE).then_some(End::Truncated) }
    }

    fn save_state(&self) -> Option<Vec<u8>> {
        let mut writer = StateWriter::new();
        writer.section("identity");
        writer.usize(self.target);
        writer.u64(u64::from(self.steps));
        writer.stream(&self.stream);
        Some(writer.into_bytes())
    }

    fn load_state(&mut self, state: &[u8]) -> Result<(), StateError> {
        let mut reader = StateReader::new(state);
        reader.section("identity")?;
        self.target = reader.usize()?;
        self.steps = reader.u64()? as u32;
        self.stream = reader.stream()?;
        reader.finish()
    }
}

impl MaskedIdentity {
    /// With this many actions, of which `forbidden` (fewer than all) are forbidden at a time.
    pub fn new(actions: usize, forbidden: usize) -> Self {
        Self { inner: Identity::new(actions), mask: vec![true; actions], forbidden }
    }

    fn draw_mask(&mut self) {
        self.mask.fill(true);
        let mut left = self.forbidden;
        while left > 0 {
            let action = self.inner.stream.below(self.inner.actions);
            if action != self.inner.target && self.mask[action] {
                self.mask[action] = false;
                left -= 1;
            }
        }
    }
}

impl Environment for MaskedIdentity {
    fn observation_len(&self) -> usize {
        self.inner.observation_len()
    }

    fn action_count(&self) -> usize {
        self.inner.action_count()
    }

    fn reset(&mut self, seed: Seed, observation: &mut [f32]) {
        self.inner.reset(seed, observation);
        self.draw_mask();
    }

    fn step(&mut self, action: usize, observation: &mut [f32]) -> Step {
        let step = self.inner.step(action, observation);
        self.draw_mask();
        step
    }

    fn has_masks(&self) -> bool {
        true
    }

    fn action_mask(&self, mask: &mut [bool]) {
        mask.copy_from_slice(&self.mask);
    }

    fn save_state(&self) -> Option<Vec<u8>> {
        let mut writer = StateWriter::new();
        writer.section("masked identity");
        writer.bytes(&self.inner.save_state()?);
        writer.bools(&self.mask);
        Some(writer.into_bytes())
    }

    fn load_state(&mut self, state: &[u8]) -> Result<(), StateError> {
        let mut reader = StateReader::new(state);
        reader.section("masked identity")?;
        self.inner.load_state(reader.bytes()?)?;
        let mask = reader.bools()?;
        expect_equal("number of actions", mask.len(), self.mask.len())?;
        self.mask = mask;
        reader.finish()
    }
}
