//! What a recorded run leaves behind, read back here and by the readers of W&B and `TensorBoard`.

#![expect(clippy::expect_used, clippy::unwrap_used, reason = "a test fails by panicking")]

mod faults;
mod python;
mod readers;
mod resume;
mod sample;
