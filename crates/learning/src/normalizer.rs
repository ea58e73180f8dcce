use crate::state::{StateError, StateReader, StateWriter};
use serde::{Deserialize, Serialize};

/// Mean and variance of each number of an observation, updated as observations come (Chan et al. 1979).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RunningNormalizer {
    mean: Vec<f64>,
    variance: Vec<f64>,
    count: f64,
}

impl RunningNormalizer {
    /// Normalised numbers are clipped to ± this.
    pub const CLIP: f64 = 10.0;
    /// Added to the variance.
    const EPSILON: f64 = 1e-8;

    /// Mean zero and variance one until observations come.
    pub fn new(len: usize) -> Self {
        Self { mean: vec![0.0; len], variance: vec![1.0; len], count: 1e-4 }
    }

    /// From its parts; `None` if their lengths differ or a variance is negative or not a number.
    pub fn from_parts(mean: Vec<f64>, variance: Vec<f64>, count: f64) -> Option<Self> {
        let sound = mean.len() == variance.len()
            && count > 0.0
            && mean.iter().all(|mean| mean.is_finite())
            && variance.iter().all(|&variance| variance.is_finite() && variance >= 0.0);
        sound.then_some(Self { mean, variance, count })
    }

    /// Numbers in an observation.
    pub fn len(&self) -> usize {
        self.mean.len()
    }

    /// Whether observations have no numbers.
    pub fn is_empty(&self) -> bool {
        self.mean.is_empty()
    }

    /// Mean of each number.
    pub fn mean(&self) -> &[f64] {
        &self.mean
    }

    /// Variance of each number.
    pub fn variance(&self) -> &[f64] {
        &self.variance
    }

    /// Observations taken up so far (plus 1e-4).
    pub fn count(&self) -> f64 {
        self.count
    }

    /// Takes up a batch of observations (rows of [`Self::len`] numbers).
    pub fn update(&mut self, rows: &[f32]) {
        let len = self.len().max(1);
        let rows_count = rows.len() / len;
        if rows_count == 0 {
            return;
        }
        let batch = rows_count as f64;
        let total = self.count + batch;
        for (column, (mean, variance)) in self.mean.iter_mut().zip(&mut self.variance).enumerate() {
            let values = || rows.iter().skip(column).step_by(len).map(|&value| f64::from(value));
            let batch_mean = values().sum::<f64>() / batch;
            let squares: f64 = values().map(|value| (value - batch_mean) * (value - batch_mean)).sum();
            let delta = batch_mean - *mean;
            *mean += delta * batch / total;
            *variance =
                (*variance * self.count + squares + delta * delta * self.count * batch / total) / total;
        }
        self.count = total;
    }

    /// (x − mean) / √(variance + 1e-8), clipped to ±[`Self::CLIP`], row by row.
    pub fn normalize(&self, rows: &[f32], out: &mut [f32]) {
        let len = self.len().max(1);
        for (row, out) in rows.chunks_exact(len).zip(out.chunks_exact_mut(len)) {
            let moments = self.mean.iter().zip(&self.variance);
            for ((out, &value), (mean, variance)) in out.iter_mut().zip(row).zip(moments) {
                let normal = (f64::from(value) - mean) / (variance + Self::EPSILON).sqrt();
                *out = normal.clamp(-Self::CLIP, Self::CLIP) as f32;
            }
        }
    }

    pub(crate) fn save(&self, writer: &mut StateWriter) {
        writer.section("normalizer");
        writer.f64s(&self.mean);
        writer.f64s(&self.variance);
        writer.f64(self.count);
    }

    pub(crate) fn load(&mut self, reader: &mut StateReader<'_>) -> Result<(), StateError> {
        reader.section("normalizer")?;
        let (mean, variance) = (reader.f64s()?, reader.f64s()?);
        crate::state::expect_equal("observation length", mean.len(), self.len())?;
        crate::state::expect_equal("observation length", variance.len(), self.len())?;
        *self = Self { mean, variance, count: reader.f64()? };
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use podpilot_random::Seed;

    #[test]
    fn batches_of_any_size_give_the_moments_of_all_rows() {
        let mut stream = Seed(2).stream();
        let rows: Vec<f32> = (0..1_000)
            .flat_map(|_| [stream.normal(3.0, 2.0) as f32, stream.normal(-1.0, 0.1) as f32])
            .collect();
        let mut normalizer = RunningNormalizer::new(2);
        let mut rest = &rows[..];
        for size in (1..).take_while(|_| true) {
            let take = (2 * size).min(rest.len());
            normalizer.update(&rest[..take]);
            rest = &rest[take..];
            if rest.is_empty() {
                break;
            }
        }
        for column in 0..2 {
            let values: Vec<f64> =
                rows.iter().skip(column).step_by(2).map(|&value| f64::from(value)).collect();
            let mean = values.iter().sum::<f64>() / 1_000.0;
            let variance = values.iter().map(|value| (value - mean) * (value - mean)).sum::<f64>() / 1_000.0;
            assert!((normalizer.mean()[column] - mean).abs() < 1e-5);
            assert!((normalizer.variance()[column] / variance - 1.0).abs() < 1e-3);
        }
        let mut out = [0.0; 2];
        normalizer.normalize(&[3.0, 1e9], &mut out);
        assert!(out[0].abs() < 0.1 && out[1] == 10.0, "{out:?}");
    }

    #[test]
    fn unsound_parts_are_refused() {
        assert!(RunningNormalizer::from_parts(vec![0.0], vec![1.0], 1.0).is_some());
        assert!(RunningNormalizer::from_parts(vec![0.0], vec![], 1.0).is_none());
        assert!(RunningNormalizer::from_parts(vec![0.0], vec![-1.0], 1.0).is_none());
        assert!(RunningNormalizer::from_parts(vec![f64::NAN], vec![1.0], 1.0).is_none());
    }
}
