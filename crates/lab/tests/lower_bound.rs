//! No simulated autoscaler is cheaper than the lower bound at its own share of bad minutes.

#![expect(clippy::unwrap_used, reason = "what helps a test may stop it")]

use std::path::Path;
use std::sync::Arc;

use podpilot_autoscalers::{Fixed, Hpa};
use podpilot_core::{
    Autoscaler, Observation, Outcome, Proposal, ReasonList, RestoreError, Signal, SignalSet, Snapshot, Span,
    Timestamp,
};
use podpilot_lab::lower_bound::{Capacity, LowerBound};
use podpilot_random::Seed;
use podpilot_simulator::{Fidelity, PreparedScenario, Scenario, Simulation, run};
use podpilot_traffic::{LoadSeries, LoadSpec};

const FROM: Span = Span::minutes(10 * 60);
const LENGTH: Span = Span::minutes(4 * 60);

/// Knows the load and how long pods take to start: asks early enough for a multiple of what the bound calls need.
#[derive(Debug, Clone)]
struct Clairvoyant {
    load: Arc<LoadSeries>,
    capacity: Capacity,
    began: Timestamp,
    margin: f64,
    ahead: Span,
}

impl Autoscaler for Clairvoyant {
    fn name(&self) -> &'static str {
        "clairvoyant"
    }

    fn period(&self) -> Span {
        Span::seconds(5)
    }

    fn signals(&self) -> SignalSet {
        SignalSet::EMPTY.with(Signal::Pods)
    }

    fn decide(&mut self, observation: &Observation) -> Proposal {
        let now = FROM + (observation.now - self.began);
        // Also what is needed now, or pods would be given up before their work is done.
        let rate_rps = self.load.rate_at(now).max(self.load.rate_at(now + self.ahead));
        let replicas = (self.margin * self.capacity.pods_for(rate_rps)).ceil() as i32;
        Proposal { replicas: Some(replicas.max(1)), reasons: ReasonList::default() }
    }

    fn applied(&mut self, _outcome: &Outcome) {}

    fn snapshot(&self) -> Snapshot {
        Snapshot::default()
    }

    fn restore(&mut self, _snapshot: &Snapshot) -> Result<(), RestoreError> {
        Ok(())
    }
}

fn scenario(name: &str) -> Scenario {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../scenarios").join(format!("{name}.yaml"));
    serde_saphyr::from_str(&std::fs::read_to_string(path).unwrap()).unwrap()
}

fn load_of(prepared: &PreparedScenario, seed: Seed) -> Arc<LoadSeries> {
    let scenario = prepared.scenario();
    assert!(matches!(scenario.load, LoadSpec::Generated(_)));
    Arc::new(scenario.load.load(Path::new("."), prepared.capacity_rps_per_pod(), seed).unwrap().test)
}

fn autoscalers(
    prepared: &Arc<PreparedScenario>,
    load: &Arc<LoadSeries>,
    began: Timestamp,
) -> Vec<Box<dyn Autoscaler>> {
    let bounds = prepared.scenario().bounds();
    let capacity = Capacity::new(prepared, load.mean());
    let mut all: Vec<Box<dyn Autoscaler>> = Vec::new();
    for target_percent in [60, 80, 120, 160] {
        all.push(Box::new(Hpa::cpu_utilization(target_percent, bounds).unwrap()));
    }
    for share in [0.5, 0.8, 1.1] {
        all.push(Box::new(Fixed::new((share * capacity.pods_for(load.quantile(0.95))).ceil() as i32)));
    }
    for margin in [1.0, 1.08, 1.16, 1.25, 1.4] {
        for ahead_s in [0, 40] {
            let (load, capacity) = (Arc::clone(load), capacity.clone());
            all.push(Box::new(Clairvoyant { load, capacity, began, margin, ahead: Span::seconds(ahead_s) }));
        }
    }
    all
}

/// Cost of each autoscaler over the bound at its own share of bad minutes.
fn ratios(scenario: &Scenario, fidelity: Fidelity, length: Span, seed: Seed) -> Vec<(String, f64, f64)> {
    let prepared = PreparedScenario::new(scenario).unwrap();
    let load = load_of(&prepared, seed);
    let bound = LowerBound::of(&prepared, &load, FROM, length, seed);
    let mut simulation = Simulation::of(&prepared, fidelity, Arc::clone(&load), seed);
    simulation.reset(Arc::clone(&load), FROM, seed);
    let began = simulation.now();
    let mut play = |mut autoscaler: Box<dyn Autoscaler>| {
        simulation.reset(Arc::clone(&load), FROM, seed);
        run(&mut simulation, autoscaler.as_mut(), length, &mut |_| ());
        let measures = simulation.measures();
        let bad_minutes = measures.slow_minute_ratio().unwrap_or(0.0);
        (autoscaler.name().to_owned(), bad_minutes, measures.cost() / bound.cost(bad_minutes))
    };
    autoscalers(&prepared, &load, began).into_iter().map(&mut play).collect()
}

fn assert_never_beaten(scenario: &Scenario, fidelity: Fidelity, length: Span, seed: Seed) -> f64 {
    let ratios = ratios(scenario, fidelity, length, seed);
    let mut tightest = f64::INFINITY;
    for (name, bad_minutes, ratio) in &ratios {
        assert!(
            *ratio >= 1.0,
            "{} {fidelity:?} {seed:?}: {name} with {bad_minutes} of minutes bad costs {ratio} times the bound",
            scenario.name
        );
        tightest = tightest.min(*ratio);
    }
    tightest
}

#[test]
fn nobody_beats_the_bound() {
    let names = ["default", "study", "bursty-arrivals", "small-limit", "cluster-autoscaler", "no-cpu-limit"];
    for name in names {
        for seed in 1..3 {
            let tightest = assert_never_beaten(&scenario(name), Fidelity::Fast, LENGTH, Seed(seed));
            println!("{name}: the tightest is {tightest:.3} times the bound");
        }
    }
}

#[test]
fn nobody_beats_the_bound_with_balancers_that_pool_pods() {
    for name in ["shared-queue", "least-connections"] {
        let tightest = assert_never_beaten(&scenario(name), Fidelity::Fast, LENGTH, Seed(3));
        println!("{name}: the tightest is {tightest:.3} times the bound");
    }
}

#[test]
fn nobody_beats_the_bound_request_by_request() {
    let mut small = scenario("default");
    small.cluster.max_replicas = 20;
    assert_never_beaten(&small, Fidelity::Request, Span::minutes(60), Seed(1));
}

#[test]
fn the_bound_is_close_where_the_load_is_steady() {
    let mut steady = scenario("default");
    steady.load = serde_saphyr::from_str("{shape: steady, rps: 400}").unwrap();
    let tightest = assert_never_beaten(&steady, Fidelity::Fast, LENGTH, Seed(5));
    // A tenth of it is that pods are whole.
    assert!(tightest < 1.25, "{tightest}: a bound that far off says little");
}

#[test]
fn more_bad_minutes_never_cost_more_and_all_of_them_cost_the_fewest_pods() {
    let scenario = scenario("default");
    let prepared = PreparedScenario::new(&scenario).unwrap();
    let load = load_of(&prepared, Seed(2));
    let bound = LowerBound::of(&prepared, &load, FROM, LENGTH, Seed(2));
    let front: Vec<_> = bound.front().collect();
    assert_eq!(front.len(), 4 * 60 + 1);
    assert!(
        front
            .windows(2)
            .all(|pair| pair[1].cost <= pair[0].cost && pair[1].bad_minutes > pair[0].bad_minutes)
    );
    assert_eq!(bound.cost(0.0), front[0].cost);
    assert_eq!(bound.cost(1.0), front[240].cost);
    assert_eq!(front[240].pod_hours, 4.0, "the one pod that is always there");
    // The first minutes given up are the dearest ones.
    let saved = |index: usize| front[index].cost - front[index + 1].cost;
    assert!(saved(0) > 2.0 * saved(200), "{} {}", saved(0), saved(200));
}
