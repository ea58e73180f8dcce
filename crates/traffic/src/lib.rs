//! Load: recorded traces, generated shapes, their composition, and arrival noise.
//!
//! A [`LoadSpec`] is what a scenario says about its load; [`LoadSpec::load`] turns it into two [`LoadSeries`], one
//! to train on and one to report on. [`ArrivalStream`] draws requests from a rate.

mod arrivals;
mod error;
mod field;
mod load;
mod manifest;
mod series;
mod shape;
mod smoothing;
mod split;
mod statistics;
mod trace;
mod window;

pub use arrivals::{ArrivalStream, ArrivalTick, Arrivals};
pub use error::{FieldError, LoadError, TrafficError};
pub use load::{GeneratedLoad, LoadSource, LoadSpec, SplitLoad, TraceLoad};
pub use manifest::{Manifest, ManifestEntry, ManifestError};
pub use series::LoadSeries;
pub use shape::{Bursts, DailyNoise, Preset, Shape};
pub use smoothing::Smoothing;
pub use split::Split;
pub use statistics::LoadStatistics;
pub use trace::{Trace, TraceError, TraceFormat, parse_trace, read_trace, sha256_hex};
pub use window::Window;
