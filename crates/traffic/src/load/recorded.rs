use std::path::{Path, PathBuf};

use podpilot_core::Span;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{LoadSource, SplitLoad};
use crate::smoothing::{smoothed, time_constant_s};
use crate::{
    Arrivals, FieldError, LoadError, LoadSeries, Smoothing, Split, Trace, TrafficError, field, read_trace,
};

/// A recorded load: `{trace: FILE, split, peak_replicas, ...}`.
///
/// In this order: gaps are cut, the step is changed, counts of a few requests a second are smoothed, the load is
/// split, and both parts are scaled by a factor that the train part alone decides.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct TraceLoad {
    /// The file; a relative path starts at the scenario's folder.
    pub trace: PathBuf,
    /// What trains; if left out what the manifest says, else the first 60 %.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub split: Option<Split>,
    /// The load is scaled so that the train part's 95th percentile needs this many pods.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub peak_replicas: Option<f64>,
    /// Factor on the recorded rates, in place of `peak_replicas`. If both are left out the rates stay as recorded.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub scale: Option<f64>,
    /// Step to resample to, seconds: a divisor or a multiple of the recorded one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub step_s: Option<f64>,
    /// Smoothing before scaling.
    #[serde(default)]
    pub smoothing: Smoothing,
    /// How requests scatter round the rate; Poisson if left out.
    #[serde(default)]
    pub arrivals: Arrivals,
}

/// The rate that `peak_replicas` pods carry is this quantile of the train part.
const PEAK_QUANTILE: f64 = 0.95;

impl TraceLoad {
    /// A trace as it was recorded.
    pub fn of(trace: impl Into<PathBuf>) -> Self {
        Self {
            trace: trace.into(),
            split: None,
            peak_replicas: None,
            scale: None,
            step_s: None,
            smoothing: Smoothing::default(),
            arrivals: Arrivals::default(),
        }
    }

    pub(super) fn validate(&self, path: &str) -> Result<(), FieldError> {
        self.split.map_or(Ok(()), |split| split.validate(&format!("{path}.split")))?;
        for (name, value) in
            [("peak_replicas", self.peak_replicas), ("scale", self.scale), ("step_s", self.step_s)]
        {
            value.map_or(Ok(()), |value| field::positive(path, name, value))?;
        }
        if let (Some(scale), Some(_)) = (self.scale, self.peak_replicas) {
            let expected = "left out beside peak_replicas";
            return Err(FieldError { field: format!("{path}.scale"), value: scale.to_string(), expected });
        }
        self.smoothing.validate(&format!("{path}.smoothing"))?;
        self.arrivals.validate(&format!("{path}.arrivals"))
    }

    pub(super) fn load(
        &self,
        path: &str,
        base_dir: &Path,
        capacity_rps_per_pod: f64,
    ) -> Result<SplitLoad, LoadError> {
        self.validate(path)?;
        let trace = read_trace(&base_dir.join(&self.trace))?;
        let name = trace.name.clone();
        self.prepare(&trace, capacity_rps_per_pod).map_err(|source| LoadError::Use { name, source })
    }

    fn prepare(&self, trace: &Trace, capacity_rps_per_pod: f64) -> Result<SplitLoad, TrafficError> {
        let split = self.split.or(trace.split).unwrap_or_default();
        let recorded = match self.step_s {
            Some(step_s) => trace.series.resampled(Span::from_seconds(step_s))?,
            None => trace.series.clone(),
        };
        let (raw_train, _) = split.apply(&recorded)?;
        let step = recorded.step();
        let weight = self.smoothing.weight(trace.are_counts, raw_train.mean(), step);
        let prepared = weight.map_or_else(|| recorded.clone(), |weight| smoothed(&recorded, weight));
        let (train, test) = split.apply(&prepared)?;
        let scale_factor = self.scale_factor(&train, capacity_rps_per_pod)?;
        Ok(SplitLoad {
            train: train.scaled(scale_factor),
            test: test.scaled(scale_factor),
            arrivals: self.arrivals,
            scale_factor,
            smoothing_s: weight.map(|weight| time_constant_s(weight, step)),
            sources: vec![LoadSource { name: trace.name.clone(), sha256: trace.sha256.clone() }],
        })
    }

    fn scale_factor(&self, train: &LoadSeries, capacity_rps_per_pod: f64) -> Result<f64, TrafficError> {
        let Some(peak_replicas) = self.peak_replicas else { return Ok(self.scale.unwrap_or(1.0)) };
        let factor = peak_replicas * capacity_rps_per_pod / train.quantile(PEAK_QUANTILE);
        let usable = factor > 0.0 && factor.is_finite();
        if usable { Ok(factor) } else { Err(TrafficError::NothingToScale { peak_replicas }) }
    }
}

#[cfg(test)]
mod tests;
