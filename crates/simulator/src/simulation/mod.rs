//! One run of a scenario: the state, and how it is made, reset and branched.

mod accounting;
mod attention;
mod disturbance;
mod leakage;
mod lifecycle;
mod node_scaling;
mod observing;
mod scaling;
mod ticking;

use std::sync::Arc;

use podpilot_core::{MetricKey, NameId, Observation, ServiceSignals, Signal, SignalSet, Span, Timestamp};
use podpilot_random::Seed;
use podpilot_traffic::{ArrivalStream, LoadSeries};

use crate::engine::Engine;
use crate::faults::Faults;
use crate::measurement_noise::MeasurementNoise;
use crate::named_metrics::NamedMetrics;
use crate::nodes::Nodes;
use crate::pods::{NEVER, PodSet};
use crate::prometheus::Prometheus;
use crate::queue_proxies::QueueProxies;
use crate::resource_metrics::ResourceMetrics;
use crate::tally::Tally;
use crate::{Fidelity, LatencyRecord, Measures, PreparedScenario, Scenario, ScenarioError, UnknownMetric};
use accounting::Accounts;
use leakage::Leakage;

/// Time simulated before the start at the load's first rate, so that metrics exist from the start on.
const WARM_UP: Span = Span::minutes(2);
/// Age of the pods that serve at the start: older than an HPA's CPU initialization period.
const INITIAL_AGE: Span = Span::minutes(10);
/// CPU use that the initial number of replicas aims at, as a share of capacity.
const INITIAL_UTILIZATION: f64 = 0.6;

/// All signals there are.
const EVERY_SIGNAL: SignalSet = SignalSet::EMPTY
    .with(Signal::Pods)
    .with(Signal::ResourceUsage)
    .with(Signal::RequestRate)
    .with(Signal::Latency)
    .with(Signal::InFlight)
    .with(Signal::RequestTotals)
    .with(Signal::NamedMetrics)
    .with(Signal::Proxies);

/// Pods by state.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct PodCounts {
    /// Waiting for a node with room.
    pub unscheduled: u32,
    /// Being created or starting up.
    pub starting: u32,
    /// Ready and in the load balancer.
    pub serving: u32,
    /// Taken out by probes, restarting, or on a lost node.
    pub unavailable: u32,
    /// Being deleted.
    pub terminating: u32,
}

/// One run of a scenario in virtual time.
#[derive(Debug, Clone)]
pub struct Simulation {
    prepared: Arc<PreparedScenario>,
    load: Arc<LoadSeries>,
    fidelity: Fidelity,
    tick: Span,
    tick_s: f64,
    now: Timestamp,
    /// Until when virtual time was asked to pass.
    horizon: Timestamp,
    measured_from: Timestamp,
    /// The instant at which the load's first step would lie if it had no seams up to where the run starts.
    load_origin: Timestamp,
    next_event_at: Timestamp,
    rate_rps: f64,
    rate_until: Timestamp,
    arrivals: ArrivalStream,
    engine: Engine,
    pods: PodSet,
    pod_seed: Seed,
    nodes: Nodes,
    spec_replicas: i32,
    /// A write of the replica count that has not taken effect yet.
    late_write: Option<(Timestamp, i32)>,
    resource: ResourceMetrics,
    prometheus: Prometheus,
    named: NamedMetrics,
    proxies: QueueProxies,
    /// What Prometheus keeps answering while it stands still.
    frozen: Option<ServiceSignals>,
    noise: MeasurementNoise,
    faults: Faults,
    leakage: Leakage,
    tally: Tally,
    accounts: Accounts,
    measures: Measures,
    watched: SignalSet,
    observation: Observation,
    /// State of the pods that the observation lists.
    listed_version: Option<u64>,
    container: NameId,
}

impl Simulation {
    /// A run in fast mode: `load` from its start, everything random from `seed`.
    pub fn new(scenario: &Scenario, load: Arc<LoadSeries>, seed: Seed) -> Result<Self, ScenarioError> {
        Ok(Self::of(&PreparedScenario::new(scenario)?, Fidelity::Fast, load, seed))
    }

    /// A run of a prepared scenario.
    pub fn of(
        prepared: &Arc<PreparedScenario>,
        fidelity: Fidelity,
        load: Arc<LoadSeries>,
        seed: Seed,
    ) -> Self {
        let scenario = prepared.scenario();
        let start = scenario.start();
        let slots = 3 * scenario.cluster.max_replicas as usize + 16;
        let sampled_late = scenario.metrics.resource.resolution_s.max(scenario.metrics.prometheus.scrape_s);
        let reach = Span::from_seconds(sampled_late + 2.0 * scenario.tick_s);
        let bins = prepared.bins(fidelity);
        let mut observation = Observation::default();
        let container = observation.pods.intern("app");
        let mut simulation = Self {
            prepared: Arc::clone(prepared),
            load: Arc::clone(&load),
            fidelity,
            tick: scenario.tick(),
            tick_s: scenario.tick_s,
            now: start,
            horizon: start,
            measured_from: start,
            load_origin: start,
            next_event_at: start,
            rate_rps: 0.0,
            rate_until: start,
            arrivals: ArrivalStream::new(prepared.arrivals(), seed),
            engine: Engine::new(fidelity, prepared, slots, reach, start),
            pods: PodSet::new(slots),
            pod_seed: seed,
            nodes: Nodes::new(scenario),
            spec_replicas: 0,
            late_write: None,
            resource: ResourceMetrics::new(&scenario.metrics.resource, slots, seed.stream()),
            prometheus: Prometheus::new(&scenario.metrics.prometheus),
            named: NamedMetrics::default(),
            proxies: QueueProxies::new(),
            frozen: None,
            noise: MeasurementNoise::new(scenario.metrics.noise_cv),
            faults: Faults::new(&scenario.faults),
            leakage: Leakage::default(),
            tally: Tally::new(bins, scenario, start),
            accounts: Accounts::default(),
            measures: Measures::new(scenario, LatencyRecord::new(Arc::clone(bins))),
            watched: EVERY_SIGNAL,
            observation,
            listed_version: None,
            container,
        };
        simulation.reset(load, Span::ZERO, seed);
        simulation
    }

    /// Starts anew with the load from offset `from` on, as if it had just been made; keeps buffers, watched signals
    /// and provided metrics. The virtual clock starts at the scenario's start plus the recorded time at `from`, so that
    /// the time of day holds behind gaps that were cut.
    pub fn reset(&mut self, load: Arc<LoadSeries>, from: Span, seed: Seed) {
        let scenario = self.prepared.scenario();
        self.measured_from = scenario.start() + load.recorded_time(from);
        self.load_origin = self.measured_from - from;
        self.now = self.measured_from - WARM_UP;
        self.horizon = self.now;
        self.load = load;
        self.rate_rps = self.load.rate_at(from);
        self.rate_until = self.now;
        self.arrivals = ArrivalStream::new(self.prepared.arrivals(), seed);
        self.engine.restart(seed.named("engine"), self.now);
        self.pods.restart();
        self.nodes.restart(seed.named("nodes"), self.now);
        self.pod_seed = seed.named("pods");
        self.late_write = None;
        self.resource.restart(seed.named("cadvisor").stream(), self.now);
        self.prometheus.restart(seed.named("prometheus").stream().uniform(), self.now);
        self.named.restart();
        self.proxies = QueueProxies::new();
        self.frozen = None;
        self.noise.restart(seed.named("measurement noise"));
        self.faults.restart(seed.named("faults"), self.measured_from);
        self.leakage = Leakage::default();
        self.tally.restart(scenario.objective.latency.quantile, self.now);
        self.accounts = Accounts::at(self.now);
        self.measures.clear();
        self.place_initial_pods();
        self.next_event_at = self.now;
        self.handle_events();
        self.advance(WARM_UP);
        self.begin_measuring();
    }

    /// Makes this run continue exactly as `other` would, without allocating. Both must come from the same prepared
    /// scenario and have the same fidelity.
    pub fn copy_from(&mut self, other: &Self) {
        self.prepared.clone_from(&other.prepared);
        self.load.clone_from(&other.load);
        (self.now, self.horizon) = (other.now, other.horizon);
        (self.measured_from, self.load_origin) = (other.measured_from, other.load_origin);
        self.next_event_at = other.next_event_at;
        (self.rate_rps, self.rate_until) = (other.rate_rps, other.rate_until);
        self.arrivals.clone_from(&other.arrivals);
        self.engine.copy_from(&other.engine);
        self.pods.copy_from(&other.pods);
        self.pod_seed = other.pod_seed;
        self.nodes.copy_from(&other.nodes);
        self.spec_replicas = other.spec_replicas;
        self.late_write = other.late_write;
        self.resource.copy_from(&other.resource);
        self.prometheus.copy_from(&other.prometheus);
        self.named.copy_from(&other.named);
        self.proxies = other.proxies;
        self.frozen = other.frozen;
        self.noise = other.noise;
        self.faults.copy_from(&other.faults);
        self.leakage = other.leakage;
        self.tally.copy_from(&other.tally);
        self.accounts = other.accounts;
        self.measures.copy_from(&other.measures);
        self.watched = other.watched;
        self.listed_version = None;
    }

    /// Lets metrics-server collect next after `wait`, and from then on as often as the scenario says: to predict a run
    /// whose instants of collection are known. Otherwise they are drawn from the seed.
    pub fn collect_resource_metrics_after(&mut self, wait: Span) {
        self.resource.collect_next_at(self.now + wait);
        self.next_event_at = self.now;
    }

    /// Which signals [`Simulation::observe`] fills in; all at first. What is not watched costs nothing and is
    /// missing in the observation.
    pub fn watch(&mut self, signals: SignalSet) {
        self.watched = signals;
    }

    /// Lets observations contain a named metric, for an HPA of type Pods, Object or External.
    pub fn provide_metric(&mut self, key: MetricKey) -> Result<(), UnknownMetric> {
        self.named.provide(key, self.pods.capacity(), &mut self.observation.metrics)
    }

    /// Virtual time now.
    pub fn now(&self) -> Timestamp {
        self.now
    }

    /// How requests are simulated.
    pub fn fidelity(&self) -> Fidelity {
        self.fidelity
    }

    /// Requests in all pods now, queued ones included.
    pub fn in_flight(&self) -> f64 {
        self.engine.in_flight()
    }

    /// `scale.spec.replicas`.
    pub fn spec_replicas(&self) -> i32 {
        self.spec_replicas
    }

    /// Pods by state.
    pub fn pod_counts(&self) -> PodCounts {
        self.pods.summary().counts
    }

    /// What came of the run so far.
    pub fn measures(&self) -> &Measures {
        &self.measures
    }

    /// Latency of the requests that ended during the last [`Simulation::advance`].
    pub fn recent_latency(&self) -> &LatencyRecord {
        &self.tally.recent
    }

    /// The scenario and its tables.
    pub fn prepared(&self) -> &Arc<PreparedScenario> {
        &self.prepared
    }

    /// Plans the next look at anything but requests.
    fn plan_next_event(&mut self) {
        self.pods.summarize();
        let late_write_at = self.late_write.map_or(NEVER, |(at, _)| at);
        self.next_event_at = self
            .rate_until
            .min(self.pods.summary().next_at)
            .min(self.nodes.next_at())
            .min(self.resource.next_collection_at())
            .min(self.prometheus.next_scrape_at())
            .min(self.faults.next_at())
            .min(self.accounts.minute_end)
            .min(late_write_at);
    }
}
