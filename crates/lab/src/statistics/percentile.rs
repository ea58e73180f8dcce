/// The value below which the share `at` (0-1) of `sorted` lies, linear between neighbours as in `numpy.percentile`.
/// `sorted` must be in ascending order and not empty.
pub fn percentile(sorted: &[f64], at: f64) -> f64 {
    let place = at.clamp(0.0, 1.0) * (sorted.len() - 1) as f64;
    let below = place.floor() as usize;
    let above = (below + 1).min(sorted.len() - 1);
    sorted[below] + (place - below as f64) * (sorted[above] - sorted[below])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn halfway_between_two_values_is_their_mean() {
        assert_eq!(percentile(&[1.0, 2.0, 4.0, 8.0], 0.5), 3.0);
        assert_eq!(percentile(&[1.0, 2.0, 4.0, 8.0], 1.0), 8.0);
        assert_eq!(percentile(&[7.0], 0.3), 7.0);
    }
}
