use super::DqnConfig;
use super::value_network::ValueNetwork;
use crate::loss::{allowed_argmax, regression};
use crate::optimizer::clip_factor;
use crate::replay::{ReplayBatch, ReplayBuffer};
use crate::simd;
use crate::state::{StateError, StateReader, StateWriter};
use crate::{Adam, Workspace};
use podpilot_random::Stream;

/// Online and target network with all that a gradient step needs.
#[derive(Debug, Clone)]
pub(super) struct Learner {
    pub(super) online: ValueNetwork,
    target: ValueNetwork,
    /// Running average of the online network, where the settings ask for one.
    average: Option<ValueNetwork>,
    optimizer: Adam,
    gradient: Vec<f32>,
    now: Workspace,
    later: Workspace,
    batch: ReplayBatch,
    best_next: Vec<u32>,
    targets: Vec<f32>,
    mask_len: usize,
    /// Whether the target differs from the online network.
    stale: bool,
}

/// Measures of one gradient step.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub(super) struct UpdateMeasures {
    pub(super) loss: f64,
    pub(super) mean_q: f64,
    /// Largest absolute target.
    pub(super) largest_target: f64,
}

impl Learner {
    pub(super) fn new(
        config: &DqnConfig,
        online: ValueNetwork,
        buffer: &ReplayBuffer,
        mask_len: usize,
    ) -> Self {
        let batch_size = config.batch_size;
        let shape = online.mlp.shape().clone();
        let len = online.mlp.parameters().len();
        Self {
            target: online.clone(),
            average: (config.policy_averaging > 0.0).then(|| online.clone()),
            online,
            optimizer: Adam::new(len, 1e-8),
            gradient: vec![0.0; len],
            now: Workspace::new(&shape, batch_size),
            later: Workspace::new(&shape, batch_size),
            batch: buffer.batch(batch_size),
            best_next: vec![0; batch_size],
            targets: vec![0.0; batch_size],
            mask_len,
            stale: false,
        }
    }

    /// Copies the online network to the target.
    pub(super) fn update_target(&mut self) {
        if self.stale {
            self.target.mlp.parameters_mut().copy_from_slice(self.online.mlp.parameters());
            self.stale = false;
        }
    }

    /// All networks become the online one: after it was set from outside.
    pub(super) fn reset_target(&mut self) {
        self.stale = true;
        self.update_target();
        if let Some(average) = &mut self.average {
            *average = self.online.clone();
        }
    }

    /// The network that the learned policy acts by.
    pub(super) fn acting(&self) -> &ValueNetwork {
        self.average.as_ref().unwrap_or(&self.online)
    }

    /// One gradient step on a batch drawn from the buffer.
    pub(super) fn step(
        &mut self,
        config: &DqnConfig,
        learning_rate: f64,
        buffer: &ReplayBuffer,
        stream: &mut Stream,
    ) -> UpdateMeasures {
        buffer.sample(stream, &mut self.batch);
        self.compute_targets(config.double);
        let measures = self.descend(config);
        let (factor, _) = clip_factor(&[&self.gradient], config.max_gradient_norm);
        self.optimizer.step(learning_rate, self.online.mlp.parameters_mut(), &self.gradient, factor);
        self.stale = true;
        if let Some(average) = &mut self.average {
            let share = (1.0 - config.policy_averaging) as f32;
            simd::move_towards(average.mlp.parameters_mut(), self.online.mlp.parameters(), share);
        }
        measures
    }

    /// Reward plus the discounted value of the best allowed next action: picked by the online network if `double`, by the
    /// target network otherwise, valued by the target network.
    fn compute_targets(&mut self, double: bool) {
        let rows = self.targets.len();
        let picking = if double { &self.online } else { &self.target };
        picking.mlp.forward(&self.batch.next_observations, rows, &mut self.later);
        for row in 0..rows {
            let mask = &self.batch.next_masks[row * self.mask_len..(row + 1) * self.mask_len];
            self.best_next[row] = allowed_argmax(picking.scores(&self.later, row), mask) as u32;
        }
        if double {
            self.target.mlp.forward(&self.batch.next_observations, rows, &mut self.later);
        }
        for row in 0..rows {
            let next = self.target.value(&self.later, row, self.best_next[row] as usize);
            let discount = self.batch.discounts[row];
            let future = if discount == 0.0 { 0.0 } else { discount * next };
            self.targets[row] = self.batch.rewards[row] + future;
        }
    }

    /// Writes the gradient of the mean loss over the batch.
    fn descend(&mut self, config: &DqnConfig) -> UpdateMeasures {
        let rows = self.targets.len();
        let share = 1.0 / rows as f32;
        self.online.mlp.forward(&self.batch.observations, rows, &mut self.now);
        let (mut loss_sum, mut q_sum, mut largest) = (0.0_f32, 0.0_f32, 0.0_f32);
        for row in 0..rows {
            let action = self.batch.actions[row] as usize;
            let q = self.online.value(&self.now, row, action);
            let (loss, slope) = regression(config.loss, q - self.targets[row]);
            loss_sum += loss;
            q_sum += q;
            largest = if largest >= self.targets[row].abs() { largest } else { self.targets[row].abs() };
            self.online.set_gradient(&mut self.now, row, action, slope * share);
        }
        self.online.mlp.backward(&self.batch.observations, &mut self.now, &mut self.gradient);
        UpdateMeasures {
            loss: f64::from(loss_sum * share),
            mean_q: f64::from(q_sum * share),
            largest_target: f64::from(largest),
        }
    }

    pub(super) fn save(&self, writer: &mut StateWriter) {
        writer.section("q networks");
        writer.f32s(self.online.mlp.parameters());
        writer.f32s(self.target.mlp.parameters());
        writer.bool(self.stale);
        writer.f32s(self.average.as_ref().map_or(&[], |average| average.mlp.parameters()));
        self.optimizer.save(writer);
    }

    pub(super) fn load(&mut self, reader: &mut StateReader<'_>) -> Result<(), StateError> {
        reader.section("q networks")?;
        reader.f32s_into("number of parameters", self.online.mlp.parameters_mut())?;
        reader.f32s_into("number of parameters", self.target.mlp.parameters_mut())?;
        self.stale = reader.bool()?;
        let average = self.average.as_mut().map_or(&mut [][..], |average| average.mlp.parameters_mut());
        reader.f32s_into("number of averaged parameters", average)?;
        self.optimizer.load(reader)
    }
}
