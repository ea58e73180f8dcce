/// Generalised advantage estimation (Schulman et al. 2016) over a rollout of several environments.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct AdvantageEstimation {
    /// Discount of the reward one step later.
    pub gamma: f64,
    /// λ: 0 = one-step, 1 = Monte-Carlo.
    pub lambda: f64,
}

impl AdvantageEstimation {
    /// Writes the advantage of each step. All slices but the last hold step after step, one number an environment:
    /// `values` of the observations acted on, `rewards` (a truncated episode's last one includes γ times the value of its
    /// last observation), `ended` whether the step was the last of its episode. `last_values` are the values of the
    /// observations after the rollout.
    pub fn estimate(
        &self,
        rewards: &[f32],
        values: &[f32],
        ended: &[bool],
        last_values: &[f32],
        advantages: &mut [f32],
    ) {
        let environments = last_values.len();
        for (environment, &last_value) in last_values.iter().enumerate() {
            let mut advantage = 0.0;
            let mut next_value = f64::from(last_value);
            for at in (environment..rewards.len()).step_by(environments).rev() {
                if ended[at] {
                    (advantage, next_value) = (0.0, 0.0);
                }
                let value = f64::from(values[at]);
                let surprise = f64::from(rewards[at]) + self.gamma * next_value - value;
                advantage = surprise + self.gamma * self.lambda * advantage;
                advantages[at] = advantage as f32;
                next_value = value;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use podpilot_random::Seed;

    /// The definition: Σ (γλ)^l δ over the rest of the episode.
    fn naive(
        estimation: AdvantageEstimation,
        rewards: &[f32],
        values: &[f32],
        ended: &[bool],
        last: f32,
    ) -> Vec<f64> {
        let next_value = |t: usize| match (ended[t], values.get(t + 1)) {
            (true, _) => 0.0,
            (false, Some(&value)) => f64::from(value),
            (false, None) => f64::from(last),
        };
        (0..rewards.len())
            .map(|start| {
                let (mut sum, mut weight) = (0.0, 1.0);
                for t in start..rewards.len() {
                    let value = f64::from(values[t]);
                    sum += weight * (f64::from(rewards[t]) + estimation.gamma * next_value(t) - value);
                    weight *= estimation.gamma * estimation.lambda;
                    if ended[t] {
                        break;
                    }
                }
                sum
            })
            .collect()
    }

    #[test]
    fn advantages_equal_the_naive_sum() {
        let mut stream = Seed(8).stream();
        for (gamma, lambda) in [(0.99, 0.95), (1.0, 1.0), (0.9, 0.0), (0.5, 0.7)] {
            let estimation = AdvantageEstimation { gamma, lambda };
            for episodes in [0_usize, 1, 3] {
                let (steps, environments) = (40, 3);
                let mut draw = || -> Vec<f32> {
                    (0..steps * environments).map(|_| stream.uniform_in(-1.0, 1.0) as f32).collect()
                };
                let (rewards, values) = (draw(), draw());
                let mut ended = vec![false; steps * environments];
                for environment in 0..environments {
                    (1..=episodes)
                        .for_each(|e| ended[(e * 11 + environment) * environments + environment] = true);
                }
                let last_values = [0.4, -0.6, 0.1];
                let mut advantages = vec![0.0; steps * environments];
                estimation.estimate(&rewards, &values, &ended, &last_values, &mut advantages);
                for (environment, &last) in last_values.iter().enumerate() {
                    let of =
                        |all: &[f32]| all.iter().skip(environment).step_by(3).copied().collect::<Vec<f32>>();
                    let ended: Vec<bool> = ended.iter().skip(environment).step_by(3).copied().collect();
                    let expected = naive(estimation, &of(&rewards), &of(&values), &ended, last);
                    for (found, expected) in of(&advantages).into_iter().zip(expected) {
                        assert!((f64::from(found) - expected).abs() < 1e-5);
                    }
                }
            }
        }
    }
}
