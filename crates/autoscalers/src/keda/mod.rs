//! KEDA.

mod parameters;

pub use parameters::KedaParameters;
