//! One rung: configurations over days, in parallel, written down as they are finished.

use std::collections::BTreeMap;
use std::ops::ControlFlow;

use podpilot_autoscalers::search_space::SearchSpace;
use serde::{Deserialize, Serialize};

use super::store::Store;
use crate::LabError;
use crate::evaluation::{Contender, Episode, Ground, on_every_core, service_facts};
use crate::request::{Observer, Progress, Stage};
use crate::result::Role;
use crate::workbench::Workbench;

/// What one configuration did on the days of a rung.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Trial {
    /// Its number in the search.
    pub(crate) configuration: usize,
    pub(crate) hours: f64,
    pub(crate) cost: f64,
    pub(crate) minutes: f64,
    pub(crate) bad_minutes: f64,
    pub(crate) requests: f64,
    pub(crate) slow_requests: f64,
}

impl Trial {
    /// Share of bad minutes.
    pub(crate) fn share(&self) -> f64 {
        if self.minutes > 0.0 { self.bad_minutes / self.minutes } else { 0.0 }
    }
}

/// Trials of the configurations `wanted`, in that order; those that the store has are not run again.
#[expect(clippy::too_many_arguments, reason = "one call site; a struct would only name them twice")]
pub(super) fn evaluate(
    rung: usize,
    configs: &[Vec<f64>],
    wanted: &[usize],
    space: &SearchSpace,
    episodes: &[Episode],
    bench: &Workbench,
    store: &mut Store,
    observer: &mut dyn Observer,
) -> Result<Vec<Trial>, LabError> {
    let missing: Vec<usize> =
        wanted.iter().copied().filter(|index| store.trial(rung, *index).is_none()).collect();
    let facts = service_facts(bench);
    let contenders: Vec<Contender> = missing
        .iter()
        .map(|index| {
            let config = space.config(&configs[*index]).map_err(LabError::bad_input)?;
            Contender::rival(&format!("{}-{index}", space.rival), Role::Other, &config, &facts)
        })
        .collect::<Result<_, LabError>>()?;
    let ground = Ground { prepared: &bench.prepared, load: &bench.whole };
    let arena = ground.arena(&contenders)?;
    let total = wanted.len() as u64;
    let mut done = total - missing.len() as u64;
    let mut failure = None;
    let mut fresh: BTreeMap<usize, Trial> = BTreeMap::new();
    let all = on_every_core(
        missing.len(),
        || arena.clone(),
        |simulation, task| {
            let mut trial = Trial {
                configuration: missing[task],
                hours: 0.0,
                cost: 0.0,
                minutes: 0.0,
                bad_minutes: 0.0,
                requests: 0.0,
                slow_requests: 0.0,
            };
            for episode in episodes {
                let measures = ground.play_one(&contenders[task], episode, simulation);
                trial.hours += measures.elapsed_s / 3_600.0;
                trial.cost += measures.cost();
                trial.minutes += (measures.minutes.good + measures.minutes.bad) as f64;
                trial.bad_minutes += measures.minutes.bad as f64;
                trial.requests += measures.totals.requests;
                trial.slow_requests += measures.totals.slow;
            }
            trial
        },
        |_, trial| {
            failure = store.append(rung, &trial).err();
            fresh.insert(trial.configuration, trial);
            done += 1;
            observer.progress(&Progress { stage: Stage::Tuning, done, total, episode_return: None });
            if failure.is_some() || observer.should_stop() {
                ControlFlow::Break(())
            } else {
                ControlFlow::Continue(())
            }
        },
    );
    if let Some(error) = failure {
        return Err(error);
    }
    if !all && done < total {
        let run_directory = Some(store.directory().to_owned());
        return Err(LabError::Interrupted { run_directory, done, total, unit: "configurations" });
    }
    let found = wanted.iter().map(|index| fresh.get(index).copied().or_else(|| store.trial(rung, *index)));
    Ok(found.flatten().collect())
}
