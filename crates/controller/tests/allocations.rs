//! A decision allocates nothing.

mod world;

use std::alloc::System;

use podpilot_controller::{ActionScheme, ControllerConfig, Policy, VirtualHpa};
use podpilot_core::{Autoscaler, Outcome, Span, WriteResult};
use stats_alloc::{INSTRUMENTED_SYSTEM, Region, StatsAlloc};
use world::{World, config_with_hpa, controller, drawn_agent, drawn_forecaster};

#[global_allocator]
static ALLOCATOR: &StatsAlloc<System> = &INSTRUMENTED_SYSTEM;

#[test]
fn deciding_and_branching_allocate_nothing() {
    let agent = |seed| drawn_agent(ActionScheme::Residual, seed);
    let policy = Policy::Hybrid { logits: agent(1), values: agent(2), margin: 0.0 };
    let hpa = podpilot_autoscalers::Hpa::cpu_utilization(60, world::BOUNDS).expect("a target of 60 %");
    let shadow = Some(VirtualHpa::new(hpa, Span::seconds(30)));
    let mut controller =
        controller(ControllerConfig { shadow, ..config_with_hpa() }, drawn_forecaster(2), policy.clone());
    let mut world = World::new(20);
    let mut run = |decisions: usize| {
        for i in 0..decisions {
            let rate = 800.0 + 300.0 * libm::sin(i as f64 / 20.0);
            let from = world.observation.replicas.spec;
            let to = controller.decide(world.tick(rate, 0.02)).replicas.expect("always decides");
            controller.applied(&Outcome {
                at: world.observation.now,
                from,
                to,
                result: WriteResult::Applied,
            });
            world.scale(to);
        }
    };
    run(500);
    let region = Region::new(ALLOCATOR);
    run(500);
    let change = region.change();
    assert_eq!((change.allocations, change.reallocations), (0, 0), "{change:?}");

    let trunk = world::controller(world::config(), drawn_forecaster(2), policy);
    let mut branch = trunk.clone();
    let region = Region::new(ALLOCATOR);
    branch.copy_from(&trunk);
    assert_eq!(region.change().allocations, 0);
}
