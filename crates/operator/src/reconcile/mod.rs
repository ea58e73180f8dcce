//! From one object to one decision, its write and its status; and the rounds over all objects.

mod acting;
mod aftermath;
mod conditions;
mod fitting;
mod learning;
mod making;
mod object;
mod pod_size;
mod record;
mod refusal;
mod round;
mod second_writer;
mod signal_condition;
mod telling;
mod tracked;

pub(crate) use making::stale_after;
pub(crate) use pod_size::pod_size;

pub use conditions::{ConditionKind, Conditions};
pub use fitting::{FitOutcome, FitRequest, Fitted, fit_workload};
pub use record::{DecisionRecord, Decisions, Inputs};
pub use refusal::{Refusal, refusal};
pub use round::{Context, Counters, Operator};
pub use second_writer::second_writer;
