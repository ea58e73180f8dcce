//! The Horizontal Pod Autoscaler against published vectors, a slow second model, and manifests as people write them.
#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "a test that cannot set up its world has failed"
)]
#![expect(clippy::type_complexity, reason = "the rows of a published table are tuples")]

mod against_slow_model;
mod condition_vectors;
mod custom_metric_vectors;
mod event_vectors;
mod manifest_errors;
mod manifest_reading;
mod pod_grouping;
mod rate_rule_vectors;
mod resource_vectors;
mod slow_model;
mod snapshots;
mod stabilization_vectors;
mod upstream_regressions;
mod whole_loop;
mod world;
