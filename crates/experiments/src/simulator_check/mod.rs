//! Holds the simulator against a recorded run of a real HPA: same load, same manifest, calibrated service.

mod check;
mod comparison;
mod observed;
mod prediction;
mod report;
mod testbed_scenario;

pub(crate) use check::{CheckArguments, check};
