/// Holm's step-down correction (Holm 1979): p-values adjusted so that rejecting those at most α keeps the chance of any
/// false rejection within the family at most α. In the order of `p`.
pub fn holm(p: &[f64]) -> Vec<f64> {
    let mut order: Vec<usize> = (0..p.len()).collect();
    order.sort_by(|a, b| p[*a].total_cmp(&p[*b]));
    let mut adjusted = vec![0.0; p.len()];
    let mut highest: f64 = 0.0;
    for (rank, index) in order.into_iter().enumerate() {
        highest = highest.max((p.len() - rank) as f64 * p[index]).min(1.0);
        adjusted[index] = highest;
    }
    adjusted
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::statistics::fixture::{Fixture, close};

    #[test]
    fn an_independent_implementation_agrees() {
        let fixture = Fixture::read();
        assert!(fixture.holm.len() > 1);
        for case in fixture.holm {
            let adjusted = holm(&case.p);
            assert!(
                adjusted.iter().zip(&case.adjusted).all(|(own, other)| close(*own, *other)),
                "{adjusted:?}"
            );
        }
    }

    #[test]
    fn adjusted_values_never_fall_below_those_of_smaller_p() {
        assert_eq!(holm(&[0.01, 0.04, 0.03]), [0.03, 0.06, 0.06]);
        assert_eq!(holm(&[]), [] as [f64; 0]);
    }
}
