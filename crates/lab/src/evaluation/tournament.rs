//! All contenders over all episodes, on every core; the outcome does not depend on how many there are.

use std::ops::ControlFlow;
use std::sync::Arc;

use podpilot_random::Seed;
use podpilot_simulator::{Fidelity, Measures, PreparedScenario, Simulation, run};
use podpilot_traffic::LoadSeries;

use super::contender::Contender;
use super::episodes::Episode;
use super::score::Score;
use super::workers::on_every_core;
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
    let stage = Ground { prepared: &bench.prepared, load: &bench.whole };
    let total = contenders.len() * episodes.len();
    let arena = stage.arena(contenders)?;
    let mut measured: Vec<Option<Measures>> = Vec::new();
    measured.resize_with(total, || None);
    let mut done = 0;
    let all = on_every_core(
        total,
        || arena.clone(),
        |simulation, task| {
            let (contender, episode) = (&contenders[task / episodes.len()], &episodes[task % episodes.len()]);
            stage.play_one(contender, episode, simulation)
        },
        |task, measures| {
            measured[task] = Some(measures);
            done += 1;
            let progress =
                Progress { stage: Stage::Evaluating, done, total: total as u64, episode_return: None };
            observer.progress(&progress);
            if observer.should_stop() { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
        },
    );
    if !all {
        let total = total as u64;
        return Err(LabError::Interrupted { run_directory: None, done, total, unit: "episodes" });
    }
    Ok(rows(contenders, episodes, measured, bench))
}

/// Where contenders meet: a scenario, maybe a perturbed one, and its load.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Ground<'a> {
    pub(crate) prepared: &'a Arc<PreparedScenario>,
    pub(crate) load: &'a Arc<LoadSeries>,
}

impl Ground<'_> {
    /// A simulation that measures all that any contender reads.
    pub(crate) fn arena<'c>(
        &self,
        contenders: impl IntoIterator<Item = &'c Contender>,
    ) -> Result<Simulation, LabError> {
        let mut simulation = Simulation::of(self.prepared, Fidelity::Fast, Arc::clone(self.load), Seed(0));
        for key in contenders.into_iter().flat_map(|contender| &contender.metrics) {
            simulation.provide_metric(key.clone()).map_err(LabError::bad_input)?;
        }
        Ok(simulation)
    }

    /// One contender over one episode.
    pub(crate) fn play_one(
        &self,
        contender: &Contender,
        episode: &Episode,
        simulation: &mut Simulation,
    ) -> Measures {
        simulation.reset(Arc::clone(self.load), episode.start, episode.seed);
        let mut autoscaler = contender.fresh(history_before(self.load, episode.start, simulation.now()));
        run(simulation, autoscaler.as_mut(), episode.length, &mut |_| {});
        simulation.measures().clone()
    }
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
