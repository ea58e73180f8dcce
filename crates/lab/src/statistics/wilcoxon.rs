/// Up to here the distribution is counted out, if no two differences are equal in size.
const EXACT_UP_TO: usize = 50;

use super::normal::normal_cdf;

/// Wilcoxon's signed-rank test of paired differences against symmetry round zero.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct WilcoxonTest {
    /// Differences that are not zero.
    pub differences: usize,
    /// The smaller of the two rank sums.
    pub statistic: f64,
    /// Two-sided p-value.
    pub p: f64,
    /// Whether the distribution was counted out; else the normal approximation with the correction for ties.
    pub exact: bool,
}

/// The test; zero differences are left out (Wilcoxon's own rule). `None` if none is left.
pub fn wilcoxon_signed_rank(differences: &[f64]) -> Option<WilcoxonTest> {
    let ranks = signed_ranks(differences);
    let count = ranks.len();
    let positive: f64 = ranks.iter().filter(|rank| **rank > 0.0).sum();
    let negative: f64 = -ranks.iter().filter(|rank| **rank < 0.0).sum::<f64>();
    let statistic = positive.min(negative);
    let ties = tie_sum(&ranks);
    let exact = count <= EXACT_UP_TO && ties == 0.0 && count == differences.len();
    let p = if exact { exact_p(statistic as usize, count) } else { approximate_p(statistic, count, ties) };
    (count > 0).then_some(WilcoxonTest { differences: count, statistic, p, exact })
}

/// Ranks by size, with the sign of their difference; equal sizes share the mean of their ranks. Zeros are left out.
pub(super) fn signed_ranks(differences: &[f64]) -> Vec<f64> {
    let mut sorted: Vec<f64> = differences.iter().copied().filter(|value| *value != 0.0).collect();
    sorted.sort_by(|a, b| a.abs().total_cmp(&b.abs()));
    let mut ranks = Vec::with_capacity(sorted.len());
    for group in sorted.chunk_by(|a, b| a.abs() == b.abs()) {
        let mean_rank = ranks.len() as f64 + f64::midpoint(1.0, group.len() as f64);
        ranks.extend(group.iter().map(|value| mean_rank.copysign(*value)));
    }
    ranks
}

/// Σ(t³ − t) over groups of t equal ranks.
fn tie_sum(ranks: &[f64]) -> f64 {
    let groups = ranks.chunk_by(|a, b| a.abs() == b.abs());
    groups.map(|group| group.len() as f64).map(|size| size * size * size - size).sum()
}

/// Twice the chance of a rank sum at most `statistic`, from the number of subsets of 1..=count with each sum.
fn exact_p(statistic: usize, count: usize) -> f64 {
    let mut ways = vec![0.0; count * (count + 1) / 2 + 1];
    ways[0] = 1.0;
    for rank in 1..=count {
        for sum in (rank..ways.len()).rev() {
            ways[sum] += ways[sum - rank];
        }
    }
    let at_most: f64 = ways[..=statistic].iter().sum();
    (2.0 * at_most / libm::exp2(count as f64)).min(1.0)
}

fn approximate_p(statistic: f64, count: usize, ties: f64) -> f64 {
    let n = count as f64;
    let variance = n * (n + 1.0) * (2.0 * n + 1.0) / 24.0 - ties / 48.0;
    let z = (statistic - n * (n + 1.0) / 4.0) / variance.sqrt();
    (2.0 * normal_cdf(-z.abs())).min(1.0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::statistics::fixture::{Fixture, close};

    #[test]
    fn scipy_agrees() {
        let fixture = Fixture::read();
        let kinds: Vec<bool> = fixture.pairs.iter().map(|case| case.wilcoxon_exact).collect();
        assert!(kinds.contains(&true) && kinds.contains(&false), "both ways must be checked");
        for case in fixture.pairs {
            let test = wilcoxon_signed_rank(&case.differences()).unwrap();
            assert_eq!(test.exact, case.wilcoxon_exact, "{case:?}");
            assert!(close(test.statistic, case.wilcoxon_statistic), "{test:?} {case:?}");
            assert!(close(test.p, case.wilcoxon_p), "{test:?} {case:?}");
        }
    }

    #[test]
    fn all_zero_is_no_test() {
        assert_eq!(wilcoxon_signed_rank(&[0.0, 0.0]), None);
    }
}
