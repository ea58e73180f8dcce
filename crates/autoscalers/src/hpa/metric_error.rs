use podpilot_core::{NameId, PodId};

/// Why one metric gave no replica count.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum MetricError {
    /// The query failed or was answered without a single series.
    #[error("the metrics API returned no value")]
    NoValue,
    /// The target's selector matches no pod.
    #[error("no pod matches the target's selector")]
    NoPods,
    /// Only pods that do not count have samples.
    #[error("did not receive metrics for targeted pods (pods might be unready)")]
    NoCountedSample,
    /// A container does not state its request, so that utilization has no meaning.
    #[error("pod {}: container number {} of the world's names states no request", .pod.0, .container.0)]
    MissingRequest {
        /// Which pod.
        pod: PodId,
        /// Which of its containers.
        container: NameId,
    },
    /// Samples and requests have no pod in common.
    #[error("no metrics returned matched known pods")]
    NoRequests,
    /// A pod has no container of the name that the metric states, so that there is no request to compare with.
    #[error("pod {} has no container of the metric's name", .pod.0)]
    ContainerAbsent {
        /// Which pod.
        pod: PodId,
    },
}
