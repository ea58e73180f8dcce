use podpilot_core::{PodObservation, PodPhase, Readiness, Span, Timestamp};

/// A pod's part in one metric.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PodGroup {
    /// Failed or being deleted: does not exist for the autoscaler.
    Ignored,
    /// Not yet able to serve: its sample does not count, but it damps a scale-up.
    Unready,
    /// Should have a sample and has none.
    Missing,
    /// Counts with its sample.
    Ready,
}

/// A pod's value of one metric.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PodSample {
    /// Value × 1000.
    pub value_milli: i64,
    /// End of the window it was measured over.
    pub at: Timestamp,
    /// Length of that window.
    pub window: Span,
}

/// When a pod's CPU sample may be trusted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ReadinessRules {
    /// The instant of the decision.
    pub now: Timestamp,
    /// How long after its start a pod's CPU counts only if it is ready and was so for one whole window.
    pub cpu_initialization_period: Span,
    /// A pod that turned unready within this time after its start is taken never to have been ready.
    pub initial_readiness_delay: Span,
}

impl ReadinessRules {
    /// Puts a pod into its group (`groupPods` of the Kubernetes controller). Only CPU distrusts starting pods:
    /// `is_cpu` is false for every other metric. A pod that succeeded is not ignored: it counts like one that runs.
    #[inline]
    pub fn group(&self, pod: &PodObservation, sample: Option<&PodSample>, is_cpu: bool) -> PodGroup {
        if pod.deleted_at.is_some() || pod.phase == PodPhase::Failed {
            return PodGroup::Ignored;
        }
        if pod.phase == PodPhase::Pending {
            return PodGroup::Unready;
        }
        match sample {
            None => PodGroup::Missing,
            Some(sample) if is_cpu && !self.trusts_cpu(pod, sample) => PodGroup::Unready,
            Some(_) => PodGroup::Ready,
        }
    }

    #[inline]
    fn trusts_cpu(&self, pod: &PodObservation, sample: &PodSample) -> bool {
        let (Some(ready), Some(started_at)) = (pod.ready, pod.started_at) else { return false };
        let is_unready = ready.status == Readiness::False;
        if started_at + self.cpu_initialization_period > self.now {
            !is_unready && sample.at >= ready.last_transition + sample.window
        } else {
            let was_ever_ready = started_at + self.initial_readiness_delay <= ready.last_transition;
            !is_unready || was_ever_ready
        }
    }
}
