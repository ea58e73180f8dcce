use podpilot_core::Span;
use podpilot_random::Seed;
use podpilot_service_model::StartupSpec;
use podpilot_simulator::{
    ClusterAutoscalerSpec, Expander, Fidelity, NodeGroupSpec, PreparedScenario, Scenario, Simulation,
};
use proptest::prelude::*;

use crate::world::{constant, fast, minutes, prepared_with, scenario};

const AFTER_A_MINUTE: StartupSpec = StartupSpec { median: 60.0, p95: 60.0 };

/// Nodes that hold `pods_per_node` pods, `nodes` of them at the start and at most eight.
fn autoscaled(nodes: u32, pods_per_node: u32, replicas: u32) -> impl FnOnce(&mut Scenario) {
    move |scenario| {
        scenario.pod.cpu_request_m = 200;
        scenario.pod.startup_s = StartupSpec { median: 20.0, p95: 20.0 };
        scenario.lifecycle.creating_s = StartupSpec { median: 2.0, p95: 2.0 };
        scenario.price.node_hour = 1.0;
        scenario.cluster.nodes = nodes;
        scenario.cluster.node_cpu_m = 200 * pods_per_node;
        scenario.cluster.initial_replicas = Some(replicas);
        scenario.cluster.autoscaler = Some(ClusterAutoscalerSpec {
            min_nodes: 1,
            max_nodes: 8,
            scan_s: 10.0,
            provision_s: AFTER_A_MINUTE,
            unneeded_s: 600.0,
            delay_after_add_s: 600.0,
            utilization_threshold: 0.5,
            expander: Expander::Random,
            groups: Vec::new(),
        });
    }
}

fn node_hours_of(simulation: &mut Simulation, span: Span) -> f64 {
    let before = simulation.measures().node_hours();
    simulation.advance(span);
    simulation.measures().node_hours() - before
}

#[test]
fn pods_wait_until_a_node_was_provisioned() {
    let mut simulation = fast(&prepared_with(autoscaled(1, 2, 2)), constant(20.0));
    assert_eq!(simulation.observe().room_for_pods, None, "nobody knows how many nodes there will be");
    simulation.scale(6);
    simulation.advance(Span::seconds(59));
    let counts = simulation.pod_counts();
    assert_eq!((counts.unscheduled, counts.serving), (4, 2));
    // A scan within 10 s, a minute to provision, 2 s to create and 20 s to start.
    simulation.advance(Span::seconds(36));
    assert_eq!(simulation.pod_counts().serving, 6);
    let three = node_hours_of(&mut simulation, Span::minutes(5)) * 12.0;
    assert!((three - 3.0).abs() < 1e-9, "{three} nodes for 4 pods more on nodes of 2");
}

#[test]
fn empty_nodes_go_ten_minutes_after_they_were_needed() {
    let mut simulation = fast(&prepared_with(autoscaled(1, 2, 2)), constant(20.0));
    simulation.scale(6);
    simulation.advance(Span::minutes(11));
    simulation.scale(2);
    let first = node_hours_of(&mut simulation, Span::seconds(595)) / 595.0 * 3_600.0;
    assert!((first - 3.0).abs() < 1e-9, "{first}: unneeded for less than ten minutes");
    simulation.advance(Span::seconds(60));
    let then = node_hours_of(&mut simulation, Span::minutes(10)) * 6.0;
    assert!((then - 1.0).abs() < 1e-9, "{then}");
    assert!(simulation.measures().totals.failed == 0.0);
}

#[test]
fn nothing_goes_within_ten_minutes_of_an_addition() {
    let mut simulation = fast(&prepared_with(autoscaled(1, 2, 2)), constant(20.0));
    simulation.advance(Span::minutes(20));
    simulation.scale(8);
    simulation.advance(Span::minutes(2));
    simulation.scale(2);
    simulation.advance(Span::minutes(6));
    // Another node is asked for, so the empty ones stay although they were unneeded for ten minutes.
    simulation.scale(9);
    simulation.advance(Span::seconds(15));
    simulation.scale(2);
    let nodes = node_hours_of(&mut simulation, Span::minutes(9)) / 0.15;
    assert!((nodes - 5.0).abs() < 1e-9, "{nodes}");
}

#[test]
fn a_node_half_used_is_drained_and_its_pods_start_elsewhere() {
    let prepared = prepared_with(|scenario| {
        autoscaled(2, 8, 6)(scenario);
    });
    let mut simulation = fast(&prepared, constant(60.0));
    // Two of the ten minutes passed in the warm-up.
    simulation.advance(Span::minutes(7));
    assert_eq!(simulation.measures().pods_created, 0, "3 of 8 on each: not yet unneeded for ten minutes");
    simulation.advance(Span::minutes(5));
    assert_eq!(simulation.measures().pods_created, 3, "the pods of one node");
    assert_eq!(simulation.pod_counts().serving, 6);
    let nodes = node_hours_of(&mut simulation, Span::minutes(30)) * 2.0;
    assert!((nodes - 1.0).abs() < 1e-9, "{nodes}");
    assert_eq!(simulation.measures().pods_created, 3, "6 of 8 are no reason to drain the last");
}

#[test]
fn groups_grow_by_waste_or_by_chance() {
    let price_of_growth = |expander: Expander, pods: i32, seed: u64| {
        let prepared = prepared_with(|scenario| {
            autoscaled(1, 2, 2)(scenario);
            let memory_mib = scenario.cluster.node_memory_mib;
            let autoscaler = scenario.cluster.autoscaler.as_mut().unwrap();
            autoscaler.expander = expander;
            let large = NodeGroupSpec {
                node_cpu_m: 1_600,
                node_memory_mib: 4 * memory_mib,
                min_nodes: 0,
                max_nodes: 2,
                node_hour: 100.0,
            };
            autoscaler.groups = vec![large];
        });
        let mut simulation = Simulation::of(&prepared, Fidelity::Fast, constant(20.0), Seed(seed));
        simulation.scale(2 + pods);
        simulation.advance(Span::minutes(2));
        let before = simulation.measures().node_cost;
        simulation.advance(Span::minutes(1));
        ((simulation.measures().node_cost - before) * 60.0).round()
    };
    assert_eq!(price_of_growth(Expander::LeastWaste, 2, 1), 2.0, "one small node more");
    assert_eq!(price_of_growth(Expander::LeastWaste, 6, 1), 4.0, "three small ones leave nothing idle");
    let random = |seed| price_of_growth(Expander::Random, 6, seed);
    let prices: Vec<f64> = (0..12).map(random).collect();
    assert!(prices.contains(&4.0) && prices.contains(&101.0), "{prices:?}");
}

#[test]
fn growth_ends_at_the_bound() {
    let mut simulation = fast(&prepared_with(autoscaled(1, 2, 2)), constant(20.0));
    simulation.scale(40);
    simulation.advance(Span::minutes(10));
    let counts = simulation.pod_counts();
    assert_eq!((counts.serving, counts.unscheduled), (16, 24));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(16))]
    #[test]
    fn every_request_ends_once_while_nodes_come_and_go(
        replicas in prop::collection::vec(1_i32..30, 8..24),
        seed in 0_u64..1_000,
    ) {
        let mut scenario = scenario("cluster-autoscaler");
        let autoscaler = scenario.cluster.autoscaler.as_mut().unwrap();
        (autoscaler.unneeded_s, autoscaler.delay_after_add_s) = (60.0, 30.0);
        scenario.pod.cpu_request_m = 200;
        let prepared = PreparedScenario::new(&scenario).unwrap();
        let mut rates = vec![200.0; replicas.len() / 2];
        rates.push(0.0);
        let mut simulation = Simulation::of(&prepared, Fidelity::Fast, minutes(&rates), Seed(seed));
        for &count in &replicas {
            simulation.scale(count);
            simulation.advance(Span::seconds(30));
            let counts = simulation.pod_counts();
            prop_assert!(counts.serving + counts.starting + counts.terminating <= 9 * 8);
        }
        simulation.advance(Span::minutes(12));
        let measures = simulation.measures();
        prop_assert!((measures.totals.requests - measures.offered).abs() < 1e-6 * measures.offered);
        let price = measures.node_hours() * 0.1;
        prop_assert!((measures.node_cost - price).abs() < 1e-9, "{} {price}", measures.node_cost);
    }
}
