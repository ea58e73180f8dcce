use std::collections::VecDeque;

use podpilot_random::{Seed, Stream};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{Admission, CfsModel, Departure, PodServer, PodSpec, ServiceSpec};

/// How requests are spread over the ready pods.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Balancer {
    /// Each connection goes to a pod at random, as kube-proxy does.
    #[default]
    Random,
    /// To the pod with the fewest requests in it.
    LeastConnections,
    /// Pods take from one queue whenever a worker is free.
    SharedQueue,
}

#[derive(Debug, Clone, Copy)]
struct Queued {
    arrived_s: f64,
    cpu_s: f64,
}

/// Several pods behind a balancer. Time never goes back.
#[derive(Debug, Clone)]
pub struct PodGroup {
    balancer: Balancer,
    pods: Vec<PodServer>,
    /// The queue in front of the pods; used by [`Balancer::SharedQueue`] only.
    shared: VecDeque<Queued>,
    accept_queue: usize,
    choice: Stream,
    next_in_turn: usize,
}

impl PodGroup {
    /// `count` idle pods at time 0.
    pub fn new(cfs: &CfsModel, service: &ServiceSpec, pod: &PodSpec, count: usize, seed: Seed) -> Self {
        let pod_seed = seed.named("pods");
        Self {
            balancer: service.balancer,
            pods: (0..count as u64)
                .map(|index| PodServer::new(cfs, service, pod, pod_seed.indexed(index)))
                .collect(),
            shared: VecDeque::new(),
            accept_queue: service.accept_queue as usize,
            choice: seed.named("balancer").stream(),
            next_in_turn: 0,
        }
    }

    /// A request arrives at the balancer. Without pods it is refused.
    pub fn offer(&mut self, at_s: f64, cpu_s: f64, departed: &mut impl FnMut(Departure)) -> Admission {
        if self.pods.is_empty() {
            return Admission::Refused;
        }
        match self.balancer {
            Balancer::Random => {
                let chosen = self.choice.below(self.pods.len());
                self.pods[chosen].offer(at_s, cpu_s, departed)
            }
            Balancer::LeastConnections => {
                self.advance(at_s, departed);
                let chosen = self.least_busy(|_| true).unwrap_or(0);
                self.pods[chosen].offer(at_s, cpu_s, departed)
            }
            Balancer::SharedQueue => self.offer_to_shared(at_s, cpu_s, departed),
        }
    }

    /// Serves until `to_s`. Departures of different pods come in no particular order.
    pub fn advance(&mut self, to_s: f64, departed: &mut impl FnMut(Departure)) {
        while !self.shared.is_empty() {
            let (index, event_s) = self.next_event();
            if event_s > to_s {
                break;
            }
            self.pods[index].pass_event(event_s, departed);
            self.hand_out(index);
        }
        for pod in &mut self.pods {
            pod.advance(to_s, departed);
        }
    }

    /// Adds a pod that became ready.
    pub fn add(&mut self, pod: PodServer) {
        self.pods.push(pod);
    }

    /// Takes a pod out of the rotation; what it holds is still served by the returned server.
    pub fn remove(&mut self, index: usize) -> PodServer {
        self.pods.remove(index)
    }

    /// The pods.
    pub fn pods(&self) -> &[PodServer] {
        &self.pods
    }

    /// The pods, to set their core share or kill one.
    pub fn pods_mut(&mut self) -> &mut [PodServer] {
        &mut self.pods
    }

    /// Requests in all pods and in the shared queue.
    pub fn in_flight(&self) -> usize {
        self.shared.len() + self.pods.iter().map(PodServer::in_flight).sum::<usize>()
    }

    fn offer_to_shared(&mut self, at_s: f64, cpu_s: f64, departed: &mut impl FnMut(Departure)) -> Admission {
        self.advance(at_s, departed);
        if let Some(chosen) = self.least_busy(PodServer::can_start) {
            self.pods[chosen].take(at_s, cpu_s);
            return Admission::Accepted;
        }
        if self.shared.len() >= self.accept_queue * self.pods.len() {
            return Admission::Refused;
        }
        self.shared.push_back(Queued { arrived_s: at_s, cpu_s });
        Admission::Accepted
    }

    /// Gives waiting requests to a pod as long as it can start them.
    fn hand_out(&mut self, index: usize) {
        while self.pods[index].can_start() {
            let Some(request) = self.shared.pop_front() else { return };
            self.pods[index].take(request.arrived_s, request.cpu_s);
        }
    }

    fn next_event(&self) -> (usize, f64) {
        let events = self.pods.iter().map(PodServer::next_event_s).enumerate();
        events.fold((0, f64::INFINITY), |first, next| if next.1 < first.1 { next } else { first })
    }

    /// The pod with the fewest requests among those that `may`; equal ones take turns.
    fn least_busy(&mut self, may: impl Fn(&PodServer) -> bool) -> Option<usize> {
        let count = self.pods.len();
        let first = self.next_in_turn % count;
        let chosen = (first..count)
            .chain(0..first)
            .filter(|&index| may(&self.pods[index]))
            .min_by_key(|&index| self.pods[index].in_flight());
        self.next_in_turn = chosen.map_or(first, |index| index + 1);
        chosen
    }
}
