//! The command line through the real binary.

#![expect(clippy::expect_used, reason = "a test fails by panicking")]

mod bad_input;
#[cfg(feature = "cluster")]
mod cluster;
mod interrupt;
mod load;
mod notes;
mod output;
mod rival_manifests;
mod sandbox;
mod threads;
