//! The fast mode: fluid queues over the tables that the request mode measured. Pods in the same state are advanced
//! together, and while nothing changes a tick costs a few additions.

mod group;
mod membership;
mod moving;

use std::sync::Arc;

use podpilot_core::{Span, Timestamp};
use podpilot_traffic::ArrivalTick;

use crate::PreparedScenario;
use crate::history::{History, Reading};
use crate::tally::{Batch, Tally};
use group::Group;
use membership::Membership;

/// Requests under way that will end in a later tick.
#[derive(Debug, Clone, Copy, PartialEq)]
struct UnderWay {
    group: u32,
    due: Timestamp,
    batch: Batch,
}

/// All pods that take part in serving, in groups.
#[derive(Debug)]
pub(crate) struct Flow {
    prepared: Arc<PreparedScenario>,
    tick: Span,
    tick_s: f64,
    groups: Vec<Group>,
    members: Vec<Membership>,
    history: History,
    under_way: Vec<UnderWay>,
    /// Pods that get requests and answer none.
    black_holes: u32,
    /// Pods that get requests.
    endpoints: u32,
    /// Rate behind the last arrivals, requests per second.
    rate_rps: f64,
    /// Every group is at rest at `rate_rps`.
    resting: bool,
    per_endpoint: f64,
    capacity_per_tick: f64,
    /// Work done by pods in the balancer, in mean requests.
    served: f64,
    needs_attention: bool,
    cluster_cores: f64,
}

impl Clone for Flow {
    /// Keeps the room to grow, so that a clone runs without allocating too.
    fn clone(&self) -> Self {
        let mut groups = Vec::with_capacity(self.groups.capacity());
        groups.extend_from_slice(&self.groups);
        let mut under_way = Vec::with_capacity(self.under_way.capacity());
        under_way.extend_from_slice(&self.under_way);
        Self {
            prepared: Arc::clone(&self.prepared),
            groups,
            members: self.members.clone(),
            history: self.history.clone(),
            under_way,
            ..*self
        }
    }
}

impl Flow {
    pub(crate) fn new(prepared: &Arc<PreparedScenario>, slots: usize, reach: Span, now: Timestamp) -> Self {
        let scenario = prepared.scenario();
        let longest_wait_s = scenario.service.timeout_s.min(prepared.longest_wait_s());
        let ticks_under_way = (longest_wait_s / scenario.tick_s) as usize + 3;
        Self {
            prepared: Arc::clone(prepared),
            tick: scenario.tick(),
            tick_s: scenario.tick_s,
            groups: Vec::with_capacity(slots),
            members: vec![Membership::NONE; slots],
            history: History::new(slots, reach, scenario.tick(), now),
            under_way: Vec::with_capacity(slots * ticks_under_way),
            black_holes: 0,
            endpoints: 0,
            rate_rps: 0.0,
            resting: false,
            per_endpoint: 0.0,
            capacity_per_tick: 0.0,
            served: 0.0,
            needs_attention: false,
            cluster_cores: f64::INFINITY,
        }
    }

    pub(crate) fn restart(&mut self, now: Timestamp) {
        self.groups.clear();
        self.members.fill(Membership::NONE);
        self.history.restart(now);
        self.under_way.clear();
        (self.black_holes, self.endpoints) = (0, 0);
        (self.rate_rps, self.served) = (0.0, 0.0);
        (self.resting, self.needs_attention) = (false, false);
    }

    /// One tick that begins at `at`.
    #[inline]
    pub(crate) fn tick(&mut self, at: Timestamp, arrival: ArrivalTick, tally: &mut Tally) {
        tally.offered += arrival.count as f64;
        if self.resting && arrival.intensity_rps == self.rate_rps {
            self.rest(arrival.count as f64);
        } else {
            self.move_on(at, arrival, tally);
        }
        self.history.turn(at + self.tick);
        for (row, group) in self.groups.iter().enumerate() {
            self.history.write(row, Reading { finished: group.finished, queue: group.queue });
        }
    }

    /// Nothing changes but the number of requests.
    #[inline]
    fn rest(&mut self, count: f64) {
        let per_pod = count * self.per_endpoint;
        for group in &mut self.groups {
            group.finish(per_pod, self.capacity_per_tick);
            group.unrecorded += per_pod;
        }
    }

    /// Hands over what piled up while at rest; `at` is the beginning of the last tick.
    pub(crate) fn flush(&mut self, at: Timestamp, tally: &mut Tally) {
        for group in &mut self.groups {
            let members = f64::from(group.members);
            if group.unrecorded > 0.0 {
                tally.end(at, &group.per_request.scaled(group.unrecorded * members));
                group.unrecorded = 0.0;
            }
            if group.receives {
                self.served += (group.finished - group.accounted) * members;
            }
            group.accounted = group.finished;
        }
    }

    /// Whether pods may have to be killed, probed, merged or let go: set while any queue is long or drains.
    #[inline]
    pub(crate) fn needs_attention(&self) -> bool {
        self.needs_attention
    }

    /// Work done by pods in the balancer since the run began, in mean requests. Flush first.
    pub(crate) fn served(&self) -> f64 {
        self.served
    }

    /// Requests in all pods.
    pub(crate) fn in_flight(&self) -> f64 {
        self.groups.iter().map(|group| group.queue * f64::from(group.members)).sum()
    }

    /// Mean requests in a pod of the balancer; 0 if there is none.
    pub(crate) fn mean_queue(&self) -> f64 {
        let serving = self.endpoints - self.black_holes;
        if serving == 0 {
            return 0.0;
        }
        let receiving = self.groups.iter().filter(|group| group.receives);
        receiving.map(|group| group.queue * f64::from(group.members)).sum::<f64>() / f64::from(serving)
    }

    pub(crate) fn copy_from(&mut self, other: &Self) {
        self.groups.clone_from(&other.groups);
        self.members.clone_from(&other.members);
        self.history.copy_from(&other.history, other.groups.len());
        self.under_way.clone_from(&other.under_way);
        self.black_holes = other.black_holes;
        self.endpoints = other.endpoints;
        self.rate_rps = other.rate_rps;
        self.resting = other.resting;
        self.per_endpoint = other.per_endpoint;
        self.capacity_per_tick = other.capacity_per_tick;
        self.served = other.served;
        self.needs_attention = other.needs_attention;
        self.cluster_cores = other.cluster_cores;
    }
}
