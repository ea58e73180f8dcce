//! A lower bound on cost for each budget of bad minutes: what an autoscaler that knows the future could not undercut.
//!
//! # What is relaxed
//!
//! Any number of pods at any instant, start-up and draining for nothing, perfect balance, no metric lag, no crash and
//! no crowded node; retries do not come; no backlog is handed from one minute to the next; the number of pods need not
//! be whole (but for `min_replicas` and the counts at which the tables of a balancer change). Nodes of a Cluster
//! Autoscaler are paid by the share that pods fill. What stays is the service model: its tables of slow requests and
//! of work done at a queue, and the arrivals as they were realised.
//!
//! # Why it is a bound
//!
//! Let a pod hold the queue `q(t)`, get `a(t)` requests a second and work off `k(t)`. In the simulator's fast mode
//! `k ≤ C·û(q)` with capacity `C` and `û(q) = 1 − (2/π)(1 − u(q))`, `u` being the table's share of capacity worked off:
//! a growing queue idles less than a stationary one, but at least 2/π times as often; from 5 requests on, where a pod may
//! be working off a backlog, `û = 1`. With `g = 1/û`, which does not
//! rise with `q`, the pod is there for at least `∫ k·g(q) dt / C`. As `k = a − dq/dt − refused`,
//!
//! ```text
//! C · pod time ≥ Σ ∫ (a − refused)·g(q) dt − Σ [G(q at the end) − G(q at the start)],   G(q) = ∫₀^q g
//! ```
//!
//! summed over pods. The last sum telescopes however often queues rise and fall in between: what is left is the queue
//! at the end of the minute. It is at most the queue `q*` at which 5 % are slow, as a longer one makes the requests in
//! it slow, so `G(q*)` for each pod is allowed for in every minute ([`Capacity`]). (A pod that joins shares in the
//! queue of the others under some balancers, which may raise `ΣG` by at most `G(q*)`, tens of milliseconds of its
//! time: far less than the start-up time that it costs and the bound does not charge.)
//!
//! Slow requests of the minute are `Σ ∫ a·s(q) dt + refused ≤ α·A`, `s` being the table's share of slow requests, and
//! a refused request needs no work. Minimising `Σ∫ a·g` under that constraint is a linear programme over the states
//! `(s, g)` of the tables, `(1, 0)` for refused ones; [`Capacity`] bounds it from below by its Lagrangian dual, which
//! needs no search for the optimum to be valid. So each minute that is not bad needs at least `need` pod-seconds.
//!
//! A bad minute needs only `min_replicas`. Besides, requests at the end of the minute before it may be left over and
//! be slow in the bad one: they are at most what arrives in the longest wait, and giving up a minute saves them too.
//! Each minute's saving stands by itself, so the cheapest plan with `k` bad minutes gives up the `k` dearest ones: with
//! savings sorted in falling order the bound is a prefix sum, exact for the relaxed problem.
//!
//! One thing is assumed and not proven: that nobody profits from which *second* of a minute has more requests than
//! expected. The fast mode's queues at rest follow the expected rate, its counts the realised one; each minute is
//! charged for the smaller of the two. `tests/lower_bound.rs` checks all of it against simulated autoscalers, one of
//! which knows the future.

mod capacity;
mod demand;

use std::sync::Arc;

use podpilot_core::Span;
use podpilot_random::Seed;
use podpilot_simulator::{FaultSpec, PreparedScenario, Scenario};
use podpilot_traffic::LoadSeries;

pub use capacity::Capacity;
use demand::{Minute, minutes_of, windows_of};

/// A bound on cost for every budget of bad minutes.
#[derive(Debug, Clone, PartialEq)]
pub struct LowerBound {
    hours: f64,
    /// Pod-seconds with no minute given up.
    all_good_pod_s: f64,
    /// Pod-seconds saved by giving up 1, 2, … verdict windows, the dearest first; starts with 0 for none.
    saved_pod_s: Vec<f64>,
    /// Pod-seconds of the pods that are always there.
    fewest_pod_s: f64,
    prices: Prices,
}

/// One point of the front.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct BoundPoint {
    /// Share of bad minutes.
    pub bad_minutes: f64,
    /// No autoscaler with at most so many is cheaper than this.
    pub cost: f64,
    /// Nor has it fewer pod-hours than this.
    pub pod_hours: f64,
}

/// Money per hour.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Prices {
    replica: f64,
    /// Least that nodes cost for each pod on them; 0 where their number is fixed.
    node_share: f64,
    /// Nodes that are there whatever happens.
    all_nodes: f64,
}

impl LowerBound {
    /// The bound for `length` of `load` from offset `from` on, with the arrivals that a simulation reset to `seed` has.
    pub fn of(prepared: &PreparedScenario, load: &LoadSeries, from: Span, length: Span, seed: Seed) -> Self {
        let scenario = prepared.scenario();
        let minutes = minutes_of(prepared, load, from, length, seed);
        let mean_rps = load.slice(from, from + length).map_or(load.mean(), |part| part.mean());
        let capacity = Capacity::new(prepared, mean_rps);
        let fewest = fewest_pods(scenario);
        let left_over = longest_wait_s(prepared).min(60.0) / 60.0;
        let needs: Vec<f64> = minutes.iter().map(|minute| need_pod_s(minute, &capacity, fewest)).collect();
        let mut savings: Vec<f64> = windows_of(&minutes)
            .map(|window| {
                let before = window.start.checked_sub(1).map_or(0.0, |before| needs[before] * left_over);
                let own = window.map(|minute| needs[minute] - fewest * minutes[minute].length_s).sum::<f64>();
                own.max(0.0) + before
            })
            .collect();
        savings.sort_unstable_by(|a, b| b.total_cmp(a));
        let mut saved_pod_s = vec![0.0];
        saved_pod_s.extend(savings.iter().scan(0.0, |sum, saving| {
            *sum += saving;
            Some(*sum)
        }));
        let unfinished = needs.last().map_or(0.0, |need| need * left_over);
        Self {
            hours: length.as_seconds() / 3_600.0,
            all_good_pod_s: needs.iter().sum::<f64>() - unfinished,
            saved_pod_s,
            fewest_pod_s: fewest * length.as_seconds(),
            prices: Prices::of(scenario),
        }
    }

    /// Fewest pod-hours with at most this share of bad minutes.
    pub fn pod_hours(&self, bad_minutes: f64) -> f64 {
        self.pod_hours_with(self.given_up(bad_minutes))
    }

    /// Lowest cost with at most this share of bad minutes.
    pub fn cost(&self, bad_minutes: f64) -> f64 {
        self.cost_with(self.given_up(bad_minutes))
    }

    /// The whole front, one point for each number of bad minutes.
    pub fn front(&self) -> impl Iterator<Item = BoundPoint> {
        let windows = (self.saved_pod_s.len() - 1).max(1) as f64;
        (0..self.saved_pod_s.len()).map(move |given_up| BoundPoint {
            bad_minutes: given_up as f64 / windows,
            cost: self.cost_with(given_up),
            pod_hours: self.pod_hours_with(given_up),
        })
    }

    /// Rounded up: a bound for more bad minutes is one for fewer.
    fn given_up(&self, bad_minutes: f64) -> usize {
        let windows = self.saved_pod_s.len() - 1;
        ((bad_minutes * windows as f64 - 1e-9).ceil().max(0.0) as usize).min(windows)
    }

    fn pod_hours_with(&self, given_up: usize) -> f64 {
        (self.all_good_pod_s - self.saved_pod_s[given_up]).max(self.fewest_pod_s) / 3_600.0
    }

    fn cost_with(&self, given_up: usize) -> f64 {
        let pod_hours = self.pod_hours_with(given_up);
        let nodes = (pod_hours * self.prices.node_share).max(self.prices.all_nodes * self.hours);
        pod_hours * self.prices.replica + nodes
    }
}

/// Lowest cost of serving `load` from its start to its end with at most `bad_minute_budget` (a share) of bad minutes.
pub fn cost_bound(
    load: &LoadSeries,
    scenario: &Arc<PreparedScenario>,
    bad_minute_budget: f64,
    seed: Seed,
) -> f64 {
    LowerBound::of(scenario, load, Span::ZERO, load.duration(), seed).cost(bad_minute_budget)
}

fn need_pod_s(minute: &Minute, capacity: &Capacity, fewest: f64) -> f64 {
    let realised = if minute.expected > 0.0 { (minute.arrived / minute.expected).min(1.0) } else { 0.0 };
    let ticks = minute.rates_rps.len().max(1) as f64;
    // Rates stay the same for many ticks.
    let runs = minute.rates_rps.chunk_by(|a, b| a == b);
    let pods: f64 = runs.map(|run| run.len() as f64 * capacity.pods_for(run[0])).sum();
    (realised * pods / ticks).max(fewest) * minute.length_s
}

/// Pods that are there and paid for in any minute.
fn fewest_pods(scenario: &Scenario) -> f64 {
    let may_be_lost = scenario.faults.iter().any(|fault| matches!(fault, FaultSpec::NodeLoss { .. }));
    if may_be_lost { 0.0 } else { f64::from(scenario.cluster.min_replicas.min(room(scenario))) }
}

fn room(scenario: &Scenario) -> u32 {
    let cluster = &scenario.cluster;
    let nodes = cluster.autoscaler.as_ref().map_or(cluster.nodes, |autoscaler| autoscaler.min_nodes);
    nodes * pods_on_node(scenario, cluster.node_cpu_m, cluster.node_memory_mib)
}

fn pods_on_node(scenario: &Scenario, cpu_m: u32, memory_mib: u32) -> u32 {
    let by_memory = (f64::from(memory_mib) / scenario.pod.memory_requested_mib()) as u32;
    (cpu_m / scenario.pod.cpu_request_m).min(by_memory).min(scenario.cluster.pods_per_node)
}

/// Longest that a request can be in the system before it ends or fails, seconds.
fn longest_wait_s(prepared: &PreparedScenario) -> f64 {
    let table = prepared.tables().for_pods(1);
    (table.queue_limit() / table.capacity_rps()).min(prepared.scenario().service.timeout_s) + 1.0
}

impl Prices {
    fn of(scenario: &Scenario) -> Self {
        let (cluster, price) = (&scenario.cluster, &scenario.price);
        let replica = price.replica_hour;
        let Some(autoscaler) = &cluster.autoscaler else {
            let all_nodes = f64::from(cluster.nodes) * price.node_hour;
            return Self { replica, node_share: 0.0, all_nodes };
        };
        let own = price.node_hour
            / f64::from(pods_on_node(scenario, cluster.node_cpu_m, cluster.node_memory_mib).max(1));
        let per_pod = autoscaler.groups.iter().fold(own, |least, group| {
            let room = pods_on_node(scenario, group.node_cpu_m, group.node_memory_mib).max(1);
            least.min(group.node_hour / f64::from(room))
        });
        let kept = autoscaler.groups.iter().map(|group| f64::from(group.min_nodes) * group.node_hour);
        let all_nodes = f64::from(autoscaler.min_nodes) * price.node_hour + kept.sum::<f64>();
        Self { replica, node_share: per_pod, all_nodes }
    }
}
