use super::Categorical;

/// PPO's clipped surrogate with an entropy bonus (Schulman et al. 2017), for one row.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ClippedPolicyLoss {
    /// Clip range ε of the probability ratio.
    pub clip_range: f32,
    /// Weight of the entropy bonus.
    pub entropy_coefficient: f32,
    /// The row's weight, such as 1 / rows.
    pub weight: f32,
}

/// What one row contributes, before weighting.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct PolicyTerms {
    /// −min(r·A, clip(r)·A).
    pub policy_loss: f32,
    /// Entropy in nats.
    pub entropy: f32,
    /// Estimate (r − 1) − log r of the divergence from the old policy (Schulman 2020).
    pub approximate_kl: f32,
    /// Whether the ratio left the clip range.
    pub clipped: bool,
}

impl ClippedPolicyLoss {
    /// Writes the gradient of the weighted loss with respect to the logits `distribution` was set from.
    pub fn row(
        &self,
        distribution: &Categorical,
        action: usize,
        old_log_probability: f32,
        advantage: f32,
        gradient: &mut [f32],
    ) -> PolicyTerms {
        let log_ratio = distribution.log_probability(action) - old_log_probability;
        let ratio = libm::expf(log_ratio);
        let clipped_ratio = ratio.clamp(1.0 - self.clip_range, 1.0 + self.clip_range);
        let (free, bound) = (ratio * advantage, clipped_ratio * advantage);
        gradient.fill(0.0);
        if free <= bound {
            distribution.add_log_probability_gradient(action, -self.weight * free, gradient);
        }
        if self.entropy_coefficient != 0.0 {
            distribution.add_entropy_gradient(-self.weight * self.entropy_coefficient, gradient);
        }
        PolicyTerms {
            policy_loss: -free.min(bound),
            entropy: distribution.entropy(),
            approximate_kl: (ratio - 1.0) - log_ratio,
            clipped: (ratio - 1.0).abs() > self.clip_range,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LOGITS: [f32; 3] = [0.2, -0.4, 0.9];

    fn loss_at(logits: &[f32], old: f32, advantage: f32) -> f64 {
        let mut distribution = Categorical::new(3);
        distribution.set(logits, &[]);
        let loss = ClippedPolicyLoss { clip_range: 0.2, entropy_coefficient: 0.03, weight: 0.5 };
        let terms = loss.row(&distribution, 1, old, advantage, &mut [0.0; 3]);
        0.5 * f64::from(terms.policy_loss - 0.03 * terms.entropy)
    }

    #[test]
    fn the_gradient_matches_finite_differences_inside_and_outside_the_clip_range() {
        let mut distribution = Categorical::new(3);
        distribution.set(&LOGITS, &[]);
        let now = distribution.log_probability(1);
        for (shift, advantage) in
            [(0.05, 1.3), (0.05, -1.3), (0.5, 1.0), (-0.5, -1.0), (0.5, -1.0), (-0.5, 1.0)]
        {
            let old = now - shift;
            let mut gradient = [0.0; 3];
            let loss = ClippedPolicyLoss { clip_range: 0.2, entropy_coefficient: 0.03, weight: 0.5 };
            let terms = loss.row(&distribution, 1, old, advantage, &mut gradient);
            assert_eq!(terms.clipped, shift.abs() > 0.2);
            assert!(terms.approximate_kl >= 0.0);
            for i in 0..3 {
                let moved = |h: f32| {
                    let mut moved = LOGITS;
                    moved[i] += h;
                    loss_at(&moved, old, advantage)
                };
                let numeric = (moved(3e-3) - moved(-3e-3)) / 6e-3;
                assert!(
                    (numeric - f64::from(gradient[i])).abs() < 2e-3,
                    "shift {shift}, advantage {advantage}: {numeric} {}",
                    gradient[i]
                );
            }
        }
    }
}
