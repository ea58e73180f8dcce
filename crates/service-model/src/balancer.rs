//! How requests are spread over pods.

use podpilot_random::Seed;
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

/// Several pods behind a balancer.
#[derive(Debug, Clone)]
pub struct PodGroup {
    pods: Vec<PodServer>,
}

impl PodGroup {
    /// `count` idle pods at time 0.
    pub fn new(cfs: &CfsModel, service: &ServiceSpec, pod: &PodSpec, count: usize, seed: Seed) -> Self {
        let _ = (cfs, service, pod, count, seed);
        unimplemented!()
    }

    /// A request arrives at the balancer.
    pub fn offer(&mut self, at_s: f64, cpu_s: f64, departed: &mut impl FnMut(Departure)) -> Admission {
        let _ = (at_s, cpu_s, departed);
        unimplemented!()
    }

    /// Serves until `to_s`.
    pub fn advance(&mut self, to_s: f64, departed: &mut impl FnMut(Departure)) {
        let _ = (to_s, departed);
        unimplemented!()
    }

    /// Adds an idle pod (it became ready).
    pub fn add(&mut self, pod: PodServer) {
        self.pods.push(pod);
    }

    /// Takes a pod out of the rotation; what it holds is still served by the returned server.
    pub fn remove(&mut self, index: usize) -> PodServer {
        self.pods.swap_remove(index)
    }

    /// The pods.
    pub fn pods(&self) -> &[PodServer] {
        &self.pods
    }

    /// Requests in all pods and the shared queue.
    pub fn in_flight(&self) -> usize {
        unimplemented!()
    }
}
