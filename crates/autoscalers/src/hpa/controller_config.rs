use podpilot_core::Span;

/// Settings of the controller that all its autoscalers share: the flags of `kube-controller-manager`, whose
/// defaults are the defaults here.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct HpaControllerConfig {
    /// `--horizontal-pod-autoscaler-sync-period`; 15 s.
    pub sync_period: Span,
    /// `--horizontal-pod-autoscaler-tolerance`, a ratio; 0.1.
    pub tolerance: f64,
    /// `--horizontal-pod-autoscaler-cpu-initialization-period`; 5 min.
    pub cpu_initialization_period: Span,
    /// `--horizontal-pod-autoscaler-initial-readiness-delay`; 30 s.
    pub initial_readiness_delay: Span,
    /// `--horizontal-pod-autoscaler-downscale-stabilization`; 5 min.
    pub downscale_stabilization: Span,
    /// Feature gate `HPAScaleToZero`, on by default since Kubernetes 1.37.
    pub scale_to_zero: bool,
}

impl Default for HpaControllerConfig {
    fn default() -> Self {
        Self {
            sync_period: Span::seconds(15),
            tolerance: 0.1,
            cpu_initialization_period: Span::minutes(5),
            initial_readiness_delay: Span::seconds(30),
            downscale_stabilization: Span::minutes(5),
            scale_to_zero: true,
        }
    }
}
