//! Training, evaluation and simulation through the public API, on loads small enough for seconds.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod bad_input;
mod determinism;
mod evaluation;
mod fixture;
mod recorded_trace;
mod resume;
mod scoreboard;
mod simulation;
mod tuning;
