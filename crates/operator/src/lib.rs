//! The cluster side of podpilot: the custom resource `AdaptiveAutoscaler`, signal sources, the reconciler around the
//! decision pipeline of `podpilot-controller`, writes behind a leader's lease, and a read-only admin server.

mod admin;
mod clock;
pub mod cluster;
pub mod decide;
pub mod fit;
mod logging;
mod policy;
pub mod reconcile;
mod report;
pub mod resource;
mod run;
/// A specification in the domain's own types.
pub mod settings;
pub mod signals;
pub mod world;

pub use admin::{Admin, serve_admin};
pub use clock::Clock;
pub use logging::log_json;
pub use policy::{LoadedPolicy, PolicyFiles, PolicyRefused, parse_policy};
pub use report::{Report, ReportError, explain_workload, fit_report, release_cluster};
pub use run::{OperatorError, OperatorOptions, run_operator};
