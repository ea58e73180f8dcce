//! Values of `SciPy` and rliable; `tests/fixtures/statistics.py` made them and names the versions.

use serde::Deserialize;

const TEXT: &str = include_str!("../../tests/fixtures/statistics.json");

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Fixture {
    #[serde(rename = "versions")]
    _versions: serde_json::Value,
    /// z and its distribution function.
    pub(crate) normal: Vec<[f64; 2]>,
    /// t, degrees of freedom, two-sided p.
    pub(crate) student: Vec<[f64; 3]>,
    pub(crate) holm: Vec<Family>,
    pub(crate) pairs: Vec<Pairs>,
    pub(crate) rliable: Rliable,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Family {
    pub(crate) p: Vec<f64>,
    pub(crate) adjusted: Vec<f64>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Pairs {
    pub(crate) own: Vec<f64>,
    pub(crate) other: Vec<f64>,
    pub(crate) wilcoxon_exact: bool,
    pub(crate) wilcoxon_statistic: f64,
    pub(crate) wilcoxon_p: f64,
    pub(crate) rank_biserial: f64,
    pub(crate) cliffs_delta: f64,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Rliable {
    pub(crate) strata: Vec<Vec<f64>>,
    pub(crate) interquartile_mean: f64,
    /// For each resample and stratum the indices that were drawn.
    pub(crate) draws: Vec<Vec<Vec<usize>>>,
    pub(crate) resampled: Vec<f64>,
    pub(crate) interval: [f64; 2],
}

impl Fixture {
    pub(crate) fn read() -> Self {
        serde_json::from_str(TEXT).unwrap()
    }
}

impl Pairs {
    pub(crate) fn differences(&self) -> Vec<f64> {
        self.own.iter().zip(&self.other).map(|(own, other)| own - other).collect()
    }
}

/// Equal to 1e-9, relative to what is expected where that is large.
pub(crate) fn close(own: f64, expected: f64) -> bool {
    (own - expected).abs() <= 1e-9 * expected.abs().max(1.0)
}
