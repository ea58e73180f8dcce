use crate::RunningNormalizer;
use crate::state::{StateError, StateReader, StateWriter};

/// Divides rewards by the running deviation of the discounted return, clipped to ±10 (Engstrom et al. 2020): the size of
/// the rewards then hardly matters to the learning rate.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct RewardScaling {
    gamma: f64,
    returns: Vec<f64>,
    statistics: RunningNormalizer,
}

impl RewardScaling {
    pub(super) fn new(environments: usize, gamma: f64) -> Self {
        Self { gamma, returns: vec![0.0; environments], statistics: RunningNormalizer::new(1) }
    }

    /// Takes up a reward of one environment and gives it scaled.
    pub(super) fn scale(&mut self, environment: usize, reward: f32, ended: bool) -> f32 {
        let sum = self.returns[environment] * self.gamma + f64::from(reward);
        self.statistics.update(&[sum as f32]);
        self.returns[environment] = if ended { 0.0 } else { sum };
        let deviation = (self.statistics.variance()[0] + 1e-8).sqrt();
        (f64::from(reward) / deviation).clamp(-RunningNormalizer::CLIP, RunningNormalizer::CLIP) as f32
    }

    pub(super) fn save(&self, writer: &mut StateWriter) {
        writer.section("reward scaling");
        writer.f64s(&self.returns);
        self.statistics.save(writer);
    }

    pub(super) fn load(&mut self, reader: &mut StateReader<'_>) -> Result<(), StateError> {
        reader.section("reward scaling")?;
        self.returns = reader.f64s()?;
        self.statistics.load(reader)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_size_of_the_rewards_does_not_matter() {
        let scaled = |size: f32| -> f32 {
            let mut scaling = RewardScaling::new(1, 0.9);
            (0..500).map(|i| scaling.scale(0, size * (i % 7) as f32, i % 50 == 49)).last().unwrap()
        };
        let (small, large) = (scaled(0.01), scaled(1_000.0));
        assert!((small / large - 1.0).abs() < 1e-3, "{small} {large}");
    }
}
