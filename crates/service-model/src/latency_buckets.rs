//! The fixed latency buckets of every histogram: log-spaced, the same everywhere, so that histograms add up.
//!
//! Bucket 0 holds all below 1 ms. From there every doubling is cut into eight equal parts, which makes the bucket
//! of a latency the top bits of its floating-point number. The last bucket is open-ended.

/// Number of buckets.
pub const COUNT: usize = 128;

const PARTS_PER_DOUBLING: usize = 8;
const FIRST_BOUND_S: f64 = 1e-3;
/// Of the 52 bits of a mantissa, those below the three that tell eight parts apart.
const LOW_BITS: u32 = 52 - 3;
const BITS_OF_ONE: u64 = 1.0_f64.to_bits() >> LOW_BITS;

/// Lower bound of a bucket, seconds.
pub fn lower_bound_s(bucket: usize) -> f64 {
    if bucket == 0 { 0.0 } else { bound_s(bucket - 1) }
}

/// Upper bound of a bucket, seconds; infinite for the last.
pub fn upper_bound_s(bucket: usize) -> f64 {
    if bucket + 1 >= COUNT { f64::INFINITY } else { bound_s(bucket) }
}

fn bound_s(index: usize) -> f64 {
    let doubling = (1_u64 << (index / PARTS_PER_DOUBLING)) as f64;
    let part = (index % PARTS_PER_DOUBLING) as f64 / PARTS_PER_DOUBLING as f64;
    FIRST_BOUND_S * doubling * (1.0 + part)
}

/// The bucket that a latency falls into. A latency on a bound belongs to the bucket above it, give or take rounding.
#[inline]
pub fn bucket_of(latency_s: f64) -> usize {
    let scaled = (latency_s * (1.0 / FIRST_BOUND_S)).max(0.5);
    let above_one = (scaled.to_bits() >> LOW_BITS) as i64 - BITS_OF_ONE as i64 + 1;
    above_one.clamp(0, COUNT as i64 - 1) as usize
}

/// Quantile of a histogram over the buckets, seconds, interpolated within the bucket; `None` if it is empty. In the
/// open-ended bucket it is the lower bound.
pub fn quantile_s(counts: &[f64], quantile: f64) -> Option<f64> {
    let total: f64 = counts.iter().sum();
    if total <= 0.0 {
        return None;
    }
    let rank = quantile * total;
    let mut below = 0.0;
    for (bucket, &count) in counts.iter().enumerate() {
        if count > 0.0 && below + count >= rank {
            return Some(within_bucket_s(bucket, (rank - below) / count));
        }
        below += count;
    }
    counts.iter().rposition(|&count| count > 0.0).map(|bucket| within_bucket_s(bucket, 1.0))
}

fn within_bucket_s(bucket: usize, part: f64) -> f64 {
    let lower_s = lower_bound_s(bucket);
    let upper_s = upper_bound_s(bucket);
    if upper_s.is_finite() { lower_s + part * (upper_s - lower_s) } else { lower_s }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_latency_lies_within_the_bounds_of_its_bucket() {
        for step in 0..20_000 {
            let latency_s = 1e-4 * libm::exp2(f64::from(step) * 1e-3);
            let bucket = bucket_of(latency_s);
            assert!(lower_bound_s(bucket) <= latency_s * (1.0 + 1e-12), "{latency_s} in {bucket}");
            assert!(latency_s <= upper_bound_s(bucket) * (1.0 + 1e-12), "{latency_s} in {bucket}");
        }
        assert_eq!(bucket_of(0.0), 0);
        assert_eq!(bucket_of(1e9), COUNT - 1);
    }

    #[test]
    fn buckets_join_without_gaps() {
        for bucket in 1..COUNT {
            assert_eq!(lower_bound_s(bucket), upper_bound_s(bucket - 1));
            assert!(lower_bound_s(bucket) < upper_bound_s(bucket));
        }
    }

    #[test]
    fn quantiles_interpolate() {
        let mut counts = vec![0.0; COUNT];
        assert_eq!(quantile_s(&counts, 0.5), None);
        counts[8] = 3.0;
        counts[9] = 1.0;
        let first_s = lower_bound_s(8);
        let second_s = lower_bound_s(9);
        assert_eq!(quantile_s(&counts, 0.75), Some(second_s));
        let middle_s = quantile_s(&counts, 0.375).unwrap();
        assert!((middle_s - 0.5 * (first_s + second_s)).abs() < 1e-12);
        assert_eq!(quantile_s(&counts, 1.0), Some(upper_bound_s(9)));
    }
}
