//! One autoscaler and what it meets at its syncs, as data ([`Case`]): a random one for the differential test, or one
//! converted from a recording of a cluster.
//!
//! [`Replay`] lets our HPA live through a case, [`Oracle`] lets the controller of Kubernetes do so, and [`difference`]
//! compares their [`Answer`]s. `docs/hpa-oracle.md` says what is compared and what is not.

mod answer;
mod case;
mod census;
mod difference;
pub mod generate;
mod observe;
mod oracle;
mod replay;
mod run;
mod shrink;
mod world;

pub use answer::{Answer, ConditionAnswer, MetricStatus, SyncAnswer};
pub use case::{Case, ControllerFlags, Fault, Sync, Write};
pub use census::Census;
pub use difference::{Difference, difference};
pub use oracle::{Introduction, Oracle, OracleError};
pub use replay::{Replay, replay};
pub use run::{Finding, Report, compare};
pub use shrink::shrink;
pub use world::{Container, ObjectValue, Phase, Pod, PodUsage, PodValue, Ready, ReadyStatus};
