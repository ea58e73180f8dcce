//! Recorded load: formats, the grid they are put on, and reading files.

mod arrival_rows;
mod date_time;
mod error;
mod file;
mod format;
mod grafana;
mod grid;
mod hash;
mod number;
mod prometheus;
mod prometheus_samples;
mod rate_rows;

use crate::{LoadSeries, Split};

pub use error::TraceError;
pub use file::read_trace;
pub use format::{TraceFormat, parse_trace};
pub use hash::sha256_hex;

/// A recorded load: its rates with gaps cut, and where it comes from.
#[derive(Debug, Clone, PartialEq)]
pub struct Trace {
    /// Name for people, such as the file name.
    pub name: String,
    /// What the file was recognised as.
    pub format: TraceFormat,
    /// SHA-256 of the file, lower-case hexadecimal.
    pub sha256: String,
    /// The rates as recorded, neither smoothed nor scaled.
    pub series: LoadSeries,
    /// Split that the manifest asks for.
    pub split: Option<Split>,
    /// Whether the rates are whole requests per step, so that counting noise is in them.
    pub are_counts: bool,
}
