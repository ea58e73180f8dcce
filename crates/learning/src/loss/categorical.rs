use podpilot_random::Stream;

/// A masked categorical distribution over actions, made anew from the logits of each row. Forbidden actions have
/// probability zero and no part in the entropy.
#[derive(Debug, Clone)]
pub struct Categorical {
    probabilities: Vec<f32>,
    log_probabilities: Vec<f32>,
}

impl Categorical {
    /// For `actions` actions.
    pub fn new(actions: usize) -> Self {
        Self { probabilities: vec![0.0; actions], log_probabilities: vec![0.0; actions] }
    }

    /// Softmax over the allowed logits; an empty `mask` allows all.
    pub fn set(&mut self, logits: &[f32], mask: &[bool]) {
        let allowed = |action: usize| mask.get(action).copied().unwrap_or(true);
        let highest = (0..logits.len()).filter(|&action| allowed(action)).map(|action| logits[action]);
        let highest = highest.fold(f32::NEG_INFINITY, f32::max);
        let mut sum = 0.0;
        for (action, &logit) in logits.iter().enumerate() {
            let weight = if allowed(action) { libm::expf(logit - highest) } else { 0.0 };
            self.probabilities[action] = weight;
            sum += weight;
        }
        let log_sum = libm::logf(sum) + highest;
        let scale = 1.0 / sum;
        for (action, &logit) in logits.iter().enumerate() {
            self.probabilities[action] *= scale;
            self.log_probabilities[action] =
                if allowed(action) { logit - log_sum } else { f32::NEG_INFINITY };
        }
    }

    /// Probability of each action.
    pub fn probabilities(&self) -> &[f32] {
        &self.probabilities
    }

    /// Logarithm of an action's probability.
    pub fn log_probability(&self, action: usize) -> f32 {
        self.log_probabilities[action]
    }

    /// Entropy in nats.
    pub fn entropy(&self) -> f32 {
        let terms = self.probabilities.iter().zip(&self.log_probabilities);
        -terms.filter(|&(&p, _)| p > 0.0).map(|(&p, &log_p)| p * log_p).sum::<f32>()
    }

    /// Draws an action.
    pub fn sample(&self, stream: &mut Stream) -> usize {
        let mut left = stream.uniform() as f32;
        let mut last = 0;
        for (action, &probability) in self.probabilities.iter().enumerate() {
            if probability > 0.0 {
                last = action;
                if left < probability {
                    break;
                }
                left -= probability;
            }
        }
        last
    }

    /// Adds the gradient of `weight × log π(action)` with respect to the logits.
    pub fn add_log_probability_gradient(&self, action: usize, weight: f32, gradient: &mut [f32]) {
        for (slot, &probability) in gradient.iter_mut().zip(&self.probabilities) {
            *slot -= weight * probability;
        }
        gradient[action] += weight;
    }

    /// Adds the gradient of `weight × entropy` with respect to the logits.
    pub fn add_entropy_gradient(&self, weight: f32, gradient: &mut [f32]) {
        let entropy = self.entropy();
        let terms = self.probabilities.iter().zip(&self.log_probabilities);
        for (slot, (&probability, &log_probability)) in gradient.iter_mut().zip(terms) {
            if probability > 0.0 {
                *slot -= weight * probability * (log_probability + entropy);
            }
        }
    }
}

/// The allowed action with the highest score, the first of equals; an empty `mask` allows all. A score that is not a
/// number never wins against one that is.
pub fn allowed_argmax(scores: &[f32], mask: &[bool]) -> usize {
    let allowed = |action: usize| mask.get(action).copied().unwrap_or(true);
    let mut best: Option<usize> = None;
    for (action, &score) in scores.iter().enumerate() {
        if allowed(action) && best.is_none_or(|best| score > scores[best] || scores[best].is_nan()) {
            best = Some(action);
        }
    }
    best.unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use podpilot_random::Seed;

    #[test]
    fn probabilities_sum_to_one_over_the_allowed_actions() {
        let mut categorical = Categorical::new(4);
        categorical.set(&[1.0, 200.0, -3.0, 0.5], &[true, false, true, true]);
        let probabilities = categorical.probabilities();
        assert!((probabilities.iter().sum::<f32>() - 1.0).abs() < 1e-6 && probabilities[1] == 0.0);
        let ratio = f64::from(probabilities[0] / probabilities[3]);
        assert!((ratio - libm::exp(0.5)).abs() < 1e-5);
        assert!(
            (f64::from(categorical.log_probability(2)) - libm::log(f64::from(probabilities[2]))).abs() < 1e-5
        );
    }

    #[test]
    fn the_entropy_of_equal_logits_is_the_logarithm_of_the_allowed_count() {
        let mut categorical = Categorical::new(5);
        categorical.set(&[7.0; 5], &[true, true, false, true, true]);
        assert!((f64::from(categorical.entropy()) - libm::log(4.0)).abs() < 1e-6);
    }

    #[test]
    fn draws_follow_the_probabilities_and_never_the_mask() {
        let mut categorical = Categorical::new(3);
        categorical.set(&[0.0, 5.0, 1.0], &[true, false, true]);
        let mut stream = Seed(1).stream();
        let mut counts = [0_u32; 3];
        (0..100_000).for_each(|_| counts[categorical.sample(&mut stream)] += 1);
        assert_eq!(counts[1], 0);
        let expected = 1.0 / (1.0 + libm::exp(1.0));
        assert!((f64::from(counts[0]) / 1e5 - expected).abs() < 0.006, "{counts:?}");
    }

    #[test]
    fn gradients_match_finite_differences() {
        let (logits, mask) = ([0.3_f32, -1.0, 2.0, 0.7], [true, true, false, true]);
        let value = |logits: &[f32]| {
            let mut categorical = Categorical::new(4);
            categorical.set(logits, &mask);
            f64::from(1.5 * categorical.log_probability(3) + 0.4 * categorical.entropy())
        };
        let mut categorical = Categorical::new(4);
        categorical.set(&logits, &mask);
        let mut gradient = [0.0; 4];
        categorical.add_log_probability_gradient(3, 1.5, &mut gradient);
        categorical.add_entropy_gradient(0.4, &mut gradient);
        for i in 0..4 {
            let moved = |h: f32| {
                let mut moved = logits;
                moved[i] += h;
                value(&moved)
            };
            let numeric = (moved(1e-2) - moved(-1e-2)) / 2e-2;
            assert!((numeric - f64::from(gradient[i])).abs() < 1e-3, "{i}: {numeric} {}", gradient[i]);
        }
    }

    #[test]
    fn the_argmax_respects_the_mask_and_ignores_what_is_not_a_number() {
        assert_eq!(allowed_argmax(&[1.0, 3.0, 2.0], &[]), 1);
        assert_eq!(allowed_argmax(&[1.0, 3.0, 2.0], &[true, false, true]), 2);
        assert_eq!(allowed_argmax(&[f32::NAN, -1.0, f32::NAN], &[]), 1);
        assert_eq!(allowed_argmax(&[2.0, 2.0], &[]), 0);
    }
}
