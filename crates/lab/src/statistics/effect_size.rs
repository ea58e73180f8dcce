use super::wilcoxon::signed_ranks;

/// Cliff's delta: the share of pairs (one value of each) in which `own` is larger, minus the share in which it is
/// smaller. −1 to 1; `None` if either is empty. Blind to the pairing.
pub fn cliffs_delta(own: &[f64], other: &[f64]) -> Option<f64> {
    let sign = |a: f64, b: f64| f64::from(u8::from(a > b)) - f64::from(u8::from(a < b));
    let sum: f64 = own.iter().flat_map(|a| other.iter().map(move |b| sign(*a, *b))).sum();
    let pairs = own.len() * other.len();
    (pairs > 0).then(|| sum / pairs as f64)
}

/// Matched-pairs rank-biserial correlation (Kerby 2014): the ranks of positive differences minus those of negative ones, over
/// all ranks. −1: every day is lower; `None` without a difference.
pub fn rank_biserial(differences: &[f64]) -> Option<f64> {
    let ranks = signed_ranks(differences);
    let total: f64 = ranks.iter().map(|rank| rank.abs()).sum();
    (total > 0.0).then(|| ranks.iter().sum::<f64>() / total)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::statistics::fixture::{Fixture, close};

    #[test]
    fn scipy_agrees() {
        let fixture = Fixture::read();
        assert!(fixture.pairs.len() > 2);
        for case in fixture.pairs {
            assert!(close(cliffs_delta(&case.own, &case.other).unwrap(), case.cliffs_delta), "{case:?}");
            assert!(close(rank_biserial(&case.differences()).unwrap(), case.rank_biserial), "{case:?}");
        }
    }

    #[test]
    fn nothing_to_compare_has_no_size() {
        assert_eq!(cliffs_delta(&[], &[1.0]), None);
        assert_eq!(rank_biserial(&[0.0, 0.0]), None);
        assert_eq!(rank_biserial(&[-1.0, -2.0]), Some(-1.0));
    }
}
