//! `calibrate fit`: fits the service model to half of the measured loads and tests it on the others.

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use podpilot_random::{Seed, Stream};
use podpilot_service_model::fit::MeasuredPoint;
use podpilot_service_model::{CfsModel, CpuCost, Neighbour, PodSpec, ServiceSpec};
use serde::Serialize;

use super::capacity::Capacity;
use super::groups::{self, Group};
use super::plan::Size;
use super::{knee, plots, point, table};

/// What `calibrate fit` is asked to do.
#[derive(Debug, Clone, clap::Args)]
pub(crate) struct FitArguments {
    /// Folder with the results of `calibrate measure`
    pub(crate) folder: PathBuf,
    /// Folder for the plots
    #[arg(long, default_value = "docs/images")]
    pub(crate) images: PathBuf,
    /// Modelled runs for each measured load
    #[arg(long, default_value_t = 60)]
    pub(crate) runs: u64,
}

/// Bars: a held-out load is followed within this factor or difference, a knee within these points of CPU share.
const FACTOR: f64 = 1.6;
const WITHIN_MS: f64 = 10.0;
const KNEE_WITHIN: f64 = 0.03;
const KNEE_ABOVE: f64 = 0.01;
/// A latency that is modelled too low weighs this much more in the fit: a policy that trusts it breaks the objective.
const FLATTERY: f64 = 2.0;
/// Modelled runs a candidate of the fit.
const FIT_RUNS: u64 = 16;

/// One load, measured and modelled.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub(crate) struct LoadResult {
    /// The size and its planned load.
    pub(crate) size: Size,
    pub(crate) share: f64,
    /// Undisturbed runs.
    pub(crate) runs: usize,
    /// Whether the fit did not see it.
    pub(crate) held_out: bool,
    /// Mean CPU share of the limit.
    pub(crate) cpu_of_limit: f64,
    /// Mean cost, CPU milliseconds.
    pub(crate) cpu_ms_per_request: f64,
    /// Share of quota periods with throttling.
    pub(crate) throttled_period_share: f64,
    /// Medians over runs, milliseconds.
    pub(crate) p50_ms: f64,
    pub(crate) p95_ms: f64,
    pub(crate) p99_ms: f64,
    /// Smallest and largest P95 over runs.
    pub(crate) p95_range_ms: (f64, f64),
    /// Median over runs of the model that was fitted to the other half of the loads.
    pub(crate) fitted_p95_ms: f64,
    /// Medians over runs of the model in use: P50, P95, P99, and the central nine tenths of P95.
    pub(crate) model_p50_ms: f64,
    pub(crate) model_p95_ms: f64,
    pub(crate) model_p99_ms: f64,
    pub(crate) model_p95_range_ms: (f64, f64),
}

/// A size's knee.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub(crate) struct KneeResult {
    /// The size.
    pub(crate) size: Size,
    /// Measured: CPU share at which P95 reaches the objective.
    pub(crate) measured: f64,
    /// Central nine tenths of it over resampled runs.
    pub(crate) measured_range: (f64, f64),
    /// Of the model in use, at the rates and costs of the same runs.
    pub(crate) model: f64,
    /// Of the model fitted to half of the loads.
    pub(crate) fitted: f64,
}

/// All results: `fit.json`.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub(crate) struct FitResult {
    /// `podpilot/calibration-fit/v1`.
    pub(crate) schema: String,
    /// Share of a core that the machine left to a pod without a limit that never rested.
    pub(crate) core_share: f64,
    /// What the fit chose: spread and duration of the neighbours' factor.
    pub(crate) fitted_cost_cv: f64,
    pub(crate) fitted_correlation_s: f64,
    /// Root mean square of log(fitted model / measured P95) over the loads that the fit saw, and over the others.
    pub(crate) fit_error: f64,
    pub(crate) held_out_error: f64,
    /// Root mean square of log(model in use / measured P95) over all loads.
    pub(crate) error_in_use: f64,
    /// Runs left out, and why.
    pub(crate) disturbed: Vec<(String, String)>,
    /// Each load.
    pub(crate) loads: Vec<LoadResult>,
    /// Each knee that the runs surround.
    pub(crate) knees: Vec<KneeResult>,
    /// What misses a bar, one sentence each.
    pub(crate) misses: Vec<String>,
}

/// The model fitted to half of the loads, and the one with the constants in use.
struct Models {
    fitted: CfsModel,
    in_use: CfsModel,
}

/// Fits, tests, and writes results, table and plots.
pub(crate) fn fit(arguments: &FitArguments) -> Result<()> {
    let points = point::read_points(&arguments.folder.join("points.jsonl"))?;
    let groups = groups::grouped(&points);
    let core_share = core_share(&arguments.folder.join("capacity.jsonl"));
    if groups.is_empty() {
        bail!("{} holds no undisturbed run", arguments.folder.join("points.jsonl").display());
    }
    let seen: Vec<&Group> =
        groups.iter().enumerate().filter(|(index, _)| !held_out(*index)).map(|(_, group)| group).collect();
    let models = Models { fitted: choose(&seen, core_share), in_use: CfsModel::CALIBRATED };
    let loads: Vec<LoadResult> = groups
        .iter()
        .enumerate()
        .map(|(index, group)| load_result(group, held_out(index), &models, core_share, arguments.runs))
        .collect();
    let knees = knees(&groups, &models, core_share, arguments.runs);
    let fitted = |load: &LoadResult| log_error(load.fitted_p95_ms, load.p95_ms);
    let error_of =
        |held: bool| root_mean_square(loads.iter().filter(|load| load.held_out == held).map(fitted));
    let disturbed =
        points.iter().filter_map(|point| Some((point.id.clone(), groups::disturbance(point)?))).collect();
    let result = FitResult {
        schema: "podpilot/calibration-fit/v1".to_owned(),
        core_share,
        fitted_cost_cv: models.fitted.neighbour.cost_cv,
        fitted_correlation_s: models.fitted.neighbour.correlation_s,
        fit_error: error_of(false),
        held_out_error: error_of(true),
        error_in_use: root_mean_square(loads.iter().map(|load| log_error(load.model_p95_ms, load.p95_ms))),
        disturbed,
        misses: misses(&loads, &knees),
        loads,
        knees,
    };
    write(arguments, &result)
}

fn write(arguments: &FitArguments, result: &FitResult) -> Result<()> {
    let save = |path: PathBuf, text: String| {
        fs::write(&path, text).with_context(|| format!("cannot write {}", path.display()))
    };
    save(arguments.folder.join("fit.json"), serde_json::to_string_pretty(result)?)?;
    let table = table::markdown(result);
    save(arguments.folder.join("fit.md"), table.clone())?;
    fs::create_dir_all(&arguments.images)?;
    for (name, plot) in plots::of(result) {
        save(arguments.images.join(name), plot.standalone())?;
    }
    std::io::stdout().lock().write_all(table.as_bytes())?;
    if !result.misses.is_empty() {
        bail!("the model misses its bars: {}", result.misses.join("; "));
    }
    Ok(())
}

/// What a pod without a limit got while it was saturated; a whole core if that was not measured.
fn core_share(capacities: &Path) -> f64 {
    let text = fs::read_to_string(capacities).unwrap_or_default();
    let rows = text.lines().filter_map(|line| serde_json::from_str::<Capacity>(line).ok());
    rows.filter(|capacity| capacity.size.limit_m.is_none())
        .map(|capacity| capacity.saturated_cpu_of_limit.min(1.0))
        .fold(1.0, f64::min)
}

/// Every other load of the list is held out.
fn held_out(index: usize) -> bool {
    index % 2 == 1
}

/// The neighbours' factor that follows the loads best. Everything else of the model is a constant of the kernel.
fn choose(groups: &[&Group], core_share: f64) -> CfsModel {
    let base = CfsModel::CALIBRATED;
    let mut best = (f64::INFINITY, base);
    for cost_cv in (0..=15).map(|step| 0.02 * f64::from(step)) {
        for correlation_s in [0.1, 0.2, 0.4, 0.8] {
            let cfs = CfsModel { neighbour: Neighbour { cost_cv, correlation_s }, ..base };
            let error = error_over(groups, &cfs, core_share);
            if error < best.0 {
                best = (error, cfs);
            }
            if cost_cv == 0.0 {
                break;
            }
        }
    }
    best.1
}

fn error_over(groups: &[&Group], cfs: &CfsModel, core_share: f64) -> f64 {
    let square = |group: &&Group| {
        let modelled = modelled(&mean_run(group, core_share), cfs, FIT_RUNS);
        log_error(modelled.p95.median, group.median(|point| point.load.p95_ms))
    };
    groups
        .iter()
        .map(square)
        .map(|error| if error < 0.0 { FLATTERY } else { 1.0 } * error * error)
        .sum::<f64>()
}

/// Log of modelled over measured; 0 if they are equal within 10 ms.
fn log_error(modelled_ms: f64, measured_ms: f64) -> f64 {
    if (modelled_ms - measured_ms).abs() <= WITHIN_MS { 0.0 } else { libm::log(modelled_ms / measured_ms) }
}

fn root_mean_square(errors: impl Iterator<Item = f64>) -> f64 {
    let (mut sum, mut count) = (0.0, 0.0);
    for error in errors {
        sum += error * error;
        count += 1.0;
    }
    (sum / f64::max(count, 1.0)).sqrt()
}

/// A run with the mean rate and cost of a group.
fn mean_run(group: &Group, core_share: f64) -> MeasuredPoint {
    let runs: Vec<MeasuredPoint> =
        group.points.iter().map(|point| groups::measured(point, core_share)).collect();
    let mean = |value: fn(&MeasuredPoint) -> f64| runs.iter().map(value).sum::<f64>() / runs.len() as f64;
    let mut run = runs[0];
    run.test.offered_rps_per_pod = mean(|run| run.test.offered_rps_per_pod);
    run.done_rps_per_pod = mean(|run| run.done_rps_per_pod);
    run.cpu_of_limit = mean(|run| run.cpu_of_limit);
    run.p95_s = mean(|run| run.p95_s);
    run
}

/// Quantiles over modelled runs, milliseconds.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Spread {
    median: f64,
    low: f64,
    high: f64,
}

#[derive(Debug, Clone, Copy)]
struct Modelled {
    p50: Spread,
    p95: Spread,
    p99: Spread,
}

/// The service that was measured: costs vary little between requests, and nothing is refused.
fn service(cost_ms: f64) -> ServiceSpec {
    ServiceSpec {
        cpu_ms_per_request: CpuCost { mean: cost_ms, cv: 0.1 },
        accept_queue: 4_096,
        ..ServiceSpec::default()
    }
}

fn modelled(run: &MeasuredPoint, cfs: &CfsModel, runs: u64) -> Modelled {
    let limit_m = run.cpu_limit_m;
    let pod = PodSpec { cpu_request_m: limit_m.unwrap_or(1_000), cpu_limit_m: limit_m, ..PodSpec::default() };
    let service = service(run.cpu_ms_per_request());
    let seed = Seed(0xca1b).named("calibrate-fit");
    let mut quantiles: [Vec<f64>; 3] = Default::default();
    for index in 0..runs {
        let result = run.test.run_at_cost(cfs, &service, &pod, seed.indexed(index));
        for (values, quantile) in quantiles.iter_mut().zip([0.5, 0.95, 0.99]) {
            values.push(1e3 * result.quantile_s(quantile));
        }
    }
    let [p50, p95, p99] = quantiles.map(spread);
    Modelled { p50, p95, p99 }
}

fn spread(mut values: Vec<f64>) -> Spread {
    values.sort_by(f64::total_cmp);
    let at = |share: f64| values[((values.len() as f64 * share) as usize).min(values.len() - 1)];
    Spread { median: at(0.5), low: at(0.05), high: at(0.95) }
}

fn load_result(group: &Group, held_out: bool, models: &Models, core_share: f64, runs: u64) -> LoadResult {
    let run = mean_run(group, core_share);
    let model = modelled(&run, &models.in_use, runs);
    LoadResult {
        size: group.size,
        share: group.share,
        runs: group.points.len(),
        held_out,
        cpu_of_limit: group.cpu_of_limit(),
        cpu_ms_per_request: group.mean(|point| point.cpu_ms_per_request),
        throttled_period_share: group.mean(|point| point.throttled_period_share),
        p50_ms: group.median(|point| point.load.p50_ms),
        p95_ms: group.median(|point| point.load.p95_ms),
        p99_ms: group.median(|point| point.load.p99_ms),
        p95_range_ms: group.p95_range_ms(),
        fitted_p95_ms: modelled(&run, &models.fitted, runs).p95.median,
        model_p50_ms: model.p50.median,
        model_p95_ms: model.p95.median,
        model_p99_ms: model.p99.median,
        model_p95_range_ms: (model.p95.low, model.p95.high),
    }
}

fn knees(groups: &[Group], models: &Models, core_share: f64, runs: u64) -> Vec<KneeResult> {
    let mut sizes: Vec<Size> = groups.iter().map(|group| group.size).collect();
    sizes.dedup();
    let knee_of = |size: &Size| {
        let of_size = || groups.iter().filter(|group| group.size == *size);
        let measured: Vec<(f64, f64)> = of_size()
            .flat_map(|group| &group.points)
            .map(|point| (point.cpu_of_limit, point.load.p95_ms))
            .collect();
        let knee_of = |cfs: &CfsModel| {
            let curve = of_size().map(|group| {
                (group.cpu_of_limit(), modelled(&mean_run(group, core_share), cfs, runs).p95.median)
            });
            knee::knee(&curve.collect::<Vec<_>>())
        };
        let found = knee::knee(&measured)?;
        let mut stream = Seed(1).named("resample").named(&size.name()).stream();
        Some(KneeResult {
            size: *size,
            measured: found,
            measured_range: resampled(&measured, &mut stream).unwrap_or((found, found)),
            model: knee_of(&models.in_use)?,
            fitted: knee_of(&models.fitted)?,
        })
    };
    sizes.iter().filter_map(knee_of).collect()
}

/// Central nine tenths of the knee over resampled runs.
fn resampled(runs: &[(f64, f64)], stream: &mut Stream) -> Option<(f64, f64)> {
    const RESAMPLES: usize = 400;
    let mut knees = Vec::new();
    for _ in 0..RESAMPLES {
        let drawn: Vec<(f64, f64)> = runs.iter().map(|_| runs[stream.below(runs.len())]).collect();
        knees.extend(knee::knee(&drawn));
    }
    (knees.len() > RESAMPLES / 2).then(|| {
        let spread = spread(knees);
        (spread.low, spread.high)
    })
}

fn misses(loads: &[LoadResult], knees: &[KneeResult]) -> Vec<String> {
    let close = |load: &&LoadResult| {
        let ratio = load.fitted_p95_ms / load.p95_ms;
        (load.fitted_p95_ms - load.p95_ms).abs() <= WITHIN_MS || (1.0 / FACTOR..=FACTOR).contains(&ratio)
    };
    let held_out = loads.iter().filter(|load| load.held_out && !close(load)).map(|load| {
        let (name, share) = (load.size.name(), 100.0 * load.cpu_of_limit);
        format!(
            "{name} at {share:.0} %, held out: P95 is {:.0} ms, the fitted model says {:.0}",
            load.p95_ms, load.fitted_p95_ms
        )
    });
    let knee_misses = knees.iter().filter_map(|knee| {
        let difference = knee.model - knee.measured;
        (difference.abs() > KNEE_WITHIN || difference > KNEE_ABOVE).then(|| {
            let (measured, model) = (100.0 * knee.measured, 100.0 * knee.model);
            format!("the knee of {} is at {measured:.1} %, the model's at {model:.1} %", knee.size.name())
        })
    });
    held_out.chain(knee_misses).collect()
}
