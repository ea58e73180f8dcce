use crate::{Environment, GreedyPolicy};
use podpilot_random::Seed;

/// Returns of `episodes` episodes in which the policy acts greedily; episode `i` starts from `seed.indexed(i)`.
pub fn evaluate(
    policy: &mut GreedyPolicy,
    environment: &mut impl Environment,
    episodes: usize,
    seed: Seed,
) -> Vec<f64> {
    let mut observation = vec![0.0; environment.observation_len()];
    let mut mask = vec![true; environment.action_count()];
    let mut returns = Vec::with_capacity(episodes);
    for episode in 0..episodes as u64 {
        environment.reset(seed.indexed(episode), &mut observation);
        let mut sum = 0.0;
        loop {
            environment.action_mask(&mut mask);
            let step = environment.step(policy.act(&observation, &mask), &mut observation);
            sum += f64::from(step.reward);
            if step.end.is_some() {
                break;
            }
        }
        returns.push(sum);
    }
    returns
}

/// Mean of the middle half: a quarter of the scores, rounded down, is cut from each end (Agarwal et al. 2021).
pub fn interquartile_mean(scores: &[f64]) -> f64 {
    let mut sorted = scores.to_vec();
    sorted.sort_by(f64::total_cmp);
    let cut = sorted.len() / 4;
    let middle = &sorted[cut..sorted.len() - cut];
    middle.iter().sum::<f64>() / middle.len() as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_interquartile_mean_ignores_the_outer_quarters() {
        assert_eq!(interquartile_mean(&[100.0, 1.0, 2.0, 3.0, 4.0, 5.0, 6.0, -90.0]), 3.5);
        // Ten scores: two are cut from each end, as scipy's trim_mean(0.25) does.
        assert_eq!(interquartile_mean(&[0.0, 1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0, 8.0, 90.0]), 4.5);
        assert_eq!(interquartile_mean(&[7.0]), 7.0);
    }
}
