//! Recorded load: parsing and reading.

use std::path::Path;

use crate::{LoadSeries, Split};

/// Formats of recorded load, told apart by content.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TraceFormat {
    /// CSV `t_seconds,rps`.
    Rates,
    /// CSV `t_seconds` or `t_seconds,work`: one arrival a row.
    Arrivals,
    /// Answer of Prometheus' `query_range`, JSON.
    Prometheus,
    /// CSV export of a Grafana panel.
    Grafana,
}

/// A recorded load: its rates with gaps cut, and where it comes from.
#[derive(Debug, Clone, PartialEq)]
pub struct Trace {
    /// Name for people, such as the file name.
    pub name: String,
    /// What the file was recognised as.
    pub format: TraceFormat,
    /// SHA-256 of the file, lower-case hexadecimal.
    pub sha256: String,
    /// The rates.
    pub series: LoadSeries,
    /// Split that the manifest asks for.
    pub split: Option<Split>,
    /// Whether the rates are whole requests per step, so that counting noise is in them.
    pub are_counts: bool,
}

/// A trace that cannot be read.
#[derive(Debug, thiserror::Error)]
#[error("{file}: {problem}")]
pub struct TraceError {
    /// The file.
    pub file: String,
    /// What is wrong and what would be right.
    pub problem: String,
}

/// Parses a trace of any known format. `name` stands for the file in errors.
pub fn parse_trace(_name: &str, _content: &[u8]) -> Result<Trace, TraceError> {
    unimplemented!()
}

/// Reads a trace file of any known format, and its gaps and split from a `manifest.json` beside it.
pub fn read_trace(_path: &Path) -> Result<Trace, TraceError> {
    unimplemented!()
}
