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
use super::{instants, observed, prediction, report, testbed_scenario, typical};
use crate::recording::{Folder, file};

/// What `replay-simulator` is asked to do.
#[derive(Debug, Clone, clap::Args)]
pub(crate) struct CheckArguments {
    /// Folder of a recording
    pub(crate) recording: PathBuf,
    /// Scenario with the calibrated service, start-up and metrics
    #[arg(long, default_value = "scenarios/testbed.yaml")]
    pub(crate) scenario: PathBuf,
    /// How often the run is predicted, with other arrivals, pods and metric times each
    #[arg(long, default_value_t = 40)]
    pub(crate) runs: u64,
    /// Another recording of the same load, to compare real with real
    #[arg(long)]
    pub(crate) other: Option<PathBuf>,
    /// Seed of the predictions
    #[arg(long, default_value_t = 1)]
    pub(crate) seed: u64,
}

/// The result: `simulator-check.json`.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub(crate) struct SimulatorCheck {
    /// `podpilot/simulator-check/v2`.
    pub(crate) schema: String,
    /// Errors of the prediction: the median over all runs at each instant.
    pub(crate) error: Errors,
    /// What it misses.
    pub(crate) misses: Vec<String>,
    /// Errors of each run, in the order of seeds.
    pub(crate) errors: Vec<Errors>,
    /// Equal ticks between one run and the next: how much chance alone moves the share.
    pub(crate) between_runs: f64,
    /// Equal ticks between the prediction and one of its own runs, on average: what a perfect simulator reaches.
    pub(crate) chance_allows: f64,
    /// Errors of another real run with the same load, instead of the prediction: what chance allows.
    pub(crate) other_real: Option<Errors>,
    /// Share of ticks at which the real count lies within the central nine tenths of the runs.
    pub(crate) within_range: f64,
    /// What really happened.
    pub(crate) real: Course,
    /// The prediction.
    pub(crate) typical: Course,
    /// All runs; too much for a file.
    #[serde(skip)]
    pub(crate) predicted: Vec<Course>,
}

/// Compares and writes the report; fails if the prediction misses a bar.
pub(crate) fn check(arguments: &CheckArguments) -> Result<()> {
    let (folder, description) = Folder::open(&arguments.recording)?;
    let manifest: HpaManifest = folder.json(file::HPA_MANIFEST)?;
    let real = observed::course(&folder, &description)?;
    let initial = observed::initial_replicas(&real)?;
    let scenario = testbed_scenario::of_recording(&arguments.scenario, &description, &manifest, initial)?;
    let instants = instants::of_recording(&folder, &description, scenario.metrics.resource.resolution_s)?;
    let load = Arc::new(prediction::load_with_lead(&real.sent, description.rates_rps[0])?);
    let prepared = PreparedScenario::new(&scenario)?;
    let seed = Seed(arguments.seed).named("simulator-check");
    let predicted = (0..arguments.runs.max(1))
        .map(|run| prediction::predict(&prepared, &manifest, &load, &instants, seed.indexed(run)))
        .collect::<Result<Vec<_>>>()?;
    let other = arguments.other.as_ref().map(|path| {
        let (folder, description) = Folder::open(path)?;
        observed::course(&folder, &description)
    });
    let check = judge(real, predicted, other.transpose()?.as_ref());
    let result = folder.file("simulator-check.json");
    fs::write(&result, serde_json::to_vec(&check)?).with_context(|| result.display().to_string())?;
    fs::write(folder.file("simulator-check.html"), report::page(&check, &description))?;
    print(&check)?;
    if !check.misses.is_empty() {
        bail!("the simulator misses its bar: {}", check.misses.join("; "));
    }
    Ok(())
}

fn judge(real: Course, predicted: Vec<Course>, other: Option<&Course>) -> SimulatorCheck {
    let typical = typical::median_course(&predicted);
    let error = Errors::of(&typical, &real);
    let neighbours = predicted.windows(2).map(|pair| Errors::of(&pair[0], &pair[1]).equal_ticks);
    let between_runs = neighbours.sum::<f64>() / predicted.len().saturating_sub(1).max(1) as f64;
    let shares = predicted.iter().map(|course| Errors::of(&typical, course).equal_ticks);
    let chance_allows = shares.sum::<f64>() / predicted.len().max(1) as f64;
    SimulatorCheck {
        schema: "podpilot/simulator-check/v2".to_owned(),
        misses: error.misses(),
        error,
        errors: predicted.iter().map(|course| Errors::of(course, &real)).collect(),
        between_runs,
        chance_allows,
        other_real: other.map(|other| Errors::of(other, &real)),
        within_range: ticks_within_range(&predicted, &real),
        real,
        typical,
        predicted,
    }
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
    show(&mut out, "predicted", &check.error)?;
    if let Some(errors) = &check.other_real {
        show(&mut out, "real too", errors)?;
    }
    let by_share = |a: &&Errors, b: &&Errors| a.equal_ticks.total_cmp(&b.equal_ticks);
    let worst_and_best = [check.errors.iter().min_by(by_share), check.errors.iter().max_by(by_share)];
    for (name, errors) in ["worst run", "best run"].into_iter().zip(worst_and_best) {
        if let Some(errors) = errors {
            show(&mut out, name, errors)?;
        }
    }
    let within = check.errors.iter().filter(|errors| errors.misses().is_empty()).count();
    writeln!(
        out,
        "{within} of {} runs keep every bar alone; two runs have equal replicas in {:.1} % of ticks, the prediction and a run \
         in {:.1} %: more, chance does not allow; the real count is within the central nine tenths of the runs in {:.1} % of ticks",
        check.errors.len(),
        100.0 * check.between_runs,
        100.0 * check.chance_allows,
        100.0 * check.within_range
    )?;
    Ok(())
}
