use crate::simd::{self, AdamStep};
use crate::state::{StateError, StateReader, StateWriter};

/// Adam (Kingma and Ba 2015) over one flat slice of parameters, with optional decoupled weight decay (Loshchilov and
/// Hutter 2019).
#[derive(Debug, Clone, PartialEq)]
pub struct Adam {
    first: Vec<f32>,
    second: Vec<f32>,
    epsilon: f32,
    weight_decay: f64,
    beta1_power: f64,
    beta2_power: f64,
}

impl Adam {
    const BETA1: f64 = 0.9;
    const BETA2: f64 = 0.999;

    /// For `len` parameters; `epsilon` is 1e-8 in PyTorch and 1e-5 in PPO.
    pub fn new(len: usize, epsilon: f32) -> Self {
        Self {
            first: vec![0.0; len],
            second: vec![0.0; len],
            epsilon,
            weight_decay: 0.0,
            beta1_power: 1.0,
            beta2_power: 1.0,
        }
    }

    /// Shrinks parameters by `learning_rate × weight_decay` in each step.
    #[must_use]
    pub fn with_weight_decay(mut self, weight_decay: f64) -> Self {
        self.weight_decay = weight_decay;
        self
    }

    /// One step against `gradient × gradient_scale`.
    ///
    /// # Panics
    /// If the slices have another length than the optimiser.
    pub fn step(
        &mut self,
        learning_rate: f64,
        parameters: &mut [f32],
        gradient: &[f32],
        gradient_scale: f32,
    ) {
        assert!(parameters.len() == self.first.len() && gradient.len() == self.first.len());
        self.beta1_power *= Self::BETA1;
        self.beta2_power *= Self::BETA2;
        let step = AdamStep {
            beta1: Self::BETA1 as f32,
            beta2: Self::BETA2 as f32,
            step_size: (learning_rate / (1.0 - self.beta1_power)) as f32,
            root_correction: (1.0 / (1.0 - self.beta2_power).sqrt()) as f32,
            epsilon: self.epsilon,
            gradient_scale,
            decay: (1.0 - learning_rate * self.weight_decay) as f32,
        };
        simd::adam(step, parameters, &mut self.first, &mut self.second, gradient);
    }

    pub(crate) fn save(&self, writer: &mut StateWriter) {
        writer.section("adam");
        writer.f32s(&self.first);
        writer.f32s(&self.second);
        writer.f64(self.beta1_power);
        writer.f64(self.beta2_power);
    }

    pub(crate) fn load(&mut self, reader: &mut StateReader<'_>) -> Result<(), StateError> {
        reader.section("adam")?;
        reader.f32s_into("number of parameters", &mut self.first)?;
        reader.f32s_into("number of parameters", &mut self.second)?;
        self.beta1_power = reader.f64()?;
        self.beta2_power = reader.f64()?;
        Ok(())
    }
}

/// The factor that brings the norm of all `gradients` together down to `limit` (1 where it is below), and the norm.
pub(crate) fn clip_factor(gradients: &[&[f32]], limit: Option<f32>) -> (f32, f64) {
    let norm = gradients.iter().map(|gradient| simd::squared_norm(gradient)).sum::<f64>().sqrt();
    // The small constant is PyTorch's guard against a division by zero.
    let factor = limit.map_or(1.0, |limit| (f64::from(limit) / (norm + 1e-6)).min(1.0));
    (factor as f32, norm)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn adam_finds_the_minimum_of_a_parabola() {
        let mut adam = Adam::new(2, 1e-8);
        let mut parameters = [5.0_f32, -3.0];
        for _ in 0..3_000 {
            let gradient = [2.0 * (parameters[0] - 1.0), 20.0 * (parameters[1] - 2.0)];
            adam.step(0.01, &mut parameters, &gradient, 1.0);
        }
        assert!((parameters[0] - 1.0).abs() < 1e-3 && (parameters[1] - 2.0).abs() < 1e-3, "{parameters:?}");
    }

    #[test]
    fn the_first_step_has_the_size_of_the_learning_rate() {
        let mut adam = Adam::new(1, 0.0);
        let mut parameters = [0.0_f32];
        adam.step(0.1, &mut parameters, &[123.0], 1.0);
        assert!((parameters[0] + 0.1).abs() < 1e-6);
    }

    #[test]
    fn weight_decay_shrinks_a_parameter_without_gradient() {
        let mut adam = Adam::new(1, 1e-8).with_weight_decay(0.5);
        let mut parameters = [2.0_f32];
        adam.step(0.1, &mut parameters, &[0.0], 1.0);
        assert!((parameters[0] - 1.9).abs() < 1e-6);
    }

    #[test]
    fn clipping_acts_on_the_norm_of_all_gradients_together() {
        let (factor, norm) = clip_factor(&[&[3.0], &[0.0, 4.0]], Some(0.5));
        assert!((norm - 5.0).abs() < 1e-9 && (factor - 0.1).abs() < 1e-6);
        assert_eq!(clip_factor(&[&[0.3]], Some(0.5)).0, 1.0);
        assert_eq!(clip_factor(&[&[300.0]], None).0, 1.0);
    }
}
