use std::collections::VecDeque;

use podpilot_random::Seed;

use crate::cost_drift::CostDrift;
use crate::quota::Quota;
use crate::{CfsModel, PodSpec, ServiceSpec};

/// Work that is done to within this, CPU seconds, is done: far below any cost, far above rounding.
const DONE_WITHIN_S: f64 = 1e-9;

/// Whether a request got into the pod.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Admission {
    /// It is being served or waits.
    Accepted,
    /// The accept queue was full.
    Refused,
}

/// A request that has been served. Whether its client still waited for it is for the caller to judge:
/// abandoned requests are served to the end, as nginx does.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Departure {
    /// When it arrived, seconds.
    pub arrived_s: f64,
    /// When the last byte left, seconds.
    pub departed_s: f64,
}

impl Departure {
    /// Time in the pod, seconds.
    pub fn latency_s(&self) -> f64 {
        self.departed_s - self.arrived_s
    }
}

#[derive(Debug, Clone, Copy)]
struct Request {
    arrived_s: f64,
    cpu_left_s: f64,
}

/// One pod, request by request: a FIFO queue before `workers` that run at full core speed and share the pod's
/// CPU quota. Time never goes back.
#[derive(Debug, Clone)]
pub struct PodServer {
    now_s: f64,
    waiting: VecDeque<Request>,
    running: Vec<Request>,
    workers: usize,
    accept_queue: usize,
    core_share: f64,
    quota: Option<Quota>,
    cost_drift: CostDrift,
    cpu_used_s: f64,
    throttled_s: f64,
}

impl PodServer {
    /// An idle pod at time 0. `seed` places its timers and drives its neighbour's noise.
    pub fn new(cfs: &CfsModel, service: &ServiceSpec, pod: &PodSpec, seed: Seed) -> Self {
        let mut phases = seed.named("cfs-phases").stream();
        let quota = pod.cpu_limit_cores().map(|limit_cores| Quota::new(cfs, limit_cores, &mut phases));
        Self {
            now_s: 0.0,
            waiting: VecDeque::new(),
            running: Vec::with_capacity(service.workers as usize),
            workers: service.workers as usize,
            accept_queue: service.accept_queue as usize,
            core_share: 1.0,
            quota,
            cost_drift: CostDrift::new(cfs.neighbour, seed.named("neighbour").stream()),
            cpu_used_s: 0.0,
            throttled_s: 0.0,
        }
    }

    /// A request that needs `cpu_s` of CPU arrives at `at_s`. First brings the pod to that instant; what departs
    /// on the way goes to `departed`.
    #[inline]
    pub fn offer(&mut self, at_s: f64, cpu_s: f64, departed: &mut impl FnMut(Departure)) -> Admission {
        self.advance(at_s, departed);
        if self.running.len() == self.workers && self.waiting.len() >= self.accept_queue {
            return Admission::Refused;
        }
        self.take(at_s, cpu_s);
        Admission::Accepted
    }

    /// Serves until `to_s`; departures go to `departed` in the order of their departure.
    #[inline]
    pub fn advance(&mut self, to_s: f64, departed: &mut impl FnMut(Departure)) {
        while !self.running.is_empty() {
            let event_s = self.next_event_s();
            if event_s > to_s {
                self.work_until(to_s);
                return;
            }
            self.pass_event(event_s, departed);
        }
        self.now_s = self.now_s.max(to_s);
    }

    /// The instant this pod has been brought to, seconds.
    pub fn now_s(&self) -> f64 {
        self.now_s
    }

    /// Requests in the pod, served and waiting ones.
    #[inline]
    pub fn in_flight(&self) -> usize {
        self.running.len() + self.waiting.len()
    }

    /// CPU time used since the start, seconds of one core.
    pub fn cpu_used_s(&self) -> f64 {
        self.cpu_used_s
    }

    /// Time that work waited for quota since the start, seconds.
    pub fn throttled_s(&self) -> f64 {
        self.throttled_s
    }

    /// Share of a core that each worker gets from now on, in (0, 1]: for pods on a crowded node.
    pub fn set_core_share(&mut self, share: f64) {
        self.core_share = share;
    }

    /// The pod dies: every request in it is lost. Returns how many.
    pub fn kill(&mut self) -> usize {
        let lost = self.in_flight();
        self.waiting.clear();
        self.running.clear();
        if let Some(quota) = &mut self.quota {
            quota.sleep();
        }
        lost
    }

    /// Becomes a copy of `other`, reusing buffers.
    pub fn copy_from(&mut self, other: &Self) {
        self.now_s = other.now_s;
        self.waiting.clone_from(&other.waiting);
        self.running.clone_from(&other.running);
        self.workers = other.workers;
        self.accept_queue = other.accept_queue;
        self.core_share = other.core_share;
        self.quota.clone_from(&other.quota);
        self.cost_drift.clone_from(&other.cost_drift);
        self.cpu_used_s = other.cpu_used_s;
        self.throttled_s = other.throttled_s;
    }

    /// Whether a request would be worked on at once.
    pub(crate) fn can_start(&self) -> bool {
        self.running.len() < self.workers && !self.is_throttled()
    }

    /// Accepts a request that arrived in front of the pod at `arrived_s`, now.
    #[inline]
    pub(crate) fn take(&mut self, arrived_s: f64, cpu_s: f64) {
        let request = Request { arrived_s, cpu_left_s: cpu_s * self.cost_drift.factor_at(self.now_s) };
        if self.running.len() == self.workers {
            self.waiting.push_back(request);
            return;
        }
        if let (true, Some(quota)) = (self.running.is_empty(), &mut self.quota) {
            quota.wake(self.now_s);
        }
        self.running.push(request);
    }

    /// The next instant at which a request ends or quota is charged or refilled; infinite when idle.
    #[inline]
    pub(crate) fn next_event_s(&self) -> f64 {
        let Some(quota) = &self.quota else { return self.next_end_s() };
        if quota.is_throttled() { quota.next_event_s() } else { quota.next_event_s().min(self.next_end_s()) }
    }

    /// Works until `event_s`, which [`Self::next_event_s`] gave, and lets it happen.
    #[inline]
    pub(crate) fn pass_event(&mut self, event_s: f64, departed: &mut impl FnMut(Departure)) {
        self.work_until(event_s);
        self.end_requests(departed);
        let Some(quota) = &mut self.quota else { return };
        if self.running.is_empty() {
            quota.sleep();
        } else if quota.next_event_s() <= self.now_s {
            quota.tick(self.now_s);
        }
    }

    fn is_throttled(&self) -> bool {
        self.quota.as_ref().is_some_and(Quota::is_throttled)
    }

    #[inline]
    fn next_end_s(&self) -> f64 {
        let least_left_s =
            self.running.iter().map(|request| request.cpu_left_s).fold(f64::INFINITY, f64::min);
        self.now_s + least_left_s / self.core_share
    }

    #[inline]
    fn work_until(&mut self, to_s: f64) {
        let elapsed_s = to_s - self.now_s;
        self.now_s = to_s;
        if self.is_throttled() {
            self.throttled_s += elapsed_s;
            return;
        }
        let worked_s = elapsed_s * self.core_share;
        for request in &mut self.running {
            request.cpu_left_s -= worked_s;
        }
        let used_s = worked_s * self.running.len() as f64;
        self.cpu_used_s += used_s;
        if let Some(quota) = &mut self.quota {
            quota.note_use(used_s);
        }
    }

    #[inline]
    fn end_requests(&mut self, departed: &mut impl FnMut(Departure)) {
        let mut index = 0;
        while index < self.running.len() {
            let request = self.running[index];
            if request.cpu_left_s > DONE_WITHIN_S {
                index += 1;
                continue;
            }
            departed(Departure { arrived_s: request.arrived_s, departed_s: self.now_s });
            if let Some(next) = self.waiting.pop_front() {
                self.running[index] = next;
                index += 1;
            } else {
                self.running.swap_remove(index);
            }
        }
    }
}
