//! A result that looks like a real one, from a toy model of a service: enough for the report's tests to have
//! something worth drawing. Its numbers mean nothing.

use podpilot_core::{Objective, Reason};
use podpilot_lab::{
    explain::explain_all,
    result::{
        Admission, AutoscalerResult, Comparison, DayResult, EvaluationResult, EvaluationSchema, LatencyMs,
        LoadSource, PolicyProvenance, Provenance, Role, ScalingEvent, SimulationResult, SimulationSchema,
        Timeline, TimelineTrack, TrainingPoint, TrainingRecord,
    },
};

const MINUTES: usize = 1_440;
const CAPACITY_RPS: f64 = 52.0;
const PRICE: f64 = 0.02;

/// How a toy autoscaler sizes: replicas = demand × headroom, held for some minutes.
#[derive(Clone, Copy)]
struct Sizing {
    headroom: f64,
    delay: usize,
    hold: usize,
}

struct Run {
    pods: Vec<u32>,
    pending: Vec<u32>,
    p95_ms: Vec<Option<f64>>,
}

/// An evaluation with `days` distinct days.
pub(crate) fn evaluation(days: u32) -> EvaluationResult {
    let mut rows = vec![
        row("ppo", Role::Agent, Sizing { headroom: 1.27, delay: 1, hold: 4 }, days),
        row("clone", Role::Clone, Sizing { headroom: 1.29, delay: 1, hold: 4 }, days),
        row("quantile", Role::Quantile, Sizing { headroom: 1.33, delay: 1, hold: 5 }, days),
    ];
    rows.extend((20..=95).step_by(5).map(|target_percent| {
        row(&format!("hpa-{target_percent}"), Role::Hpa { target_percent }, hpa(target_percent), days)
    }));
    let against_hpa =
        rows[..3].iter().map(|subject| Comparison::against_hpa(subject, &rows, None, |_, _| None));
    let against_hpa = against_hpa.collect();
    let against_clone = Some(Comparison::against(&rows[0], Some(&rows[1]), |_, _| None));
    EvaluationResult {
        schema: EvaluationSchema,
        scenario: "default".to_owned(),
        episodes: 100,
        episode_hours: 24.0,
        distinct_days: days,
        objective: Objective::default(),
        against_hpa,
        against_clone,
        autoscalers: rows,
        provenance: provenance(),
        training: Some(training()),
        timeline: Some(timeline(&["ppo", "quantile", "hpa-80"])),
    }
}

/// A simulation of a user's HPA beside the default one.
pub(crate) fn simulation() -> SimulationResult {
    let own = row("my-hpa", Role::Other, hpa(70), 1);
    let default = row("hpa-80", Role::Hpa { target_percent: 80 }, hpa(80), 1);
    let timeline = timeline(&["my-hpa", "hpa-80"]);
    let events = timeline.tracks.iter().flat_map(|track| events(track, &timeline.load_rps)).collect();
    SimulationResult {
        schema: SimulationSchema,
        scenario: "default".to_owned(),
        objective: Objective::default(),
        autoscalers: vec![own, default],
        timeline,
        events,
        provenance: provenance(),
    }
}

fn hpa(target_percent: u32) -> Sizing {
    Sizing { headroom: 100.0 / f64::from(target_percent) / 1.02, delay: 2, hold: 6 }
}

fn load(day: u32) -> Vec<f64> {
    let burst = |minute: f64, at: f64, height: f64| {
        height * ((minute - at) / 4.0).clamp(0.0, 1.0) * libm::exp(-((minute - at) / 9.0).max(0.0))
    };
    (0..MINUTES)
        .map(|minute| {
            let minute = minute as f64;
            let hour = minute / 60.0;
            let wave = 260.0 - 190.0 * libm::cos((hour - 3.0) / 24.0 * std::f64::consts::TAU);
            let wobble = 18.0 * libm::sin(minute * 0.7 + f64::from(day)) * libm::sin(minute * 0.13);
            let shift = f64::from(day) * 37.0;
            let bursts = burst(minute, 410.0 + shift, 150.0)
                + burst(minute, 700.0 - shift, 260.0)
                + burst(minute, 1_120.0, 170.0);
            (wave + wobble + bursts) * (1.0 + 0.05 * f64::from(day % 3))
        })
        .collect()
}

fn run(load: &[f64], sizing: Sizing) -> Run {
    let target = |minute: usize| (load[minute] * sizing.headroom / CAPACITY_RPS).ceil() as u32;
    let pods: Vec<u32> = (0..load.len())
        .map(|minute| {
            let last = minute.saturating_sub(sizing.delay);
            (last.saturating_sub(sizing.hold)..=last).map(target).max().unwrap_or(1)
        })
        .collect();
    let pending = (0..load.len())
        .map(|minute| pods.get(minute + 1).map_or(0, |next| next.saturating_sub(pods[minute])))
        .collect();
    let p95_ms = load.iter().zip(&pods).map(|(rps, &pods)| Some(latency_ms(rps / f64::from(pods)))).collect();
    Run { pods, pending, p95_ms }
}

fn latency_ms(rps_per_pod: f64) -> f64 {
    let utilization = rps_per_pod / CAPACITY_RPS;
    if utilization < 0.97 {
        9.0 + 6.0 / (1.0 - utilization)
    } else {
        (209.0 + 24_000.0 * (utilization - 0.97)).min(10_000.0)
    }
}

fn row(name: &str, role: Role, sizing: Sizing, days: u32) -> AutoscalerResult {
    let days: Vec<_> = (0..days).map(|day| day_result(day, &run(&load(day), sizing))).collect();
    let minutes = days.iter().map(|day| day.minutes).sum::<u64>();
    let bad = days.iter().map(|day| day.bad_minutes).sum::<u64>() as f64 / minutes as f64;
    let pod_hours = days.iter().map(|day| day.pod_hours).sum::<f64>();
    let hours = minutes as f64 / 60.0;
    AutoscalerResult {
        name: name.to_owned(),
        role,
        hours,
        pod_hours,
        cost: pod_hours * PRICE,
        node_hours: hours,
        node_cost: 0.0,
        slow_request_ratio: bad * 0.43,
        slow_minute_ratio: bad,
        failed_request_ratio: bad * 0.01,
        cpu_over_minute_ratio: bad * 3.1,
        memory_over_minute_ratio: 0.0,
        mean_replicas: pod_hours / hours,
        mean_cpu_utilization: 2.0 / sizing.headroom * 0.45,
        scale_events_per_hour: 11.3 / sizing.headroom,
        latency_ms: LatencyMs { p50: 11.0, p95: 38.0 / sizing.headroom, p99: 80.0 + 9_000.0 * bad },
        requests: 27_350_112,
        days,
    }
}

fn day_result(day: u32, run: &Run) -> DayResult {
    let pod_hours = run.pods.iter().zip(&run.pending).map(|(ready, pending)| ready + pending).sum::<u32>();
    let pod_hours = f64::from(pod_hours) / 60.0;
    DayResult {
        day,
        episodes: 10,
        pod_hours,
        cost: pod_hours * PRICE,
        minutes: MINUTES as u64,
        bad_minutes: run.p95_ms.iter().flatten().filter(|&&p95| p95 > 200.0).count() as u64,
    }
}

fn timeline(names: &[&str]) -> Timeline {
    let load_rps = load(0);
    let tracks = names.iter().map(|name| {
        let (role, sizing) = match *name {
            "ppo" => (Role::Agent, Sizing { headroom: 1.27, delay: 1, hold: 4 }),
            "quantile" => (Role::Quantile, Sizing { headroom: 1.33, delay: 1, hold: 5 }),
            "hpa-80" => (Role::Hpa { target_percent: 80 }, hpa(80)),
            _ => (Role::Other, hpa(70)),
        };
        let run = run(&load_rps, sizing);
        TimelineTrack {
            name: (*name).to_owned(),
            role,
            bad: run.p95_ms.iter().map(|p95| p95.is_some_and(|p95| p95 > 200.0)).collect(),
            ready: run.pods,
            pending: run.pending,
            p95_ms: run.p95_ms,
        }
    });
    Timeline { label: "day 1 of the test part".to_owned(), step_s: 60.0, tracks: tracks.collect(), load_rps }
}

fn events(track: &TimelineTrack, load_rps: &[f64]) -> Vec<ScalingEvent> {
    let changes = track.ready.windows(2).enumerate().filter(|(_, pair)| pair[0] != pair[1]);
    let event = |(minute, pair): (usize, &[u32])| {
        let (from, to) = (pair[0] as i32, pair[1] as i32);
        let usage_ratio = f64::from(to) / f64::from(from);
        let mut reasons = vec![Reason::MetricChosen { index: 0, replicas: to, usage_ratio }];
        if to < from {
            reasons.push(Reason::ScaleDownStabilized { wanted: to - 1 });
        }
        let why = explain_all(&reasons);
        let at_s = (minute + 1) as f64 * 60.0;
        ScalingEvent {
            autoscaler: track.name.clone(),
            at_s,
            from,
            to,
            load_rps: load_rps[minute],
            reasons,
            why,
        }
    };
    changes.map(event).collect()
}

fn admission() -> Admission {
    Admission {
        admitted: false,
        gain: -0.004,
        relative_cost: -0.01,
        bad_minutes_difference: 0.001,
        hours: 33.6,
        noise_seeds: 5,
    }
}

fn training() -> TrainingRecord {
    let curve = (1..=100).map(|point| {
        let progress = f64::from(point) / 100.0;
        let noise = libm::sin(f64::from(point) * 2.3) * libm::sin(f64::from(point) * 0.71);
        TrainingPoint {
            timesteps: 1_000 * point as u64,
            episode_return: -118.0 + 21.0 * (1.0 - libm::exp(-4.0 * progress)) + 3.0 * noise,
            slow_minute_ratio: Some((0.011 - 0.006 * progress + 0.002 * noise).max(0.0)),
            episode_cost: Some(4.9 - 0.35 * progress + 0.06 * noise),
        }
    });
    TrainingRecord {
        agent: "ppo".to_owned(),
        timesteps: 100_000,
        seed: 7,
        curve: curve.collect(),
        admission: Some(admission()),
    }
}

fn provenance() -> Provenance {
    Provenance {
        podpilot_version: "0.1.0".to_owned(),
        seed: 7,
        sources: vec![LoadSource {
            name: "nasa95.csv".to_owned(),
            sha256: Some("3b1f6f5dc0f2a1c9b7f0e4d2a6c85e1790bb8f4a7d3c6e5f2a1908b7c6d5e4f3".to_owned()),
        }],
        scale_factor: Some(182.4),
        train_hours: 806.4,
        test_hours: 537.6,
        arrivals: "poisson".to_owned(),
        fidelity: "fast".to_owned(),
        scenario_sha256: "9a0c".repeat(16),
        policies: vec![PolicyProvenance {
            autoscaler: "ppo".to_owned(),
            file: "policy.safetensors".to_owned(),
            sha256: "51d7".repeat(16),
        }],
    }
}
