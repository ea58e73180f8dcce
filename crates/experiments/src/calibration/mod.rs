//! Measures the demo service at many loads, and holds the service model against what was measured.

mod capacity;
mod fit;
mod groups;
mod knee;
mod lags;
mod measure;
mod plan;
mod plots;
mod point;
mod probes;
mod startup;
mod summary;
mod table;

pub(crate) use fit::{FitArguments, fit};
pub(crate) use lags::{LagArguments, go_duration_s, measure as measure_lags};
pub(crate) use measure::{DemoArguments, MeasureArguments, measure};
pub(crate) use probes::{ProbeArguments, measure as measure_probes};
pub(crate) use startup::{StartupArguments, measure as measure_startup};
pub(crate) use summary::{SummaryArguments, summarize};
