//! Open-loop HTTP load: the traces and shapes of `podpilot-traffic` against a URL.
//!
//! A [`Plan`] says when each request is due; [`run`] sends it then, whatever became of those before, and measures from
//! that instant: a server that stalls cannot hide the requests that would have come meanwhile (coordinated omission).
//! Intended, sent and completed are kept apart, and a generator that could not keep up says so in its [`Summary`].

mod client;
mod clock;
mod cpu_meter;
mod event;
mod exposition;
mod failure;
mod files;
mod histogram;
mod machine;
mod options;
mod pacer;
mod plan;
mod recorder;
mod run;
mod saturation;
mod series;
mod summary;
mod target;

pub use failure::{FailureCounts, FailureKind};
pub use files::{FileError, RunFiles};
pub use options::{Connections, Options};
pub use plan::{ArrivalInstants, K6Stages, K6Step, LoadOrigin, Plan, PlanError, PlanOptions, Scale};
pub use run::{Live, PreparedRun, RunError, RunResult, Unwatched, Watcher, run};
pub use saturation::{LARGEST_CPU_SHARE, LARGEST_SEND_ERROR_P99_MS};
pub use series::{MinuteRow, SecondRow};
pub use summary::{Cpu, Minutes, Parameters, Quantiles, Rates, SCHEMA, Summary};
pub use target::{Target, TargetError};
