//! What a simulation does, seen from outside: determinism, branching, pods, nodes, metrics, faults, measures.

#![expect(clippy::unwrap_used, clippy::panic, reason = "what helps a test may stop it")]

mod branching;
mod conservation;
mod determinism;
mod faults;
mod metrics;
mod node_scaling;
mod perturbations;
mod pods;
mod retries;
mod scenarios;
mod world;
