//! The learners against exact answers, PyTorch, Gymnasium and themselves.

#![expect(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

mod classic_trajectories;
mod determinism;
mod exact_values;
mod explosion;
mod golden_vectors;
mod gradients;
mod identity;
mod infinite_horizon;
mod policy_files;
mod resume;

use podpilot_learning::Progress;
use std::ops::ControlFlow;

/// An observer that lets training go on.
fn quiet(_: &Progress<'_>) -> ControlFlow<()> {
    ControlFlow::Continue(())
}
