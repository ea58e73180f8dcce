use podpilot_service_model::StartupSpec;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// How pods come and go. The time from Started to Ready is `pod.startup_s`.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct LifecycleSpec {
    /// From scheduled to Started (sandbox, network, image at hand), seconds: log-normal.
    pub creating_s: StartupSpec,
    /// CPU that a pod burns between Started and Ready, millicores; the limit caps it.
    pub startup_cpu_m: u32,
    /// Longest time a pod that is being deleted may take to finish its requests, seconds.
    pub grace_s: f64,
    /// Time until a pod that is being deleted gets no new requests, seconds.
    pub endpoint_delay_s: f64,
    /// Time until a node that is lost is noticed and its pods get no new requests, seconds.
    pub node_loss_detection_s: f64,
    /// Time after that until the pods of a lost node are deleted and replaced, seconds.
    pub node_loss_eviction_s: f64,
    /// First pause before a container that crashed again is restarted, seconds; doubles up to 300.
    pub restart_backoff_s: f64,
}

impl Default for LifecycleSpec {
    fn default() -> Self {
        Self {
            creating_s: StartupSpec { median: 1.5, p95: 3.0 },
            startup_cpu_m: 100,
            grace_s: 30.0,
            endpoint_delay_s: 1.0,
            node_loss_detection_s: 40.0,
            node_loss_eviction_s: 300.0,
            restart_backoff_s: 10.0,
        }
    }
}

/// What the readiness probe does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum ProbeKind {
    /// An HTTP request: waits in the pod's queue like any other.
    Http,
    /// A TCP connection: fails only if the accept queue is full.
    Tcp,
    /// No probe: a started pod stays ready.
    None,
}

/// The readiness probe. It shares the pod's queue, so overload can take a pod out.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct ProbeSpec {
    /// What the probe does.
    pub kind: ProbeKind,
    /// Time between two probes of a pod, seconds.
    pub period_s: f64,
    /// An answer that takes longer is a failure, seconds.
    pub timeout_s: f64,
    /// Failures in a row after which the pod is taken out; one success brings it back.
    pub failure_threshold: u32,
}

impl Default for ProbeSpec {
    /// HTTP with a time-out of 5 s: the Kubernetes default of 1 s takes pods out under loads they could carry.
    fn default() -> Self {
        Self { kind: ProbeKind::Http, period_s: 10.0, timeout_s: 5.0, failure_threshold: 3 }
    }
}
