//! `replay-simulator`: predicts a recorded run many times and compares.

use std::fs;
use std::io::Write;
use std::path::PathBuf;
use std::sync::Arc;

use anyhow::{Context, Result, bail};
use podpilot_autoscalers::hpa::HpaManifest;
use podpilot_random::Seed;
use podpilot_simulator::PreparedScenario;
use serde::Serialize;

use super::comparison::{Course, Errors, ticks_within_range};
use super::{observed, prediction, report, testbed_scenario};
use crate::hpa_check::sync_times;
use crate::recording::{Folder, file};

/// What `replay-simulator` is asked to do.
#[derive(Debug, Clone, clap::Args)]
pub(crate) struct CheckArguments {
    /// Folder of a recording
    pub(crate) recording: PathBuf,
    /// Scenario with the calibrated service, start-up and metrics
    #[arg(long, default_value = "scenarios/default.yaml")]
    pub(crate) scenario: PathBuf,
    /// How often the run is predicted, with other arrivals, pods and metric times each
    #[arg(long, default_value_t = 40)]
    pub(crate) runs: u64,
    /// Seed of the predictions
    #[arg(long, default_value_t = 1)]
    pub(crate) seed: u64,
}

/// The result: `simulator-check.json`.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub(crate) struct SimulatorCheck {
    /// `podpilot/simulator-check/v1`.
    pub(crate) schema: String,
    /// Errors of each prediction, in the order of seeds.
    pub(crate) errors: Vec<Errors>,
    /// Index of the prediction whose share of equal ticks is the median.
    pub(crate) median: usize,
    /// What the median misses.
    pub(crate) misses: Vec<String>,
    /// The same share between one prediction and the next: how much chance alone moves it.
    pub(crate) between_predictions: f64,
    /// Share of ticks at which the real count lies within the central nine tenths of the predictions.
    pub(crate) within_range: f64,
    /// What really happened.
    pub(crate) real: Course,
    /// The median prediction.
    pub(crate) median_course: Course,
    /// All predictions; too much for a file.
    #[serde(skip)]
    pub(crate) predicted: Vec<Course>,
}

/// Autoscalers decide every 15 s; the first decision of the simulation comes this many periods before the load.
const PERIOD_S: f64 = 15.0;

/// Compares and writes the report; fails if the median prediction misses a bar.
pub(crate) fn check(arguments: &CheckArguments) -> Result<()> {
    let (folder, description) = Folder::open(&arguments.recording)?;
    let manifest: HpaManifest = folder.json(file::HPA_MANIFEST)?;
    let real = observed::course(&folder, &description)?;
    let initial = observed::initial_replicas(&real)?;
    let scenario = testbed_scenario::of_recording(&arguments.scenario, &description, &manifest, initial)?;
    let lead_s = lead_s(&sync_times(&folder, &description)?, description.started_unix_s);
    let load = prediction::load_with_lead(&real.sent, description.rates_rps[0], lead_s)?;
    let (prepared, load) = (PreparedScenario::new(&scenario)?, Arc::new(load));
    let seed = Seed(arguments.seed).named("simulator-check");
    let predicted = (0..arguments.runs.max(1))
        .map(|run| prediction::predict(&prepared, &manifest, &load, lead_s, seed.indexed(run)))
        .collect::<Result<Vec<_>>>()?;
    let check = judge(real, predicted);
    let result = folder.file("simulator-check.json");
    fs::write(&result, serde_json::to_vec(&check)?).with_context(|| result.display().to_string())?;
    fs::write(folder.file("simulator-check.html"), report::page(&check, &description))?;
    print(&check)?;
    if !check.misses.is_empty() {
        bail!("the simulator misses its bar: {}", check.misses.join("; "));
    }
    Ok(())
}

fn judge(real: Course, predicted: Vec<Course>) -> SimulatorCheck {
    let errors: Vec<Errors> = predicted.iter().map(|course| Errors::of(course, &real)).collect();
    let mut order: Vec<usize> = (0..errors.len()).collect();
    order.sort_by(|&a, &b| errors[a].equal_ticks.total_cmp(&errors[b].equal_ticks));
    let median = order[order.len() / 2];
    let neighbours = predicted.windows(2).map(|pair| Errors::of(&pair[0], &pair[1]).equal_ticks);
    let between_predictions = neighbours.sum::<f64>() / predicted.len().saturating_sub(1).max(1) as f64;
    SimulatorCheck {
        schema: "podpilot/simulator-check/v1".to_owned(),
        misses: errors[median].misses(),
        errors,
        median,
        between_predictions,
        within_range: ticks_within_range(&predicted, &real),
        real,
        median_course: predicted[median].clone(),
        predicted,
    }
}

/// Seconds that the simulation runs before the load so that its decisions fall on the instants of the real syncs.
fn lead_s(syncs: &[f64], started_unix_s: f64) -> usize {
    let first_after =
        syncs.iter().find(|sync| **sync >= started_unix_s).map_or(0.0, |sync| sync - started_unix_s);
    let before_load = PERIOD_S - first_after.rem_euclid(PERIOD_S);
    (before_load + PERIOD_S).round() as usize
}

fn print(check: &SimulatorCheck) -> Result<()> {
    let mut out = std::io::stdout().lock();
    let show = |out: &mut dyn Write, name: &str, errors: &Errors| {
        writeln!(
            out,
            "{name:9} equal {:5.1} %, within one {:5.1} % of ticks; more than two apart for {:3} s; mean difference {:+.2}; \
             bad minutes {} for {}; P95 close in {:.0} % of minutes",
            100.0 * errors.equal_ticks,
            100.0 * errors.ticks_within_one,
            errors.far_apart_s,
            errors.mean_difference,
            errors.bad_minutes.0,
            errors.bad_minutes.1,
            100.0 * errors.p95_close
        )
    };
    let by_share = |a: &&Errors, b: &&Errors| a.equal_ticks.total_cmp(&b.equal_ticks);
    show(&mut out, "median", &check.errors[check.median])?;
    for (name, errors) in
        [("worst", check.errors.iter().min_by(by_share)), ("best", check.errors.iter().max_by(by_share))]
    {
        if let Some(errors) = errors {
            show(&mut out, name, errors)?;
        }
    }
    let within = check.errors.iter().filter(|errors| errors.misses().is_empty()).count();
    writeln!(
        out,
        "{within} of {} predictions keep every bar; two predictions have equal replicas in {:.1} % of ticks; the real count is \
         within the central nine tenths of the predictions in {:.1} % of ticks",
        check.errors.len(),
        100.0 * check.between_predictions,
        100.0 * check.within_range
    )?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn simulated_decisions_fall_on_the_instants_of_the_real_ones() {
        let syncs = [90.0, 104.0, 119.0];
        let lead = lead_s(&syncs, 100.0);
        assert_eq!((lead as f64 + 4.0).rem_euclid(15.0), 0.0, "{lead}");
        assert!((15..=30).contains(&lead));
    }
}
