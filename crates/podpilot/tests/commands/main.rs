//! The command line through the real binary.

#![expect(clippy::expect_used, reason = "a test fails by panicking")]

mod agent_tuning;
mod bad_input;
mod interrupt;
mod load;
mod notes;
mod output;
#[path = "../../../tracking/tests/files/python.rs"]
mod python;
mod rival_manifests;
mod sandbox;
mod threads;
mod tracking;
