//! Time of one decision at 20 pods with a 35-32-32-15 agent on the 17-32-32-6 forecaster, HPA fallback included:
//! `cargo run --release -p podpilot-controller --example decision_time`.
#![expect(
    clippy::print_stdout,
    clippy::disallowed_methods,
    reason = "a measurement reads the clock and prints"
)]

#[path = "../tests/world/mod.rs"]
mod world;

use std::time::Instant;

use podpilot_controller::{ActionScheme, Controller, Policy};
use podpilot_core::Autoscaler;
use world::{World, config, config_with_hpa, controller, drawn_agent, drawn_forecaster};

const DECISIONS: u32 = 400_000;

fn nanoseconds_per_decision(mut controller: Controller) -> f64 {
    let mut world = World::new(20);
    let observations: Vec<_> =
        (0..64).map(|i| world.tick(900.0 + 200.0 * libm::sin(f64::from(i)), 0.01).clone()).collect();
    let mut observation = observations[0].clone();
    let mut checksum = 0_i64;
    let start = Instant::now();
    for i in 0..DECISIONS {
        // Only what moves from tick to tick, so that the measurement is not one of copying pods.
        let next = &observations[i as usize % observations.len()];
        let now = observations[0].now + world::PERIOD * i64::from(i);
        observation.now = now;
        observation.service = next.service;
        for at in [
            observation.service.request_rate_rps.as_mut().map(|rate| &mut rate.at),
            observation.service.totals.as_mut().map(|totals| &mut totals.at),
        ]
        .into_iter()
        .flatten()
        {
            *at = now;
        }
        checksum += i64::from(controller.decide(&observation).replicas.unwrap_or(0));
    }
    assert!(checksum > 0, "a controller always decides");
    start.elapsed().as_nanos() as f64 / f64::from(DECISIONS)
}

fn main() {
    let agent = |seed| drawn_agent(ActionScheme::Residual, seed);
    let rows = [
        ("quantile", config(), Policy::Quantile),
        ("quantile, HPA behind it", config_with_hpa(), Policy::Quantile),
        ("ppo, HPA behind it", config_with_hpa(), Policy::Ppo { logits: agent(1) }),
        (
            "hybrid, HPA behind it",
            config_with_hpa(),
            Policy::Hybrid { logits: agent(1), values: agent(2), margin: 0.0 },
        ),
    ];
    for (name, config, policy) in rows {
        let time = nanoseconds_per_decision(controller(config, drawn_forecaster(2), policy));
        println!("{name:<26} {time:>7.0} ns a decision");
    }
}
