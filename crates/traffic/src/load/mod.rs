//! The `load` of a scenario, and turning it into a train and a test part.

mod generated;
mod recorded;
mod spec;
mod split_load;

pub use generated::GeneratedLoad;
pub use recorded::TraceLoad;
pub use spec::LoadSpec;
pub use split_load::{LoadSource, SplitLoad};
