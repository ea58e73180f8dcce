//! The Kubernetes Horizontal Pod Autoscaler, `autoscaling/v2`, to the bit.

use podpilot_core::{
    Autoscaler, Observation, Outcome, Proposal, ReplicaBounds, RestoreError, SignalSet, Snapshot, Span,
};

/// Settings of the controller that all its autoscalers share: the flags of `kube-controller-manager`.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct HpaControllerConfig {
    /// `--horizontal-pod-autoscaler-sync-period`.
    pub sync_period: Span,
    /// `--horizontal-pod-autoscaler-tolerance`, a ratio.
    pub tolerance: f64,
    /// `--horizontal-pod-autoscaler-cpu-initialization-period`.
    pub cpu_initialization_period: Span,
    /// `--horizontal-pod-autoscaler-initial-readiness-delay`.
    pub initial_readiness_delay: Span,
    /// `--horizontal-pod-autoscaler-downscale-stabilization`.
    pub downscale_stabilization: Span,
    /// Feature gate `HPAScaleToZero`.
    pub scale_to_zero: bool,
}

/// A `HorizontalPodAutoscaler` manifest. Implements `serde::Deserialize`; YAML is parsed at the rim.
#[derive(Debug, Clone, PartialEq, serde::Deserialize)]
pub struct HpaManifest {}

/// A field of a manifest that is wrong.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{field}: {problem}")]
pub struct ManifestError {
    /// Path of the field, such as `spec.metrics[0].resource.target.averageUtilization`.
    pub field: String,
    /// What is wrong and what would be right.
    pub problem: String,
}

/// The autoscaler.
#[derive(Debug, Clone)]
pub struct Hpa {}

impl Hpa {
    /// An autoscaler that follows `manifest`.
    pub fn new(
        name: impl Into<String>,
        manifest: &HpaManifest,
        config: HpaControllerConfig,
    ) -> Result<Self, ManifestError> {
        let _ = (name.into(), manifest, config);
        unimplemented!()
    }

    /// CPU utilization alone, defaults otherwise; named `hpa-N`.
    pub fn cpu_utilization(target_percent: i32, bounds: ReplicaBounds) -> Result<Self, ManifestError> {
        let _ = (target_percent, bounds);
        unimplemented!()
    }
}

impl Autoscaler for Hpa {
    fn name(&self) -> &str {
        unimplemented!()
    }

    fn period(&self) -> Span {
        unimplemented!()
    }

    fn signals(&self) -> SignalSet {
        unimplemented!()
    }

    fn decide(&mut self, _observation: &Observation) -> Proposal {
        unimplemented!()
    }

    fn applied(&mut self, _outcome: &Outcome) {
        unimplemented!()
    }

    fn snapshot(&self) -> Snapshot {
        unimplemented!()
    }

    fn restore(&mut self, _snapshot: &Snapshot) -> Result<(), RestoreError> {
        unimplemented!()
    }
}
