/// Mean of the middle half of the values, as `scipy.stats.trim_mean(values, 0.25)` and rliable's `aggregate_iqm` have
/// it; `None` without values.
pub fn interquartile_mean(values: &[f64]) -> Option<f64> {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    let cut = sorted.len() / 4;
    let middle = &sorted[cut..sorted.len() - cut];
    (!middle.is_empty()).then(|| middle.iter().sum::<f64>() / middle.len() as f64)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::statistics::fixture::{Fixture, close};

    #[test]
    fn rliable_agrees() {
        let fixture = Fixture::read();
        let all: Vec<f64> = fixture.rliable.strata.concat();
        assert!(close(interquartile_mean(&all).unwrap(), fixture.rliable.interquartile_mean));
    }

    #[test]
    fn one_wild_day_does_not_move_it() {
        assert_eq!(interquartile_mean(&[1.0, 2.0, 3.0, 1_000.0]), Some(2.5));
        assert_eq!(interquartile_mean(&[]), None);
    }
}
