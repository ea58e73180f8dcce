use crate::{Span, Timestamp};

/// Identity of a pod, unique in one world for all time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PodId(pub u64);

/// A container name, interned by [`PodTable::intern`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct NameId(pub u16);

/// `status.phase` of a pod.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PodPhase {
    /// Accepted, but not all containers have started (waiting for a node included).
    Pending,
    /// Bound to a node with at least one container running.
    Running,
    /// All containers ended with success.
    Succeeded,
    /// All containers ended, at least one with failure.
    Failed,
    /// The node cannot be reached.
    Unknown,
}

/// Status of the `Ready` condition.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Readiness {
    /// The pod receives traffic.
    True,
    /// It does not.
    False,
    /// The node did not report.
    Unknown,
}

/// The pod's `Ready` condition.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ReadyCondition {
    /// Its status.
    pub status: Readiness,
    /// When the status last changed.
    pub last_transition: Timestamp,
}

/// One container's resource use as the resource metrics API reports it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ContainerUsage {
    /// End of the window over which CPU was averaged.
    pub at: Timestamp,
    /// Length of that window.
    pub window: Span,
    /// CPU in nanocores (one core = 10⁹).
    pub cpu_nanocores: Option<i64>,
    /// Working set in bytes.
    pub memory_bytes: Option<i64>,
}

/// One container of a pod: what it asked for and what it used. Absent means not stated or not measured.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ContainerObservation {
    /// Container name.
    pub name: NameId,
    /// A restartable init container (sidecar): counts toward the pod's requests.
    pub restartable_init: bool,
    /// CPU request in millicores.
    pub cpu_request_millicores: Option<i64>,
    /// CPU limit in millicores.
    pub cpu_limit_millicores: Option<i64>,
    /// Memory request in bytes.
    pub memory_request_bytes: Option<i64>,
    /// Memory limit in bytes.
    pub memory_limit_bytes: Option<i64>,
    /// Latest usage sample; `None` if the metrics API has none for this container.
    pub usage: Option<ContainerUsage>,
}

/// One pod as the API server shows it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PodObservation {
    /// Which pod.
    pub id: PodId,
    /// Its phase.
    pub phase: PodPhase,
    /// When the kubelet acknowledged it (`status.startTime`).
    pub started_at: Option<Timestamp>,
    /// Its `Ready` condition, absent before the kubelet reports one.
    pub ready: Option<ReadyCondition>,
    /// When deletion was asked for.
    pub deleted_at: Option<Timestamp>,
    first_container: u32,
    container_count: u32,
}

impl PodObservation {
    /// Running, Ready and not being deleted.
    pub fn is_serving(&self) -> bool {
        self.phase == PodPhase::Running && self.deleted_at.is_none() && self.is_ready()
    }

    /// Whether the `Ready` condition is true.
    pub fn is_ready(&self) -> bool {
        self.ready.is_some_and(|condition| condition.status == Readiness::True)
    }
}

/// All pods that the target's selector matches. Containers lie in one flat buffer, so that a world can refill
/// the table every tick without allocating.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct PodTable {
    pods: Vec<PodObservation>,
    containers: Vec<ContainerObservation>,
    names: Vec<String>,
}

impl PodTable {
    /// Forgets the pods; keeps buffers and container names.
    pub fn clear(&mut self) {
        self.pods.clear();
        self.containers.clear();
    }

    /// The identifier of a container name, added if new.
    pub fn intern(&mut self, name: &str) -> NameId {
        let position = self.names.iter().position(|known| known == name).unwrap_or_else(|| {
            self.names.push(name.to_owned());
            self.names.len() - 1
        });
        NameId(position as u16)
    }

    /// The identifier of a container name, if any pod ever had it.
    pub fn find_name(&self, name: &str) -> Option<NameId> {
        self.names.iter().position(|known| known == name).map(|position| NameId(position as u16))
    }

    /// The container name with this identifier; empty if this table never gave it.
    pub fn name(&self, id: NameId) -> &str {
        self.names.get(usize::from(id.0)).map_or("", String::as_str)
    }

    /// Adds a pod with its containers.
    pub fn push(
        &mut self,
        id: PodId,
        phase: PodPhase,
        started_at: Option<Timestamp>,
        ready: Option<ReadyCondition>,
        deleted_at: Option<Timestamp>,
        containers: &[ContainerObservation],
    ) {
        let first_container = self.containers.len() as u32;
        self.containers.extend_from_slice(containers);
        let container_count = containers.len() as u32;
        self.pods.push(PodObservation {
            id,
            phase,
            started_at,
            ready,
            deleted_at,
            first_container,
            container_count,
        });
    }

    /// Replaces the usage of one container of a pod, both by position, for a world whose pods have not changed. Does
    /// nothing where there is none.
    #[inline]
    pub fn set_usage(&mut self, pod: usize, container: usize, usage: Option<ContainerUsage>) {
        let Some(pod) = self.pods.get(pod).filter(|pod| container < pod.container_count as usize) else {
            return;
        };
        self.containers[pod.first_container as usize + container].usage = usage;
    }

    /// The pods in the order they were added.
    pub fn pods(&self) -> &[PodObservation] {
        &self.pods
    }

    /// The containers of one pod of this table.
    pub fn containers(&self, pod: &PodObservation) -> &[ContainerObservation] {
        let first = pod.first_container as usize;
        &self.containers[first..first + pod.container_count as usize]
    }

    /// How many pods serve traffic.
    pub fn serving(&self) -> usize {
        self.pods.iter().filter(|pod| pod.is_serving()).count()
    }

    /// How many pods exist that neither serve, nor end, nor have ended: capacity on its way.
    pub fn arriving(&self) -> usize {
        self.pods
            .iter()
            .filter(|pod| {
                pod.deleted_at.is_none()
                    && matches!(pod.phase, PodPhase::Pending | PodPhase::Running)
                    && !pod.is_serving()
            })
            .count()
    }
}
