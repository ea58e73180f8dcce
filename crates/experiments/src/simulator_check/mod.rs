//! Holds the simulator against a recorded run of a real HPA: same load, same manifest, calibrated service.

mod check;
mod collections;
mod comparison;
mod instants;
mod observed;
mod prediction;
mod report;
mod testbed_scenario;
mod typical;

pub(crate) use check::{CheckArguments, check};
