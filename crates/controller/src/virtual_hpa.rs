use podpilot_autoscalers::Hpa;
use podpilot_core::{Observation, Span};

/// What an HPA would have done: it sees the real CPU, spread over its own virtual replicas, which take their own
/// time to start.
#[derive(Debug, Clone)]
pub struct VirtualHpa {}

impl VirtualHpa {
    /// Starts at `replicas`. A virtual pod is Ready `startup` after it was asked for.
    pub fn new(hpa: Hpa, replicas: i32, startup: Span) -> Self {
        let _ = (hpa, replicas, startup);
        unimplemented!()
    }

    /// Advances to the observation; returns the virtual replicas after its decision.
    pub fn advance(&mut self, observation: &Observation) -> i32 {
        let _ = observation;
        unimplemented!()
    }
}
