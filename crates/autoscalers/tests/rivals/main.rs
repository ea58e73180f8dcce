//! KEDA, Knative's autoscaler, feed-forward and threshold rules against their sources, and what every rival must keep.

#![expect(clippy::unwrap_used, clippy::panic, reason = "what helps a test may stop it")]

mod feedforward;
mod keda_hpa;
mod keda_manifests;
mod keda_operator;
mod knative_loop;
mod knative_manifests;
mod knative_vectors;
mod properties;
mod threshold;
mod world;
