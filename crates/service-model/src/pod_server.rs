//! The request-by-request kernel.

use podpilot_random::Seed;

use crate::{CfsModel, PodSpec, ServiceSpec};

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

/// One pod, request by request: a FIFO queue before `workers` that share a CFS quota. Time never goes back.
#[derive(Debug, Clone)]
pub struct PodServer {
    now_s: f64,
}

impl PodServer {
    /// An idle pod at time 0. `seed` places its timers and drives the CPU time that others steal.
    pub fn new(cfs: &CfsModel, service: &ServiceSpec, pod: &PodSpec, seed: Seed) -> Self {
        let _ = (cfs, service, pod, seed);
        unimplemented!()
    }

    /// A request that needs `cpu_s` of CPU arrives at `at_s`. First brings the pod to that instant; what departs
    /// on the way goes to `departed`.
    pub fn offer(&mut self, at_s: f64, cpu_s: f64, departed: &mut impl FnMut(Departure)) -> Admission {
        let _ = (at_s, cpu_s, departed);
        unimplemented!()
    }

    /// Serves until `to_s`; departures go to `departed` in the order of their departure.
    pub fn advance(&mut self, to_s: f64, departed: &mut impl FnMut(Departure)) {
        let _ = (to_s, departed);
        unimplemented!()
    }

    /// The instant this pod has been brought to, seconds.
    pub fn now_s(&self) -> f64 {
        self.now_s
    }

    /// Requests in the pod, served and waiting ones.
    pub fn in_flight(&self) -> usize {
        unimplemented!()
    }

    /// CPU time used since the start, seconds of one core.
    pub fn cpu_used_s(&self) -> f64 {
        unimplemented!()
    }

    /// Time that work waited for quota since the start, seconds.
    pub fn throttled_s(&self) -> f64 {
        unimplemented!()
    }

    /// Share of a core that each worker gets from now on, in (0, 1]: for pods without a limit on a crowded node.
    pub fn set_core_share(&mut self, share: f64) {
        let _ = share;
        unimplemented!()
    }

    /// The pod dies: every request in it is lost. Returns how many.
    pub fn kill(&mut self) -> usize {
        unimplemented!()
    }
}
