//! The request mode: every request through a pod's queue. Slow, and what the fast mode is tested against.

use std::sync::Arc;

use podpilot_core::{Span, Timestamp};
use podpilot_random::{Seed, Stream};
use podpilot_service_model::{Admission, CfsModel, Departure, PodGroup, PodServer, latency_buckets};
use podpilot_traffic::{ArrivalTick, Arrivals};

use crate::cohorts::Cohorts;
use crate::history::{History, Reading};
use crate::tally::{Batch, Tally};
use crate::{PreparedScenario, ProbeKind};

/// From this many requests in each pod on, the pods' CPU is taken to be busy all the time.
const BUSY_QUEUE: f64 = 4.0;

/// All pods that take part in serving.
#[derive(Debug, Clone)]
pub(crate) struct Requests {
    prepared: Arc<PreparedScenario>,
    began: Timestamp,
    now_s: f64,
    tick: Span,
    tick_s: f64,
    seed: Seed,
    servers_made: u64,
    balanced: PodGroup,
    /// Slots of the pods in the balancer, in its order.
    rotation: Vec<usize>,
    /// Pods that only work on what they hold.
    apart: Vec<(usize, PodServer)>,
    black_holes: u32,
    history: History,
    costs: Stream,
    instants: Stream,
    arriving_s: Vec<f64>,
    cohorts: Option<Cohorts>,
    served: f64,
    cluster_cores: f64,
}

impl Requests {
    pub(crate) fn new(prepared: &Arc<PreparedScenario>, slots: usize, reach: Span, now: Timestamp) -> Self {
        let scenario = prepared.scenario();
        Self {
            prepared: Arc::clone(prepared),
            began: now,
            now_s: 0.0,
            tick: scenario.tick(),
            tick_s: scenario.tick_s,
            seed: Seed(0),
            servers_made: 0,
            balanced: empty_group(prepared, Seed(0)),
            rotation: Vec::new(),
            apart: Vec::new(),
            black_holes: 0,
            history: History::new(slots, reach, scenario.tick(), now),
            costs: Seed(0).stream(),
            instants: Seed(0).stream(),
            arriving_s: Vec::new(),
            cohorts: Cohorts::new(scenario),
            served: 0.0,
            cluster_cores: f64::INFINITY,
        }
    }

    pub(crate) fn restart(&mut self, seed: Seed, now: Timestamp) {
        self.began = now;
        self.now_s = 0.0;
        self.seed = seed.named("servers");
        self.servers_made = 0;
        self.balanced = empty_group(&self.prepared, seed.named("balancer"));
        self.rotation.clear();
        self.apart.clear();
        self.black_holes = 0;
        self.history.restart(now);
        self.costs = seed.named("costs").stream();
        self.instants = seed.named("instants").stream();
        self.cohorts = Cohorts::new(self.prepared.scenario());
        self.served = 0.0;
    }

    /// One tick that begins at `at`.
    pub(crate) fn tick(&mut self, at: Timestamp, arrival: ArrivalTick, tally: &mut Tally) {
        tally.offered += arrival.count as f64;
        self.share_cores(arrival.intensity_rps);
        let used_before_s: f64 = self.balanced.pods().iter().map(PodServer::cpu_used_s).sum();
        self.draw_instants(arrival.count);
        let cost = self.prepared.scenario().service.cpu_ms_per_request;
        let mut departed = Recorder::new(&self.prepared, at, self.cohorts.take());
        for index in 0..self.arriving_s.len() {
            let cpu_s = cost.draw_s(&mut self.costs);
            if self.rotation.is_empty() || self.falls_into_black_hole() {
                tally.fail(at, 1.0);
                continue;
            }
            let arriving_s = self.arriving_s[index];
            let admission = self.balanced.offer(arriving_s, cpu_s, &mut |departure| {
                departed.record(departure, tally);
            });
            match admission {
                Admission::Refused => tally.fail(at, 1.0),
                Admission::Accepted => departed.accept(arriving_s),
            }
        }
        self.now_s = (at + self.tick - self.began).as_seconds();
        let now_s = self.now_s;
        self.balanced.advance(now_s, &mut |departure| departed.record(departure, tally));
        for (_, server) in &mut self.apart {
            server.advance(now_s, &mut |departure| departed.record(departure, tally));
        }
        self.cohorts = departed.close(now_s, tally);
        let used_s: f64 = self.balanced.pods().iter().map(PodServer::cpu_used_s).sum();
        self.served += (used_s - used_before_s) / self.prepared.cpu_per_request_s();
        self.write_history(at + self.tick);
    }

    /// A request that hits a lost pod before the balancer knows.
    fn falls_into_black_hole(&mut self) -> bool {
        let endpoints = self.rotation.len() + self.black_holes as usize;
        self.black_holes > 0 && self.instants.below(endpoints) >= self.rotation.len()
    }

    fn draw_instants(&mut self, count: u64) {
        let (start_s, tick_s) = (self.now_s, self.tick_s);
        self.arriving_s.clear();
        if self.prepared.arrivals() == Arrivals::Smooth {
            let gap_s = tick_s / count as f64;
            self.arriving_s.extend((0..count).map(|index| start_s + gap_s * (index as f64 + 0.5)));
            return;
        }
        let instants = &mut self.instants;
        self.arriving_s.extend((0..count).map(|_| start_s + tick_s * instants.uniform()));
        self.arriving_s.sort_unstable_by(f64::total_cmp);
    }

    fn share_cores(&mut self, rate_rps: f64) {
        let serving = self.rotation.len() as u32;
        if serving == 0 {
            return;
        }
        let backlogged = self.balanced.in_flight() as f64 > BUSY_QUEUE * f64::from(serving);
        let share =
            self.prepared.core_share(self.cluster_cores, serving, rate_rps / f64::from(serving), backlogged);
        for server in self.balanced.pods_mut() {
            server.set_core_share(share);
        }
    }

    fn write_history(&mut self, now: Timestamp) {
        self.history.turn(now);
        let per_request_s = self.prepared.cpu_per_request_s();
        let balanced = self.rotation.iter().copied().zip(self.balanced.pods());
        let apart = self.apart.iter().map(|(slot, server)| (*slot, server));
        for (slot, server) in balanced.chain(apart) {
            let reading =
                Reading { finished: server.cpu_used_s() / per_request_s, queue: server.in_flight() as f64 };
            self.history.write(slot, reading);
        }
    }

    /// CPU of the nodes that pods run on, cores.
    pub(crate) fn set_cluster_cores(&mut self, cores: f64) {
        self.cluster_cores = cores;
    }

    pub(crate) fn served(&self) -> f64 {
        self.served
    }

    pub(crate) fn in_flight(&self) -> f64 {
        (self.balanced.in_flight() + self.apart.iter().map(|(_, server)| server.in_flight()).sum::<usize>())
            as f64
    }

    pub(crate) fn mean_queue(&self) -> f64 {
        if self.rotation.is_empty() {
            0.0
        } else {
            self.balanced.in_flight() as f64 / self.rotation.len() as f64
        }
    }

    /// A pod begins to serve, idle and with its counters at 0.
    pub(crate) fn join(&mut self, slot: usize) {
        self.history.grow_to(slot + 1);
        self.history.fill(slot, Reading::default());
        let scenario = self.prepared.scenario();
        let seed = self.seed.indexed(self.servers_made);
        self.servers_made += 1;
        let mut server = PodServer::new(&CfsModel::CALIBRATED, &scenario.service, &scenario.pod, seed);
        server.advance(self.now_s, &mut |_| {});
        self.balanced.add(server);
        self.rotation.push(slot);
    }

    /// A pod gets no more requests, but works on what it holds.
    pub(crate) fn leave(&mut self, slot: usize) {
        if let Some(position) = self.rotation.iter().position(|&other| other == slot) {
            self.rotation.remove(position);
            self.apart.push((slot, self.balanced.remove(position)));
        }
    }

    /// A pod that had left gets requests again.
    pub(crate) fn rejoin(&mut self, slot: usize) {
        if let Some(position) = self.apart.iter().position(|&(other, _)| other == slot) {
            self.balanced.add(self.apart.remove(position).1);
            self.rotation.push(slot);
        }
    }

    pub(crate) fn is_drained(&self, slot: usize) -> bool {
        self.server(slot).is_none_or(|server| server.in_flight() == 0)
    }

    /// A pod is gone; every request in it fails. Returns the work it had done, in mean requests.
    pub(crate) fn remove(&mut self, slot: usize, at: Timestamp, tally: &mut Tally) -> f64 {
        self.leave(slot);
        let Some(position) = self.apart.iter().position(|&(other, _)| other == slot) else { return 0.0 };
        let (_, mut server) = self.apart.remove(position);
        let lost = server.kill() as f64;
        tally.fail(at, lost);
        if let Some(cohorts) = &mut self.cohorts {
            cohorts.lose(lost);
        }
        server.cpu_used_s() / self.prepared.cpu_per_request_s()
    }

    pub(crate) fn change_black_holes(&mut self, change: i32) {
        self.black_holes = self.black_holes.saturating_add_signed(change);
    }

    pub(crate) fn finished(&self, slot: usize) -> f64 {
        self.server(slot).map_or(0.0, |server| server.cpu_used_s() / self.prepared.cpu_per_request_s())
    }

    pub(crate) fn queue(&self, slot: usize) -> f64 {
        self.server(slot).map_or(0.0, |server| server.in_flight() as f64)
    }

    pub(crate) fn reading(&self, slot: usize, at: Timestamp) -> Reading {
        if slot < self.history.rows() { self.history.read(slot, at) } else { Reading::default() }
    }

    /// Whether a probe sent now would be answered in time: tried on a copy of the pod.
    pub(crate) fn answers_probe(&self, slot: usize) -> bool {
        let Some(server) = self.server(slot) else { return false };
        let probe = &self.prepared.scenario().probe;
        let mut trial = server.clone();
        let sent_s = self.now_s;
        if trial.offer(sent_s, 0.0, &mut |_| {}) == Admission::Refused {
            return false;
        }
        if probe.kind == ProbeKind::Tcp {
            return true;
        }
        let mut answered = false;
        trial.advance(sent_s + probe.timeout_s, &mut |departure| answered |= departure.arrived_s >= sent_s);
        answered
    }

    /// Whether any pod may have to be killed, probed or let go.
    pub(crate) fn needs_attention(&self) -> bool {
        let alarm_queue = self.prepared.alarm_queue();
        !self.apart.is_empty()
            || self.balanced.pods().iter().any(|server| server.in_flight() as f64 >= alarm_queue)
    }

    fn server(&self, slot: usize) -> Option<&PodServer> {
        let balanced = self.rotation.iter().position(|&other| other == slot);
        balanced
            .map(|position| &self.balanced.pods()[position])
            .or_else(|| self.apart.iter().find(|(other, _)| *other == slot).map(|(_, server)| server))
    }
}

fn empty_group(prepared: &PreparedScenario, seed: Seed) -> PodGroup {
    let scenario = prepared.scenario();
    PodGroup::new(&CfsModel::CALIBRATED, &scenario.service, &scenario.pod, 0, seed)
}

/// Turns departures into counts.
struct Recorder {
    at: Timestamp,
    threshold_s: f64,
    timeout_s: f64,
    /// Who waits for an answer, if anyone acts on not getting one.
    cohorts: Option<Cohorts>,
}

impl Recorder {
    fn new(prepared: &PreparedScenario, at: Timestamp, cohorts: Option<Cohorts>) -> Self {
        let scenario = prepared.scenario();
        Self {
            at,
            threshold_s: scenario.objective.latency.threshold_ms * 1e-3,
            timeout_s: scenario.service.timeout_s,
            cohorts,
        }
    }

    fn accept(&mut self, arrived_s: f64) {
        if let Some(cohorts) = &mut self.cohorts {
            cohorts.accept(arrived_s);
        }
    }

    /// Ends the tick at `now_s`: who has waited for longer than the time-out gives up.
    fn close(self, now_s: f64, tally: &mut Tally) -> Option<Cohorts> {
        let mut cohorts = self.cohorts?;
        if let Some(clients) = &mut tally.clients {
            let (given_up, ticks_ago) = cohorts.give_up(now_s);
            clients.time_out(given_up, ticks_ago);
        }
        Some(cohorts)
    }

    fn record(&mut self, departure: Departure, tally: &mut Tally) {
        let latency_s = departure.latency_s();
        let failed = latency_s > self.timeout_s;
        if let (false, Some(cohorts)) = (failed, &mut self.cohorts) {
            cohorts.answer(departure.arrived_s);
        }
        let slow = failed || latency_s > self.threshold_s;
        let bin = latency_buckets::bucket_of(latency_s.min(self.timeout_s)) as u32;
        let batch = Batch {
            count: 1.0,
            slow: f64::from(u8::from(slow)),
            failed: f64::from(u8::from(failed)),
            bin,
            weight_of_next: 0.0,
        };
        tally.end(self.at, &batch);
    }
}
