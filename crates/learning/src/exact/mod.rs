//! Small environments whose right answers are known exactly: they prove learners in seconds.

mod identity;
mod tabular;

pub use identity::{Identity, MaskedIdentity};
pub use tabular::TabularMdp;
