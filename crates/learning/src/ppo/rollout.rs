use super::AdvantageEstimation;

/// Steps of all environments since the last update: step after step, one entry an environment.
#[derive(Debug, Clone)]
pub(super) struct Rollout {
    pub(super) observation_len: usize,
    /// Actions in a mask; 0 = no masks.
    pub(super) mask_len: usize,
    /// As the networks saw them (normalised).
    pub(super) observations: Vec<f32>,
    pub(super) masks: Vec<bool>,
    pub(super) actions: Vec<u32>,
    pub(super) log_probabilities: Vec<f32>,
    pub(super) values: Vec<f32>,
    pub(super) rewards: Vec<f32>,
    pub(super) ended: Vec<bool>,
    pub(super) advantages: Vec<f32>,
    /// What the value network should have said.
    pub(super) returns: Vec<f32>,
}

impl Rollout {
    pub(super) fn new(len: usize, observation_len: usize, mask_len: usize) -> Self {
        Self {
            observation_len,
            mask_len,
            observations: vec![0.0; len * observation_len],
            masks: vec![true; len * mask_len],
            actions: vec![0; len],
            log_probabilities: vec![0.0; len],
            values: vec![0.0; len],
            rewards: vec![0.0; len],
            ended: vec![false; len],
            advantages: vec![0.0; len],
            returns: vec![0.0; len],
        }
    }

    pub(super) fn len(&self) -> usize {
        self.actions.len()
    }

    pub(super) fn observation(&self, at: usize) -> &[f32] {
        &self.observations[at * self.observation_len..(at + 1) * self.observation_len]
    }

    pub(super) fn mask(&self, at: usize) -> &[bool] {
        &self.masks[at * self.mask_len..(at + 1) * self.mask_len]
    }

    /// Advantages of all steps, and from them what the values should have been.
    pub(super) fn estimate_advantages(&mut self, estimation: AdvantageEstimation, last_values: &[f32]) {
        estimation.estimate(&self.rewards, &self.values, &self.ended, last_values, &mut self.advantages);
        for (target, (advantage, value)) in
            self.returns.iter_mut().zip(self.advantages.iter().zip(&self.values))
        {
            *target = advantage + value;
        }
    }

    /// Share of the returns' variance that the values explained; 0 where returns do not vary.
    pub(super) fn explained_variance(&self) -> f64 {
        let variance = |of: &dyn Fn(usize) -> f64| {
            let count = self.len() as f64;
            let mean = (0..self.len()).map(of).sum::<f64>() / count;
            (0..self.len()).map(|at| (of(at) - mean) * (of(at) - mean)).sum::<f64>() / count
        };
        let total = variance(&|at| f64::from(self.returns[at]));
        let left = variance(&|at| f64::from(self.returns[at]) - f64::from(self.values[at]));
        if total > 0.0 { 1.0 - left / total } else { 0.0 }
    }
}
