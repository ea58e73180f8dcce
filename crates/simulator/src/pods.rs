//! The pods of the target and where each is in its life.

use podpilot_core::{PodId, PodPhase, Readiness, ReadyCondition, Timestamp};

use crate::PodCounts;

/// No event is planned.
pub(crate) const NEVER: Timestamp = Timestamp(i64::MAX);

/// Where a pod is in its life.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Stage {
    /// No node has room.
    Unscheduled,
    /// Bound to a node; its containers are being made.
    Creating,
    /// Its container runs and starts up.
    Starting,
    /// Ready and in the balancer.
    Serving,
    /// Its probe failed too often: it works on what it holds, gets nothing new, and is probed on.
    ProbedOut,
    /// Its container died and waits for the restart.
    BackOff,
    /// Its node is lost, which nobody has noticed: requests still go to it.
    LostUnnoticed,
    /// Its node is lost.
    Lost,
    /// Deleted; requests still go to it until the endpoints have changed.
    Leaving,
    /// Deleted; works on what it holds.
    Draining,
}

/// One pod.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Pod {
    pub(crate) id: PodId,
    pub(crate) stage: Stage,
    pub(crate) node: Option<u32>,
    /// `status.startTime`.
    pub(crate) acknowledged_at: Option<Timestamp>,
    pub(crate) ready: Option<ReadyCondition>,
    pub(crate) deleted_at: Option<Timestamp>,
    pub(crate) container_started_at: Timestamp,
    /// When the next planned change happens.
    pub(crate) next_at: Timestamp,
    pub(crate) creating_s: f64,
    pub(crate) startup_s: f64,
    /// Whether the pod takes part in serving: its counters are kept by the engine.
    pub(crate) in_engine: bool,
    /// CPU that the container burned before it served, core-seconds.
    pub(crate) startup_cpu_s: f64,
    /// What a container would have leaked by the time this one started, MiB.
    pub(crate) leaked_before_mib: f64,
    /// Its luck with a random balancer, in standard deviations.
    pub(crate) deviation: f64,
    pub(crate) restarts: u32,
    pub(crate) failed_probes: u32,
    pub(crate) last_failed_probe_at: Timestamp,
}

impl Pod {
    pub(crate) fn phase(&self) -> PodPhase {
        match self.stage {
            Stage::Unscheduled | Stage::Creating => PodPhase::Pending,
            _ if self.acknowledged_at.is_none() => PodPhase::Pending,
            _ => PodPhase::Running,
        }
    }

    pub(crate) fn is_deleted(&self) -> bool {
        self.deleted_at.is_some()
    }

    pub(crate) fn set_ready(&mut self, status: Readiness, now: Timestamp) {
        if self.ready.is_none_or(|condition| condition.status != status) {
            self.ready = Some(ReadyCondition { status, last_transition: now });
        }
    }
}

/// What is counted over all pods.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub(crate) struct Summary {
    /// The earliest planned change of any pod.
    pub(crate) next_at: Timestamp,
    /// Pods that are not being deleted: `scale.status.replicas`.
    pub(crate) alive: u32,
    /// Pods that cost money: those bound to a node.
    pub(crate) placed: u32,
    pub(crate) counts: PodCounts,
}

/// All pods that exist. A pod keeps its slot while it lives; slots are used again.
#[derive(Debug)]
pub(crate) struct PodSet {
    slots: Vec<Option<Pod>>,
    /// Slots in the order of creation.
    order: Vec<usize>,
    free: Vec<usize>,
    next_id: u64,
    /// Changes whenever anything but counters changes.
    pub(crate) version: u64,
    summary: Summary,
    summarized: u64,
}

impl Clone for PodSet {
    /// Keeps the room to grow, so that a clone runs without allocating too.
    fn clone(&self) -> Self {
        let mut set = Self::new(self.slots.len());
        set.copy_from(self);
        set
    }
}

impl PodSet {
    pub(crate) fn new(capacity: usize) -> Self {
        let mut set = Self {
            slots: vec![None; capacity],
            order: Vec::with_capacity(capacity),
            free: Vec::with_capacity(capacity),
            next_id: 1,
            version: 0,
            summary: Summary::default(),
            summarized: 0,
        };
        set.restart();
        set
    }

    pub(crate) fn restart(&mut self) {
        self.slots.fill(None);
        self.order.clear();
        self.free.clear();
        self.free.extend((0..self.slots.len()).rev());
        self.next_id = 1;
        self.version += 1;
    }

    /// The identity that the next pod will get.
    pub(crate) fn next_id(&self) -> PodId {
        PodId(self.next_id)
    }

    pub(crate) fn insert(&mut self, pod: Pod) -> usize {
        let slot = self.free.pop().unwrap_or_else(|| {
            self.slots.push(None);
            self.slots.len() - 1
        });
        self.slots[slot] = Some(pod);
        self.order.push(slot);
        self.next_id += 1;
        self.version += 1;
        slot
    }

    pub(crate) fn remove(&mut self, slot: usize) {
        self.slots[slot] = None;
        self.order.retain(|&other| other != slot);
        self.free.push(slot);
        self.version += 1;
    }

    /// Slots in the order of creation.
    #[inline]
    pub(crate) fn order(&self) -> &[usize] {
        &self.order
    }

    #[inline]
    pub(crate) fn get(&self, slot: usize) -> Option<&Pod> {
        self.slots[slot].as_ref()
    }

    /// For a change that everyone may see.
    pub(crate) fn get_mut(&mut self, slot: usize) -> Option<&mut Pod> {
        self.version += 1;
        self.slots[slot].as_mut()
    }

    /// Pods with their slots in the order of creation.
    #[inline]
    pub(crate) fn iter(&self) -> impl DoubleEndedIterator<Item = (usize, &Pod)> {
        self.order.iter().filter_map(|&slot| self.slots[slot].as_ref().map(|pod| (slot, pod)))
    }

    /// The first pod, by creation, whose planned change is due.
    pub(crate) fn first_due(&self, now: Timestamp) -> Option<usize> {
        self.iter().find(|(_, pod)| pod.next_at <= now).map(|(slot, _)| slot)
    }

    /// Counts the pods anew if any has changed.
    #[inline]
    pub(crate) fn summarize(&mut self) {
        if self.summarized != self.version {
            self.summary = self.summed();
            self.summarized = self.version;
        }
    }

    /// What [`PodSet::summarize`] counted.
    #[inline]
    pub(crate) fn summary(&self) -> &Summary {
        &self.summary
    }

    fn summed(&self) -> Summary {
        let mut summary = Summary { next_at: NEVER, ..Summary::default() };
        for (_, pod) in self.iter() {
            summary.next_at = summary.next_at.min(pod.next_at);
            summary.alive += u32::from(!pod.is_deleted());
            summary.placed += u32::from(pod.node.is_some());
            let counts = &mut summary.counts;
            let counter = match pod.stage {
                _ if pod.is_deleted() => &mut counts.terminating,
                Stage::Unscheduled => &mut counts.unscheduled,
                Stage::Creating | Stage::Starting => &mut counts.starting,
                Stage::Serving => &mut counts.serving,
                Stage::ProbedOut | Stage::BackOff | Stage::LostUnnoticed | Stage::Lost => {
                    &mut counts.unavailable
                }
                Stage::Leaving | Stage::Draining => &mut counts.terminating,
            };
            *counter += 1;
        }
        summary
    }

    /// Pods that are not being deleted, counted now.
    pub(crate) fn alive(&self) -> usize {
        self.iter().filter(|(_, pod)| !pod.is_deleted()).count()
    }

    pub(crate) fn capacity(&self) -> usize {
        self.slots.len()
    }

    pub(crate) fn copy_from(&mut self, other: &Self) {
        self.slots.clone_from(&other.slots);
        self.order.clone_from(&other.order);
        self.free.clone_from(&other.free);
        self.next_id = other.next_id;
        // Never a number this set has had: whoever remembers one must look again.
        self.version = self.version.max(other.version) + 1;
        self.summary = other.summary;
        self.summarized = if other.summarized == other.version { self.version } else { 0 };
    }
}
