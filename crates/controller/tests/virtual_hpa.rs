//! The virtual HPA shares the real load out over its own replicas.
#![expect(clippy::expect_used, reason = "a test that cannot go on fails")]

mod world;

use podpilot_autoscalers::Hpa;
use podpilot_controller::VirtualHpa;
use podpilot_core::Span;
use world::{BOUNDS, PERIOD, World};

fn virtual_hpa(startup: Span) -> VirtualHpa {
    VirtualHpa::new(Hpa::cpu_utilization(80, BOUNDS).expect("a target of 80 %"), startup)
}

#[test]
fn it_finds_the_count_that_meets_its_target_whatever_the_real_count() {
    // 20 pods use 20 % of their limits of 200m: 800m. At 80 % of 100m requested, ten pods do the work.
    let mut world = World::new(20);
    world.cpu_of_limit = 0.2;
    let mut hpa = virtual_hpa(Span::seconds(30));
    let counts: Vec<i32> = (0..60).map(|_| hpa.advance(world.tick(1_000.0, 0.0))).collect();
    assert_eq!(counts[0], 20, "stabilized for five minutes");
    assert_eq!(counts[59], 10);
    assert_eq!(world.observation.replicas.spec, 20, "the real pods are not touched");
    // The same 800m, now used by five real pods at 80 % of their limits: the answer is the same.
    world.scale(5);
    world.cpu_of_limit = 0.8;
    let counts: Vec<i32> = (0..30).map(|_| hpa.advance(world.tick(1_000.0, 0.0))).collect();
    assert!(counts.iter().all(|count| *count == 10), "{counts:?}");
}

#[test]
fn virtual_pods_take_their_time_to_start() {
    let run = |startup: Span| {
        let mut world = World::new(10);
        let mut hpa = virtual_hpa(startup);
        for _ in 0..30 {
            hpa.advance(world.tick(1_000.0, 0.0));
        }
        // Twice the CPU: while virtual pods start, the ready ones stay overloaded.
        world.cpu_of_limit = 0.8;
        (0..8).map(|_| hpa.advance(world.tick(2_000.0, 0.0))).collect::<Vec<i32>>()
    };
    let (quick, slow) = (run(Span::ZERO), run(PERIOD * 3));
    assert_eq!(quick[0], 20);
    assert_eq!(*quick.last().expect("eight"), 20);
    assert_eq!(*slow.last().expect("eight"), 20, "pods that start are not counted as idle: {slow:?}");
}

#[test]
fn without_a_measurement_it_stays() {
    let mut world = World::new(10);
    let mut hpa = virtual_hpa(Span::ZERO);
    for _ in 0..10 {
        hpa.advance(world.tick(1_000.0, 0.0));
    }
    world.tick(1_000.0, 0.0).pods.clear();
    assert_eq!(hpa.advance(&world.observation), 10);
}
