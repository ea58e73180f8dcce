use std::collections::BTreeMap;

use k8s_openapi::api::core::v1::{Container, Pod, PodCondition, PodSpec};
use k8s_openapi::apimachinery::pkg::api::resource::Quantity as ApiQuantity;
use k8s_openapi::apimachinery::pkg::apis::meta::v1::Time;
use podpilot_autoscalers::hpa::Quantity;
use podpilot_core::{ContainerObservation, PodId, PodPhase, PodTable, Readiness, ReadyCondition, Timestamp};

use crate::signals::PodUsage;

/// FNV-1a of the UID: the same for the same pod in every process.
pub fn pod_id(uid: &str) -> PodId {
    const OFFSET: u64 = 0xcbf2_9ce4_8422_2325;
    const PRIME: u64 = 0x0100_0000_01b3;
    PodId(uid.bytes().fold(OFFSET, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(PRIME)))
}

/// Adds a pod with what its containers use, if that was measured.
pub fn push_pod(table: &mut PodTable, pod: &Pod, usage: Option<&PodUsage>) {
    let containers: Vec<ContainerObservation> = pod.spec.as_ref().map_or_else(Vec::new, |spec| {
        counted_containers(spec)
            .map(|(container, sidecar)| observed(table, container, sidecar, usage))
            .collect()
    });
    let status = pod.status.as_ref();
    table.push(
        pod_id(pod.metadata.uid.as_deref().unwrap_or_default()),
        phase(status.and_then(|status| status.phase.as_deref())),
        status.and_then(|status| status.start_time.as_ref()).map(timestamp),
        ready_condition(pod).and_then(read_ready),
        pod.metadata.deletion_timestamp.as_ref().map(timestamp),
        &containers,
    );
}

/// The pod's `Ready` condition.
pub(super) fn ready_condition(pod: &Pod) -> Option<&PodCondition> {
    let conditions = pod.status.as_ref()?.conditions.as_ref()?;
    conditions.iter().find(|condition| condition.type_ == "Ready")
}

pub(super) fn timestamp(time: &Time) -> Timestamp {
    Timestamp(i64::try_from(time.0.as_nanosecond()).unwrap_or(i64::MAX))
}

/// Containers and sidecars (init containers that are restarted always).
fn counted_containers(spec: &PodSpec) -> impl Iterator<Item = (&Container, bool)> {
    let sidecars = spec.init_containers.iter().flatten();
    let sidecars = sidecars.filter(|container| container.restart_policy.as_deref() == Some("Always"));
    spec.containers
        .iter()
        .map(|container| (container, false))
        .chain(sidecars.map(|container| (container, true)))
}

fn observed(
    table: &mut PodTable,
    container: &Container,
    restartable_init: bool,
    usage: Option<&PodUsage>,
) -> ContainerObservation {
    let resources = container.resources.as_ref();
    let requests = resources.and_then(|resources| resources.requests.as_ref());
    let limits = resources.and_then(|resources| resources.limits.as_ref());
    ContainerObservation {
        name: table.intern(&container.name),
        restartable_init,
        cpu_request_millicores: quantity(requests, "cpu").and_then(Quantity::milli_value),
        cpu_limit_millicores: quantity(limits, "cpu").and_then(Quantity::milli_value),
        memory_request_bytes: quantity(requests, "memory").and_then(bytes),
        memory_limit_bytes: quantity(limits, "memory").and_then(bytes),
        usage: usage.and_then(|usage| usage.get(&container.name)).copied(),
    }
}

fn quantity(list: Option<&BTreeMap<String, ApiQuantity>>, name: &str) -> Option<Quantity> {
    list?.get(name)?.0.parse().ok()
}

fn bytes(quantity: Quantity) -> Option<i64> {
    quantity.milli_value().map(|milli| milli / 1_000)
}

fn phase(text: Option<&str>) -> PodPhase {
    match text {
        Some("Pending") | None => PodPhase::Pending,
        Some("Running") => PodPhase::Running,
        Some("Succeeded") => PodPhase::Succeeded,
        Some("Failed") => PodPhase::Failed,
        Some(_) => PodPhase::Unknown,
    }
}

fn read_ready(condition: &PodCondition) -> Option<ReadyCondition> {
    let status = match condition.status.as_str() {
        "True" => Readiness::True,
        "False" => Readiness::False,
        _ => Readiness::Unknown,
    };
    let last_transition = timestamp(condition.last_transition_time.as_ref()?);
    Some(ReadyCondition { status, last_transition })
}
