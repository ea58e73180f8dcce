//! `podpilot simulate`: what given autoscalers would have done on a load, minute by minute, and why.

use std::sync::Arc;

use podpilot_core::Span;
use podpilot_random::Seed;

use crate::evaluation::{Contender, Episode, Score, Stretch, TIMELINE_STEP, Track, refuse_equal_names};
use crate::policy_store::StoredPolicy;
use crate::request::{Observer, Progress, SimulateRequest, Stage};
use crate::result::{Role, SimulationResult, SimulationSchema, Timeline};
use crate::run_directory::{RunDirectory, file};
use crate::workbench::Workbench;
use crate::{LabError, manifest_file, report, training};

/// Runs each autoscaler once over the whole load.
pub fn simulate(
    request: &SimulateRequest,
    observer: &mut dyn Observer,
) -> Result<SimulationResult, LabError> {
    let seed = Seed(request.seed);
    let bench = open_bench(request, seed, observer)?;
    let contenders = contenders(request, &bench)?;
    let run = request.out.as_deref().map(RunDirectory::create).transpose()?;
    let load = Arc::clone(&bench.whole);
    let length = request.duration.map_or(load.duration(), |wanted| Span(wanted.0.min(load.duration().0)));
    let stretch = Stretch { load, start: Span::ZERO, length, seed: seed.named("simulation") };
    let result = run_all(request, &contenders, &stretch, &bench, observer)?;
    if let Some(run) = run {
        run.write_json(file::RESULT, &result)?;
        run.write(file::REPORT, report::simulation_report(&result).as_bytes())?;
    }
    Ok(result)
}

fn run_all(
    request: &SimulateRequest,
    contenders: &[Contender],
    stretch: &Stretch,
    bench: &Workbench,
    observer: &mut dyn Observer,
) -> Result<SimulationResult, LabError> {
    let minutes_each = (stretch.length / Span::minutes(1)).max(1) as u64;
    let total = minutes_each * contenders.len() as u64;
    let episode = Episode { start: Span::ZERO, length: stretch.length, day: 0, seed: stretch.seed };
    let cpu_request_cores = f64::from(bench.scenario().pod.cpu_request_m) / 1_000.0;
    let mut result = SimulationResult {
        schema: SimulationSchema,
        scenario: bench.scenario().name.clone(),
        objective: bench.scenario().objective,
        autoscalers: Vec::new(),
        timeline: Timeline {
            label: "the whole load".to_owned(),
            step_s: TIMELINE_STEP.as_seconds(),
            load_rps: Vec::new(),
            tracks: Vec::new(),
        },
        events: Vec::new(),
        provenance: bench.provenance(request.seed, Vec::new())?,
    };
    for (index, contender) in contenders.iter().enumerate() {
        let done = minutes_each * index as u64;
        observer.progress(&Progress { stage: Stage::Simulating, done, total, episode_return: None });
        if observer.should_stop() {
            return Err(LabError::Interrupted {
                run_directory: None,
                done,
                total,
                unit: "simulated minutes",
            });
        }
        let track = Track::record(contender, &bench.prepared, stretch, true)?;
        let mut score = Score::default();
        score.add(&episode, &track.measures, cpu_request_cores);
        result.autoscalers.push(score.into_result(&contender.name, contender.role));
        result.timeline.load_rps = track.load_rps;
        result.timeline.tracks.push(track.timeline);
        result.events.extend(track.events);
    }
    observer.progress(&Progress { stage: Stage::Simulating, done: total, total, episode_return: None });
    Ok(result)
}

/// The bounds of the user's own manifest apply, whatever the scenario says.
fn open_bench(
    request: &SimulateRequest,
    seed: Seed,
    observer: &mut dyn Observer,
) -> Result<Workbench, LabError> {
    let mut bounds = None;
    for choice in &request.autoscalers {
        if let Some(path) = &choice.manifest {
            let Some(wanted) = manifest_file::read(path)?.bounds() else { continue };
            let known: podpilot_core::ReplicaBounds = *bounds.get_or_insert(wanted);
            bounds = Some(podpilot_core::ReplicaBounds {
                min: known.min.min(wanted.min),
                max: known.max.max(wanted.max),
            });
        }
    }
    Workbench::open_whole(&request.load, bounds, seed, observer)
}

fn contenders(request: &SimulateRequest, bench: &Workbench) -> Result<Vec<Contender>, LabError> {
    let mut contenders = Vec::new();
    for path in &request.policies {
        let stored = StoredPolicy::read(path)?;
        let start = stored.trim_starts(bench.scenario().objective.bad_minutes).agent;
        let controller = training::controller(stored.agent(), &stored.policy, start, bench)?;
        contenders.push(Contender::controller(stored.agent(), Role::Agent, controller));
    }
    for choice in &request.autoscalers {
        contenders.push(Contender::named(choice, Role::Other, bench)?);
    }
    if contenders.is_empty() {
        contenders.push(Contender::baseline(bench)?);
    }
    refuse_equal_names(&contenders)?;
    Ok(contenders)
}
