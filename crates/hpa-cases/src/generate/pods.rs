use podpilot_autoscalers::hpa::Quantity;

use super::draw::Draw;
use super::flavor::Flavor;
use crate::case::ControllerFlags;
use crate::world::{Container, Phase, Pod, Ready, ReadyStatus};

/// Names of containers; metrics of a container name one of them, pods have some of them.
pub(super) const CONTAINERS: [&str; 3] = ["main", "proxy", "agent"];
const CPU_REQUESTS_MILLI: [i64; 7] = [1, 33, 100, 100, 250, 1_000, 4_000];
const MEMORY_REQUESTS_MIB: [i64; 4] = [16, 64, 100, 1_024];
const MIB: i64 = 1024 * 1024;
const MS: i64 = 1_000;
/// Windows of resource samples, in milliseconds.
pub(super) const WINDOWS_MS: [i64; 6] = [0, 10_000, 15_000, 20_123, 30_000, 60_000];

/// What the pods of a case have in common.
pub(super) struct Template {
    containers: Vec<Container>,
    /// Per cent of pods that are in some unusual state.
    oddness: usize,
    /// Per cent of containers that do not state a request.
    no_request: usize,
}

impl Template {
    pub(super) fn draw(flavor: Flavor, draw: &mut Draw) -> Self {
        let count = draw.pick(&[1, 1, 1, 2, 2, 3]);
        let containers = CONTAINERS[..count].iter().enumerate().map(|(index, &name)| Container {
            name: name.to_owned(),
            sidecar: index > 0 && draw.chance(30),
            cpu: Some(Quantity::from_milli(cpu_request(flavor, draw))),
            memory: Some(Quantity::from_milli(draw.pick(&MEMORY_REQUESTS_MIB) * MIB * 1_000)),
        });
        let containers = containers.collect();
        let oddness = match flavor {
            Flavor::Readiness => draw.pick(&[30, 60, 100]),
            _ => draw.pick(&[0, 0, 0, 10, 25]),
        };
        Self { containers, oddness, no_request: draw.pick(&[0, 0, 0, 0, 0, 0, 0, 8]) }
    }
}

fn cpu_request(flavor: Flavor, draw: &mut Draw) -> i64 {
    match flavor {
        Flavor::Extreme if draw.chance(40) => draw.pick(&[0, 1, i64::MAX / 400, i64::MAX / 2, i64::MAX]),
        _ => draw.pick(&CPU_REQUESTS_MILLI),
    }
}

/// As many pods as there are replicas, more or less.
pub(super) fn pods(
    template: &Template,
    replicas: i32,
    now_ms: i64,
    flags: &ControllerFlags,
    draw: &mut Draw,
) -> Vec<Pod> {
    let most = if draw.chance(3) { 30 } else { 7 };
    let surge = if draw.chance(20) { draw.count(-2, 3) } else { 0 };
    let count = replicas.saturating_add(surge).clamp(0, most);
    let count = if draw.chance(2) { 0 } else { count };
    (0..count).map(|index| pod(template, index, now_ms, flags, draw)).collect()
}

fn pod(template: &Template, index: i32, now_ms: i64, flags: &ControllerFlags, draw: &mut Draw) -> Pod {
    let mut containers = template.containers.clone();
    for container in &mut containers {
        if draw.chance(template.no_request) {
            let unstated = if draw.chance(50) { &mut container.cpu } else { &mut container.memory };
            *unstated = None;
        }
    }
    let mut pod = Pod {
        name: format!("web-{index}"),
        phase: Phase::Running,
        start_ms: Some(now_ms - 3_600 * MS),
        ready: Some(Ready { status: ReadyStatus::True, since_ms: now_ms - 3_500 * MS }),
        deleting: false,
        containers,
    };
    if draw.chance(template.oddness) {
        make_odd(&mut pod, now_ms, flags, draw);
    }
    pod
}

/// Some state of a pod other than ready for long.
fn make_odd(pod: &mut Pod, now_ms: i64, flags: &ControllerFlags, draw: &mut Draw) {
    match draw.between(0, 9) {
        0 => pod.phase = draw.pick(&[Phase::Pending, Phase::Failed, Phase::Succeeded, Phase::Unknown]),
        1 => pod.deleting = true,
        2 => {
            pod.phase = Phase::Pending;
            pod.ready = draw.sometimes(50, |_| Ready { status: ReadyStatus::False, since_ms: now_ms });
            pod.start_ms = pod.start_ms.filter(|_| draw.chance(50));
        }
        3 => pod.ready = None,
        4 => pod.start_ms = None,
        5 => {
            let container = draw.between(0, pod.containers.len() as i64 - 1) as usize;
            pod.containers.remove(container);
        }
        _ => near_an_edge(pod, now_ms, flags, draw),
    }
}

/// Start and transition near where the readiness rules change their mind.
fn near_an_edge(pod: &mut Pod, now_ms: i64, flags: &ControllerFlags, draw: &mut Draw) {
    let beside = |draw: &mut Draw| draw.pick(&[-60_000, -1_000, -1, 0, 0, 1, 1_000, 45_000]);
    let start_ms = match draw.between(0, 3) {
        0 => now_ms - flags.cpu_initialization_ms + beside(draw),
        1 => now_ms + beside(draw),
        2 => now_ms - draw.between(0, flags.cpu_initialization_ms.max(1)),
        _ => now_ms - 3_600 * MS,
    };
    let since_ms = match draw.between(0, 3) {
        0 => start_ms + flags.initial_readiness_delay_ms + beside(draw),
        1 => now_ms - draw.pick(&WINDOWS_MS) + beside(draw),
        2 => start_ms + draw.between(0, 120_000),
        _ => now_ms - draw.between(0, 600_000),
    };
    let status =
        draw.pick(&[ReadyStatus::True, ReadyStatus::False, ReadyStatus::False, ReadyStatus::Unknown]);
    pod.start_ms = Some(start_ms);
    pod.ready = Some(Ready { status, since_ms });
}
