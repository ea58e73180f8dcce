use crate::End;
use crate::state::{StateError, StateReader, StateWriter};

/// Counts the steps of an episode and truncates it at a limit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct TimeLimit {
    limit: u32,
    steps: u32,
}

impl TimeLimit {
    pub(super) fn new(limit: u32) -> Self {
        Self { limit, steps: 0 }
    }

    pub(super) fn restart(&mut self) {
        self.steps = 0;
    }

    /// Counts a step; termination comes before truncation.
    pub(super) fn step(&mut self, terminated: bool) -> Option<End> {
        self.steps += 1;
        if terminated { Some(End::Terminated) } else { (self.steps >= self.limit).then_some(End::Truncated) }
    }

    /// State of an environment that consists of `numbers` and this counter.
    pub(super) fn save(self, name: &str, numbers: &[f64]) -> Vec<u8> {
        let mut writer = StateWriter::new();
        writer.section(name);
        writer.f64s(numbers);
        writer.u64(u64::from(self.steps));
        writer.into_bytes()
    }

    pub(super) fn load(&mut self, name: &str, state: &[u8], numbers: &mut [f64]) -> Result<(), StateError> {
        let mut reader = StateReader::new(state);
        reader.section(name)?;
        let saved = reader.f64s()?;
        crate::state::expect_equal("numbers in the environment's state", saved.len(), numbers.len())?;
        numbers.copy_from_slice(&saved);
        self.steps = reader.u64()? as u32;
        reader.finish()
    }
}
