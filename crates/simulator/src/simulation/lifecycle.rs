//! Pods from creation to deletion.

use podpilot_core::{Readiness, Span, Timestamp};

use super::{INITIAL_AGE, INITIAL_UTILIZATION, Simulation};
use crate::Scenario;
use crate::pods::{NEVER, Pod, Stage};
use crate::resource_metrics::Counters;

/// Longest pause before a container is restarted.
const LONGEST_BACK_OFF_S: f64 = 300.0;
/// A container that ran this long before it died starts again at once.
const BACK_OFF_RESET: Span = Span::minutes(10);

impl Simulation {
    pub(super) fn place_initial_pods(&mut self) {
        let cluster = &self.prepared.scenario().cluster;
        let carried_rps = INITIAL_UTILIZATION * self.prepared.capacity_rps_per_pod();
        let enough = (self.rate_rps / carried_rps).ceil() as u32;
        let fitting = enough.max(1).clamp(cluster.min_replicas, cluster.max_replicas);
        self.spec_replicas = cluster.initial_replicas.unwrap_or(fitting) as i32;
        for _ in 0..self.spec_replicas {
            let slot = self.create_pod();
            self.age_initial_pod(slot);
        }
        self.recount();
    }

    /// A pod that found room at the start has served for a while.
    fn age_initial_pod(&mut self, slot: usize) {
        let now = self.now;
        let acknowledged_at = now - INITIAL_AGE;
        let Some(pod) = self.pods.get_mut(slot).filter(|pod| pod.stage == Stage::Creating) else { return };
        pod.acknowledged_at = Some(acknowledged_at);
        pod.container_started_at = acknowledged_at + Span::from_seconds(pod.creating_s);
        pod.ready = None;
        pod.set_ready(Readiness::True, pod.container_started_at + Span::from_seconds(pod.startup_s));
        pod.stage = Stage::Serving;
        pod.next_at = NEVER;
        pod.in_engine = true;
        let started_at = pod.container_started_at;
        self.resource.begin(slot, started_at, now);
        self.engine.join(slot);
    }

    /// Creates a pod and tries to bind it to a node. Each pod has a random stream of its own, so that the k-th pod of
    /// a run starts equally fast whoever asked for it.
    pub(super) fn create_pod(&mut self) -> usize {
        let scenario = self.prepared.scenario();
        let id = self.pods.next_id();
        let mut stream = self.pod_seed.indexed(id.0).stream();
        let slot = self.pods.insert(Pod {
            id,
            stage: Stage::Unscheduled,
            node: None,
            acknowledged_at: None,
            ready: None,
            deleted_at: None,
            container_started_at: self.now,
            next_at: NEVER,
            creating_s: scenario.lifecycle.creating_s.draw_s(&mut stream),
            startup_s: scenario.pod.startup_s.draw_s(&mut stream),
            in_engine: false,
            startup_cpu_s: 0.0,
            leaked_before_mib: 0.0,
            deviation: stream.standard_normal(),
            restarts: 0,
            failed_probes: 0,
            last_failed_probe_at: self.now,
        });
        self.schedule(slot);
        slot
    }

    fn schedule(&mut self, slot: usize) {
        let now = self.now;
        let Some(node) = self.nodes.place() else { return };
        let Some(pod) = self.pods.get_mut(slot) else { return };
        pod.node = Some(node);
        pod.stage = Stage::Creating;
        pod.acknowledged_at = Some(now);
        pod.set_ready(Readiness::False, now);
        pod.next_at = now + Span::from_seconds(pod.creating_s);
    }

    /// Binds waiting pods to nodes, oldest first, as far as there is room.
    pub(super) fn schedule_waiting(&mut self) {
        while self.nodes.room() > 0 {
            let waiting = self.pods.iter().find(|(_, pod)| pod.stage == Stage::Unscheduled);
            let Some((slot, _)) = waiting else { return };
            self.schedule(slot);
        }
    }

    /// A planned change of a pod.
    pub(super) fn move_pod_on(&mut self, slot: usize) {
        let Some(pod) = self.pods.get(slot).copied() else { return };
        match pod.stage {
            Stage::Creating | Stage::BackOff => self.start_container(slot),
            Stage::Starting => self.begin_serving(slot),
            Stage::Leaving if pod.in_engine => self.begin_draining(slot),
            Stage::Leaving | Stage::Draining => self.remove_pod(slot),
            Stage::LostUnnoticed => self.notice_loss(slot),
            Stage::Lost => {
                self.remove_pod(slot);
                self.reconcile();
            }
            Stage::Unscheduled | Stage::Serving | Stage::ProbedOut => self.plan(slot, NEVER),
        }
        self.recount();
    }

    fn plan(&mut self, slot: usize, at: Timestamp) {
        if let Some(pod) = self.pods.get_mut(slot) {
            pod.next_at = at;
        }
    }

    fn start_container(&mut self, slot: usize) {
        let now = self.now;
        let factor = self.faults.start_up_factor();
        let leaked_before_mib = self.leakage.at(now);
        let Some(pod) = self.pods.get_mut(slot) else { return };
        pod.stage = Stage::Starting;
        pod.container_started_at = now;
        pod.startup_cpu_s = 0.0;
        pod.leaked_before_mib = leaked_before_mib;
        pod.next_at = now + Span::from_seconds(pod.startup_s * factor);
        self.resource.begin(slot, now, now);
    }

    /// Whether a container dies where it would become ready. Each start has a random stream of its own.
    fn start_fails(&self, slot: usize) -> bool {
        let probability = self.faults.start_failure_probability();
        let Some(pod) = self.pods.get(slot).filter(|_| probability > 0.0) else { return false };
        let seed = self.pod_seed.named("starts").indexed(pod.id.0).indexed(u64::from(pod.restarts));
        seed.stream().uniform() < probability
    }

    fn begin_serving(&mut self, slot: usize) {
        if self.start_fails(slot) {
            self.kill_container(slot);
            return;
        }
        self.sample(slot);
        let now = self.now;
        let startup_cores = startup_cores(self.prepared.scenario());
        let Some(pod) = self.pods.get_mut(slot) else { return };
        pod.startup_cpu_s = startup_cores * (now - pod.container_started_at).as_seconds();
        pod.stage = Stage::Serving;
        pod.in_engine = true;
        pod.failed_probes = 0;
        pod.next_at = NEVER;
        pod.set_ready(Readiness::True, now);
        self.engine.join(slot);
    }

    fn begin_draining(&mut self, slot: usize) {
        self.sample(slot);
        self.engine.leave(slot);
        let grace = Span::from_seconds(self.prepared.scenario().lifecycle.grace_s);
        let now = self.now;
        if let Some(pod) = self.pods.get_mut(slot) {
            pod.stage = Stage::Draining;
            pod.next_at = pod.deleted_at.unwrap_or(now) + grace;
        }
    }

    /// Asks a pod to end.
    pub(super) fn delete_pod(&mut self, slot: usize) {
        let Some(pod) = self.pods.get(slot).copied() else { return };
        let now = self.now;
        match pod.stage {
            Stage::Unscheduled => {
                self.remove_pod(slot);
                return;
            }
            Stage::LostUnnoticed => self.notice_loss(slot),
            _ => {}
        }
        let endpoint_delay = Span::from_seconds(self.prepared.scenario().lifecycle.endpoint_delay_s);
        if let Some(pod) = self.pods.get_mut(slot) {
            pod.deleted_at = Some(now);
            if pod.stage != Stage::Lost {
                pod.stage = Stage::Leaving;
                pod.next_at = now + endpoint_delay;
            }
        }
    }

    /// A pod is gone for good; what it held fails.
    pub(super) fn remove_pod(&mut self, slot: usize) {
        let Some(pod) = self.pods.get(slot).copied() else { return };
        if pod.in_engine {
            self.engine.remove(slot, self.last_tick(), &mut self.tally);
        }
        self.resource.end(slot);
        if let Some(node) = pod.node {
            self.nodes.release(node);
        }
        self.pods.remove(slot);
        self.schedule_waiting();
        self.recount();
    }

    /// A container dies; what it held fails. It is restarted, after a pause that doubles from the second time on.
    pub(super) fn kill_container(&mut self, slot: usize) {
        let Some(pod) = self.pods.get(slot).copied() else { return };
        if pod.is_deleted() {
            self.remove_pod(slot);
            return;
        }
        if pod.in_engine {
            self.engine.remove(slot, self.last_tick(), &mut self.tally);
        }
        self.resource.end(slot);
        let now = self.now;
        let restarts = if now - pod.container_started_at >= BACK_OFF_RESET { 0 } else { pod.restarts };
        let pause = self.back_off(restarts);
        if let Some(pod) = self.pods.get_mut(slot) {
            pod.in_engine = false;
            pod.restarts = restarts + 1;
            pod.stage = Stage::BackOff;
            pod.set_ready(Readiness::False, now);
            pod.next_at = now + pause;
        }
        self.recount();
    }

    fn back_off(&self, restarts: u32) -> Span {
        let first_s = self.prepared.scenario().lifecycle.restart_backoff_s;
        let doublings = restarts.saturating_sub(1).min(16);
        let pause_s = first_s * f64::from(1_u32 << doublings);
        if restarts == 0 { Span::ZERO } else { Span::from_seconds(pause_s.min(LONGEST_BACK_OFF_S)) }
    }

    /// Lets cAdvisor take the samples of all pods that are due, or that a collection asks for.
    pub(super) fn sample_all(&mut self) {
        for index in 0..self.pods.order().len() {
            self.sample_by(self.pods.order()[index], true);
        }
    }

    /// Lets cAdvisor take the samples of a pod that are due.
    #[inline]
    pub(super) fn sample(&mut self, slot: usize) {
        self.sample_by(slot, false);
    }

    #[inline]
    fn sample_by(&mut self, slot: usize, to_collect: bool) {
        let Some(pod) = self.pods.get(slot) else { return };
        let (prepared, engine) = (&self.prepared, &self.engine);
        let memory = prepared.scenario().service.memory;
        let leakage = self.leakage;
        let read = |at: Timestamp| {
            let (cpu_s, queue, finished) = if pod.in_engine {
                let reading = engine.reading(slot, at);
                let served_cpu_s = reading.finished * prepared.cpu_per_request_s();
                (pod.startup_cpu_s + served_cpu_s, reading.queue, reading.finished)
            } else {
                (startup_cores(prepared.scenario()) * (at - pod.container_started_at).as_seconds(), 0.0, 0.0)
            };
            let leaked_mib =
                if leakage.has_begun() { (leakage.at(at) - pod.leaked_before_mib).max(0.0) } else { 0.0 };
            let memory_bytes = ((memory.used_mib(queue, finished) + leaked_mib) * 1_048_576.0) as i64;
            Counters { cpu_s, memory_bytes }
        };
        if to_collect {
            self.resource.catch_up_to_collect(slot, self.now, read);
        } else {
            self.resource.catch_up(slot, self.now, read);
        }
    }
}

/// CPU that a container uses while it starts, cores.
fn startup_cores(scenario: &Scenario) -> f64 {
    let wanted = f64::from(scenario.lifecycle.startup_cpu_m) * 1e-3;
    scenario.pod.cpu_limit_cores().map_or(wanted, |limit| wanted.min(limit))
}
