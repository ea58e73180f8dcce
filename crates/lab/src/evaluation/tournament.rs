//! All contenders over all episodes, on every core; the outcome does not depend on how many there are.

use std::num::NonZero;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, mpsc};
use std::thread;

use podpilot_random::Seed;
use podpilot_simulator::{Fidelity, Measures, Simulation, run};
use podpilot_traffic::LoadSeries;

use super::contender::Contender;
use super::episodes::Episode;
use super::score::Score;
use crate::LabError;
use crate::history::history_before;
use crate::request::{Observer, Progress, Stage};
use crate::result::AutoscalerResult;
use crate::workbench::Workbench;

/// Runs every contender over every episode; rows in the order of the contenders.
pub(crate) fn play(
    contenders: &[Contender],
    episodes: &[Episode],
    bench: &Workbench,
    observer: &mut dyn Observer,
) -> Result<Vec<AutoscalerResult>, LabError> {
    let load = &bench.whole;
    let total = contenders.len() * episodes.len();
    let mut measured: Vec<Option<Measures>> = Vec::new();
    measured.resize_with(total, || None);
    let next = AtomicUsize::new(0);
    let stop = AtomicBool::new(false);
    let (sender, receiver) = mpsc::channel();
    let arena = arena(contenders, bench)?;
    let threads = thread::available_parallelism().map_or(1, NonZero::get).min(total.max(1));
    thread::scope(|scope| {
        for _ in 0..threads {
            let sender = sender.clone();
            let (next, stop) = (&next, &stop);
            let mut simulation = arena.clone();
            scope.spawn(move || {
                while !stop.load(Ordering::Relaxed) {
                    let task = next.fetch_add(1, Ordering::Relaxed);
                    if task >= total {
                        break;
                    }
                    let contender = &contenders[task / episodes.len()];
                    let episode = &episodes[task % episodes.len()];
                    let measures = play_one(contender, episode, load, &mut simulation);
                    if sender.send((task, measures)).is_err() {
                        break;
                    }
                }
            });
        }
        drop(sender);
        collect(&receiver, &mut measured, &stop, observer)
    })?;
    Ok(rows(contenders, episodes, measured, bench))
}

/// A simulation that measures all that any contender reads.
fn arena(contenders: &[Contender], bench: &Workbench) -> Result<Simulation, LabError> {
    let mut simulation = Simulation::of(&bench.prepared, Fidelity::Fast, Arc::clone(&bench.whole), Seed(0));
    for key in contenders.iter().flat_map(|contender| &contender.metrics) {
        simulation.provide_metric(key.clone()).map_err(LabError::bad_input)?;
    }
    Ok(simulation)
}

fn play_one(
    contender: &Contender,
    episode: &Episode,
    load: &Arc<LoadSeries>,
    simulation: &mut Simulation,
) -> Measures {
    simulation.reset(Arc::clone(load), episode.start, episode.seed);
    let mut autoscaler = contender.fresh(history_before(load, episode.start, simulation.now()));
    run(simulation, autoscaler.as_mut(), episode.length, &mut |_| {});
    simulation.measures().clone()
}

fn collect(
    receiver: &mpsc::Receiver<(usize, Measures)>,
    measured: &mut [Option<Measures>],
    stop: &AtomicBool,
    observer: &mut dyn Observer,
) -> Result<(), LabError> {
    let total = measured.len() as u64;
    for (done, (task, measures)) in (1..).zip(receiver) {
        measured[task] = Some(measures);
        observer.progress(&Progress { stage: Stage::Evaluating, done, total, episode_return: None });
        if observer.should_stop() {
            stop.store(true, Ordering::Relaxed);
            return Err(LabError::Interrupted { run_directory: None, done, total, unit: "episodes" });
        }
    }
    Ok(())
}

fn rows(
    contenders: &[Contender],
    episodes: &[Episode],
    measured: Vec<Option<Measures>>,
    bench: &Workbench,
) -> Vec<AutoscalerResult> {
    let cpu_request_cores = f64::from(bench.scenario().pod.cpu_request_m) / 1_000.0;
    let mut measured = measured.into_iter();
    contenders
        .iter()
        .map(|contender| {
            let mut score = Score::default();
            for (episode, measures) in episodes.iter().zip(measured.by_ref()) {
                if let Some(measures) = measures {
                    score.add(episode, &measures, cpu_request_cores);
                }
            }
            score.into_result(&contender.name, contender.role)
        })
        .collect()
}
