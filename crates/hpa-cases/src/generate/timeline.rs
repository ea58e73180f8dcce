use std::collections::BTreeMap;

use podpilot_autoscalers::HpaManifest;

use super::draw::Draw;
use super::flavor::Flavor;
use super::manifest::manifest;
use super::pods::{Template, pods};
use super::values::{Reliability, fill};
use crate::case::{Case, ControllerFlags, Fault, Sync, Write};
use crate::replay::Replay;

const SYNC_MS: i64 = 15_000;
const STEPS_MS: [i64; 8] = [1_000, 5_000, 30_000, 60_000, 120_000, 300_000, 900_000, 3_600_000];
const MS: i64 = 1_000;
const MOST_SYNCS: i64 = 8;

/// What holds for all syncs of a case.
struct Course {
    flavor: Flavor,
    template: Template,
    reliability: Reliability,
    /// Writes meet conflicts. The controller then waits for milliseconds at random, so that syncs keep to whole
    /// seconds, where those cannot matter.
    conflicts: bool,
}

pub(super) fn case(id: u64, flavor: Flavor, draw: &mut Draw) -> Case {
    let controller = flags(flavor, draw);
    let hpa = manifest(flavor, controller.scale_to_zero, draw);
    let course = Course {
        flavor,
        template: Template::draw(flavor, draw),
        reliability: Reliability::draw(flavor, draw),
        conflicts: draw.chance(if flavor == Flavor::Order { 25 } else { 5 }),
    };
    let mut case = Case { id, controller, hpa: hpa.clone(), syncs: Vec::new() };
    // A manifest that we refuse is a finding for the comparison; here it only ends the case.
    let Ok(mut replay) = Replay::new(&hpa, &controller) else { return case };
    let (mut now_ms, mut current) = (0, hpa);
    let mut replicas = first_count(&current, flavor, draw);
    for _ in 0..draw.between(1, MOST_SYNCS) {
        let sync = sync(now_ms, replicas, &mut current, &course, &controller, draw);
        let answer = replay.step(&sync);
        replicas = sync.spec_replicas;
        if let Ok(answer) = &answer
            && answer.desired != sync.spec_replicas
            && answer.write == Some(answer.desired)
        {
            replicas = answer.desired;
        }
        case.syncs.push(sync);
        if answer.is_err() {
            break;
        }
        now_ms += step_ms(&current, &controller, &course, draw);
    }
    case
}

fn flags(flavor: Flavor, draw: &mut Draw) -> ControllerFlags {
    let mut flags = ControllerFlags::default();
    if draw.chance(if flavor == Flavor::Zero { 70 } else { 45 }) {
        flags.tolerance = draw.pick(&[0.0, 0.01, 0.05, 0.1, 0.25, 1.0]);
        flags.cpu_initialization_ms = draw.pick(&[0, 30_000, 120_000, 300_000]);
        flags.initial_readiness_delay_ms = draw.pick(&[0, 10_000, 30_000, 60_000]);
        flags.downscale_stabilization_ms = draw.pick(&[0, 1_000, 15_000, 60_000, 90_500, 300_000]);
    }
    flags.scale_to_zero = !draw.chance(if flavor == Flavor::Zero { 10 } else { 5 });
    flags
}

fn first_count(hpa: &HpaManifest, flavor: Flavor, draw: &mut Draw) -> i32 {
    let bounds = hpa.spec.bounds();
    match flavor {
        Flavor::Extreme if draw.chance(40) => draw.pick(&[1, 100_000, 1 << 30, i32::MAX / 2 + 1, i32::MAX]),
        Flavor::Zero if draw.chance(20) => 0,
        Flavor::Order => draw.count(0, bounds.max.saturating_add(2).min(12)),
        _ => draw.count(bounds.min, bounds.max.min(bounds.min.saturating_add(8))),
    }
}

fn sync(
    at_ms: i64,
    replicas: i32,
    current: &mut HpaManifest,
    course: &Course,
    controller: &ControllerFlags,
    draw: &mut Draw,
) -> Sync {
    let meddles = if course.flavor == Flavor::Order { 15 } else { 4 };
    let spec_replicas = if draw.chance(meddles) { draw.count(0, 14) } else { replicas };
    let status_replicas =
        if draw.chance(15) { spec_replicas.saturating_add(draw.count(-3, 3)).max(0) } else { spec_replicas };
    let changes = if course.flavor == Flavor::Order { 15 } else { 3 };
    let hpa = draw.sometimes(changes, |draw| changed(current, course.flavor, controller, draw));
    if let Some(hpa) = &hpa {
        current.clone_from(hpa);
    }
    let mut sync = Sync {
        at_ms,
        hpa: hpa.map(Box::new),
        spec_replicas,
        status_replicas,
        fault: None,
        pods: pods(&course.template, status_replicas, at_ms, controller, draw),
        usage: None,
        pod_metrics: BTreeMap::new(),
        object_metrics: Vec::new(),
        external_metrics: BTreeMap::new(),
        write: write(course, draw),
    };
    sync.fault =
        draw.sometimes(if course.flavor == Flavor::Order { 12 } else { 1 }, |draw| fault(&sync, draw));
    fill(&mut sync, current, course.flavor, course.reliability, draw);
    sync
}

/// The manifest edited: another one altogether, or other bounds only.
fn changed(
    current: &HpaManifest,
    flavor: Flavor,
    controller: &ControllerFlags,
    draw: &mut Draw,
) -> HpaManifest {
    let other = manifest(flavor, controller.scale_to_zero, draw);
    if draw.chance(40) {
        return other;
    }
    let mut edited = current.clone();
    edited.spec.max_replicas = other.spec.max_replicas;
    let keeps_zero = other.spec.min_replicas == Some(0) && current.spec.min_replicas != Some(0);
    if !keeps_zero {
        edited.spec.min_replicas = other.spec.min_replicas;
    }
    if edited.spec.bounds().min > edited.spec.max_replicas {
        edited.spec.min_replicas = Some(edited.spec.max_replicas);
    }
    if draw.chance(30) {
        edited.spec.behavior = other.spec.behavior;
    }
    edited
}

fn fault(sync: &Sync, draw: &mut Draw) -> Fault {
    let fault = draw.pick(&[
        Fault::Unreadable,
        Fault::NoSelector,
        Fault::MalformedSelector,
        Fault::AmbiguousSelector,
        Fault::AmbiguousSelector,
    ]);
    if sync.pods.is_empty() && fault == Fault::AmbiguousSelector { Fault::NoSelector } else { fault }
}

fn write(course: &Course, draw: &mut Draw) -> Write {
    let fails = draw.chance(if course.flavor == Flavor::Order { 15 } else { 3 });
    let conflicts = if course.conflicts && draw.chance(50) { draw.pick(&[1, 2, 4, 5, 6]) } else { 0 };
    Write { conflicts, fails }
}

/// To the next sync: the period of the controller, or just so long that a window or a policy's period ends.
fn step_ms(hpa: &HpaManifest, controller: &ControllerFlags, course: &Course, draw: &mut Draw) -> i64 {
    let mut step = match draw.between(0, 9) {
        0..=5 => SYNC_MS,
        6..=7 => edge_ms(hpa, controller, draw).unwrap_or(SYNC_MS),
        _ => draw.pick(&STEPS_MS),
    };
    if draw.chance(30) {
        step += draw.pick(&[-1, 1, 137, -250]);
    }
    if course.conflicts { (step / MS).max(1) * MS } else { step.max(1) }
}

fn edge_ms(hpa: &HpaManifest, controller: &ControllerFlags, draw: &mut Draw) -> Option<i64> {
    let Some(behavior) = &hpa.spec.behavior else { return Some(controller.downscale_stabilization_ms) };
    let rules = if draw.chance(50) { &behavior.scale_up } else { &behavior.scale_down };
    let rules = rules.as_ref()?;
    let window = rules.stabilization_window_seconds;
    let period =
        rules.policies.as_ref().and_then(|policies| policies.first()).map(|policy| policy.period_seconds);
    let seconds = if draw.chance(50) { window.or(period) } else { period.or(window) };
    seconds.map(|seconds| i64::from(seconds) * MS)
}
