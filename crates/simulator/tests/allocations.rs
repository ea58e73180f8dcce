//! The step allocates nothing: simulation, observation, an HPA's decision and branching.

#![expect(clippy::unwrap_used, reason = "what helps a test may stop it")]

use std::alloc::System;
use std::path::Path;
use std::sync::Arc;

use podpilot_autoscalers::{Hpa, Rival, RivalConfig, ServiceFacts};
use podpilot_core::{MetricKey, Signal, SignalSet, Span};
use podpilot_random::Seed;
use podpilot_service_model::Inverse;
use podpilot_simulator::{Fidelity, PreparedScenario, Scenario, Simulation, run};
use podpilot_traffic::LoadSeries;
use stats_alloc::{INSTRUMENTED_SYSTEM, Region, StatsAlloc};

#[global_allocator]
static ALLOCATOR: &StatsAlloc<System> = &INSTRUMENTED_SYSTEM;

/// The counters are those of the whole process, so this binary must hold one test only.
fn allocations_of(work: impl FnOnce()) -> usize {
    let region = Region::new(ALLOCATOR);
    work();
    let change = region.change();
    change.allocations + change.reallocations
}

fn prepared(name: &str) -> Arc<PreparedScenario> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../scenarios").join(name);
    let scenario: Scenario = serde_saphyr::from_str(&std::fs::read_to_string(path).unwrap()).unwrap();
    PreparedScenario::new(&scenario).unwrap()
}

/// Calm, a burst that overloads the pods, calm: pods come, go and differ.
fn bursty_load() -> Arc<LoadSeries> {
    let rates =
        (0..240).map(|minute| if minute % 40 < 6 { 900.0 } else { 150.0 + 5.0 * f64::from(minute % 17) });
    Arc::new(LoadSeries::new(Span::minutes(1), rates.collect()).unwrap())
}

#[test]
fn running_and_branching_allocate_nothing() {
    let counted = allocations_of(|| drop(std::hint::black_box(vec![1_u8])));
    assert_eq!(counted, 1, "counting works");
    for name in ["default.yaml", "faulty-cluster.yaml", "faulty-metrics.yaml", "cluster-autoscaler.yaml"] {
        hours_of_decisions(name);
    }
    rivals_decide();
    branching();
}

fn hours_of_decisions(name: &str) {
    let prepared = prepared(name);
    let mut simulation = Simulation::of(&prepared, Fidelity::Fast, bursty_load(), Seed(1));
    simulation.provide_metric(MetricKey::External { metric: "requests_per_second".to_owned() }).unwrap();
    simulation.provide_metric(MetricKey::Pods { metric: "requests_in_flight".to_owned() }).unwrap();
    let mut hpa = Hpa::cpu_utilization(60, prepared.scenario().bounds()).unwrap();
    // The first decisions let reused buffers grow to their size.
    run(&mut simulation, &mut hpa, Span::minutes(60), &mut |_| ());
    let mut steps = 0;
    let decisions =
        allocations_of(|| run(&mut simulation, &mut hpa, Span::minutes(180), &mut |_| steps += 1));
    assert_eq!((decisions, steps), (0, 720), "{name}");
    let everything = SignalSet::EMPTY
        .with(Signal::Pods)
        .with(Signal::ResourceUsage)
        .with(Signal::Latency)
        .with(Signal::RequestTotals)
        .with(Signal::NamedMetrics);
    simulation.watch(everything);
    let observations = allocations_of(|| {
        for _ in 0..100 {
            simulation.advance(Span::seconds(15));
            std::hint::black_box(simulation.observe());
        }
    });
    assert_eq!(observations, 0, "{name}: with everything watched");
}

fn rivals_decide() {
    let prepared = prepared("default.yaml");
    let scenario = prepared.scenario();
    let inverse = Inverse::new(prepared.tables(), &scenario.pod, &scenario.objective, 40);
    let (service, pod, objective) = (&scenario.service, &scenario.pod, scenario.objective);
    let facts =
        ServiceFacts::new(service, pod, objective, Arc::new(inverse), scenario.bounds(), [100.0].into());
    for config in Rival::ALL.into_iter().filter_map(RivalConfig::default_of) {
        let mut built = config.build("rival", &facts).unwrap();
        let mut simulation = Simulation::of(&prepared, Fidelity::Fast, bursty_load(), Seed(1));
        for key in built.named_metrics {
            simulation.provide_metric(key).unwrap();
        }
        let rival = built.autoscaler.as_mut();
        run(&mut simulation, rival, Span::minutes(60), &mut |_| ());
        let decisions = allocations_of(|| run(&mut simulation, rival, Span::minutes(120), &mut |_| ()));
        assert_eq!(decisions, 0, "{}", config.rival());
    }
}

fn branching() {
    let prepared = prepared("default.yaml");
    let mut origin = Simulation::of(&prepared, Fidelity::Fast, bursty_load(), Seed(1));
    let mut branch = origin.clone();
    let mut hpa = Hpa::cpu_utilization(60, prepared.scenario().bounds()).unwrap();
    run(&mut origin, &mut hpa, Span::minutes(90), &mut |_| ());
    branch.copy_from(&origin);
    let allocations = allocations_of(|| {
        for replicas in 5..25 {
            branch.copy_from(&origin);
            branch.scale(replicas);
            branch.advance(Span::minutes(2));
            origin.scale(replicas);
            origin.advance(Span::seconds(15));
        }
    });
    assert_eq!(allocations, 0);
}
