//! `calibrate measure`: works off the plan slot by slot and writes every run down at once.

use std::fs;
use std::io::Write;
use std::path::PathBuf;

use anyhow::{Context, Result};
use podpilot_random::Seed;

use super::capacity::{self, Capacity};
use super::plan::{self, Job, Size, SizePlan};
use super::point::{self, POINT_SCHEMA, Point};
use crate::clock;
use crate::cluster::{Api, CpuCounters, PodCgroup, Template, Variant};
use crate::load_generator::{LoadMeasure, SteadyLoad};
use crate::machine::{Machine, MachineShare, ShareMeter};

/// What `calibrate measure` is asked to do.
#[derive(Debug, Clone, clap::Args)]
pub(crate) struct MeasureArguments {
    /// Folder of the results; a plan that was begun there goes on
    #[arg(long)]
    pub(crate) out: PathBuf,
    /// Counted seconds of each run (half of it for limits from 500m on and for more than half a core)
    #[arg(long, default_value_t = 60.0)]
    pub(crate) seconds: f64,
    /// Seconds sent before counting
    #[arg(long, default_value_t = 8.0)]
    pub(crate) warm_up: f64,
    /// Runs of each point (sizes that need much of the machine get half)
    #[arg(long, default_value_t = 5)]
    pub(crate) repetitions: u32,
    /// No new run begins after this many minutes
    #[arg(long)]
    pub(crate) minutes: Option<f64>,
    /// CPU that runs at the same time may need together, cores
    #[arg(long, default_value_t = 0.5)]
    pub(crate) cores: f64,
    /// Sizes to measure, such as `100m-x1,none-x1`; all by default
    #[arg(long, value_delimiter = ',')]
    pub(crate) only: Vec<String>,
    /// Seed of order and arrivals
    #[arg(long, default_value_t = 1)]
    pub(crate) seed: u64,
    /// A remark for every row, such as what else the machine does
    #[arg(long, default_value = "")]
    pub(crate) note: String,
    #[command(flatten)]
    pub(crate) demo: DemoArguments,
}

/// Where the demo service is.
#[derive(Debug, Clone, clap::Args)]
pub(crate) struct DemoArguments {
    /// Namespace of the demo service
    #[arg(long, default_value = "demo")]
    pub(crate) namespace: String,
    /// Its Deployment
    #[arg(long, default_value = "web")]
    pub(crate) deployment: String,
    /// Path of the page
    #[arg(long, default_value = "/")]
    pub(crate) path: String,
}

/// A deployed size: one variant per instance, and what one pod carries.
struct Bench {
    size: Size,
    variants: Vec<(Variant, Vec<PodCgroup>)>,
    capacity: Capacity,
}

/// Measures what the folder still lacks.
pub(crate) fn measure(arguments: &MeasureArguments) -> Result<()> {
    fs::create_dir_all(&arguments.out)?;
    let points_path = arguments.out.join("points.jsonl");
    let seed = Seed(arguments.seed);
    let plans: Vec<SizePlan> = plan::size_plans(arguments.repetitions)
        .into_iter()
        .filter(|plan| arguments.only.is_empty() || arguments.only.contains(&plan.size.name()))
        .collect();
    let done = point::done(&point::read_points(&points_path)?);
    let mut jobs = plan::without_done(plan::shuffled(&plans, seed), &done);
    write_json(&arguments.out.join("machine.json"), &Machine::read())?;
    let api = Api::start()?;
    let benches = set_up(&api, &plans, arguments)?;
    let end_s = arguments.minutes.map_or(f64::INFINITY, |minutes| clock::unix_s() + 60.0 * minutes);
    while !jobs.is_empty() && clock::unix_s() < end_s {
        let slot = plan::take_slot(&mut jobs, &plans, arguments.cores);
        let points = run_slot(&slot, &benches, &of_length(arguments, &slot, &plans), seed)?;
        for point in &points {
            point::append(&points_path, point)?;
            report(point, jobs.len());
        }
    }
    for bench in &benches {
        for (variant, _) in &bench.variants {
            variant.remove(&api)?;
        }
    }
    Ok(())
}

/// The arguments for a slot: its runs may be shorter than usual.
fn of_length(arguments: &MeasureArguments, slot: &[(Job, usize)], plans: &[SizePlan]) -> MeasureArguments {
    let size = slot.first().map(|(job, _)| job.size);
    let length = plans.iter().find(|plan| Some(plan.size) == size).map_or(1.0, |plan| plan.length);
    MeasureArguments { seconds: arguments.seconds * length, ..arguments.clone() }
}

/// Deploys all sizes and measures the capacity of those whose capacity is not in the folder yet.
fn set_up(api: &Api, plans: &[SizePlan], arguments: &MeasureArguments) -> Result<Vec<Bench>> {
    let template = Template::read(api, &arguments.demo.namespace, &arguments.demo.deployment)?;
    let path = arguments.out.join("capacity.jsonl");
    let known: Vec<Capacity> = fs::read_to_string(&path)
        .unwrap_or_default()
        .lines()
        .filter_map(|line| serde_json::from_str(line).ok())
        .collect();
    let mut benches = Vec::new();
    for plan in plans {
        let mut variants = Vec::new();
        for instance in 0..plan.instances {
            let name = format!("cal-{}-{instance}", plan.size.name());
            let variant = template.deploy(api, &name, plan.size.limit_m, plan.size.pods)?;
            let groups = variant.cgroups(api)?;
            variants.push((variant, groups));
        }
        let capacity = if let Some(capacity) = known.iter().find(|capacity| capacity.size == plan.size) {
            capacity.clone()
        } else {
            let (page, seed) = (&arguments.demo.path, arguments.seed);
            let found = capacity::measure(api, &variants[0].0, plan.size, page, seed)?;
            point::append(&path, &found)?;
            found
        };
        say(&format!(
            "{}: {:.2} ms CPU per request, {:.1} rps per pod, {:.1} % of the limit when saturated",
            plan.size.name(),
            capacity.cpu_ms_per_request,
            capacity.rps_per_pod,
            100.0 * capacity.saturated_cpu_of_limit
        ));
        benches.push(Bench { size: plan.size, variants, capacity });
    }
    Ok(benches)
}

/// One run of a slot while it goes on.
struct Running<'a> {
    job: Job,
    bench: &'a Bench,
    groups: &'a [PodCgroup],
    load: SteadyLoad,
    before: Vec<(CpuCounters, CpuCounters)>,
    after: Vec<(CpuCounters, CpuCounters)>,
}

fn run_slot(
    slot: &[(Job, usize)],
    benches: &[Bench],
    arguments: &MeasureArguments,
    seed: Seed,
) -> Result<Vec<Point>> {
    let mut running: Vec<Running<'_>> = slot
        .iter()
        .map(|&(job, instance)| start(job, instance, benches, arguments, seed))
        .collect::<Result<_>>()?;
    let started_s = clock::unix_s();
    let senders: Vec<_> = running
        .iter()
        .map(|run| {
            let load = run.load.clone();
            std::thread::spawn(move || load.send())
        })
        .collect();
    clock::sleep_until(started_s + arguments.warm_up);
    let meter = ShareMeter::start();
    for run in &mut running {
        run.before = counters(run.groups)?;
    }
    clock::sleep_until(started_s + arguments.warm_up + arguments.seconds);
    for run in &mut running {
        run.after = counters(run.groups)?;
    }
    let machine = meter.stop();
    let mut points = Vec::new();
    for (run, sender) in running.iter().zip(senders) {
        let measure = sender.join().ok().context("the load generator panicked")??;
        points.push(point_of(run, measure, machine, started_s, slot, arguments));
    }
    for run in &running {
        capacity::wait_until_idle(run.groups)?;
    }
    Ok(points)
}

fn start<'a>(
    job: Job,
    instance: usize,
    benches: &'a [Bench],
    arguments: &MeasureArguments,
    seed: Seed,
) -> Result<Running<'a>> {
    let bench =
        benches.iter().find(|bench| bench.size == job.size).context("a size that was not deployed")?;
    let (variant, groups) = &bench.variants[instance];
    let load = SteadyLoad {
        url: format!("http://{}{}", variant.address, arguments.demo.path),
        rate_rps: job.share * bench.capacity.rps_per_pod * f64::from(job.size.pods),
        warm_up_s: arguments.warm_up,
        measured_s: arguments.seconds,
        timeout_s: 10.0,
        seed: plan::arrival_seed(seed, &job),
    };
    Ok(Running { job, bench, groups, load, before: Vec::new(), after: Vec::new() })
}

/// Counters of pods and containers.
fn counters(groups: &[PodCgroup]) -> Result<Vec<(CpuCounters, CpuCounters)>> {
    groups.iter().map(|group| Ok((group.pod()?, group.container()?.unwrap_or_default()))).collect()
}

fn point_of(
    run: &Running<'_>,
    load: LoadMeasure,
    machine: MachineShare,
    started_unix_s: f64,
    slot: &[(Job, usize)],
    arguments: &MeasureArguments,
) -> Point {
    let deltas = run.after.iter().zip(&run.before);
    let (pods, containers): (Vec<CpuCounters>, Vec<CpuCounters>) =
        deltas.map(|(after, before)| (after.0.since(&before.0), after.1.since(&before.1))).unzip();
    let used_s: f64 = pods.iter().map(|pod| pod.used_s).sum();
    let limit_s = run.job.size.cores_per_pod() * f64::from(run.job.size.pods) * arguments.seconds;
    let throttled =
        pods.iter().zip(&containers).map(|(pod, container)| throttled(pod).max(throttled(container)));
    Point {
        schema: POINT_SCHEMA.to_owned(),
        id: run.job.id(),
        job: run.job,
        arrival_seed: run.load.seed,
        alongside: slot.iter().map(|(job, _)| job.id()).filter(|id| *id != run.job.id()).collect(),
        started_unix_s,
        warm_up_s: arguments.warm_up,
        measured_s: arguments.seconds,
        capacity_rps_per_pod: run.bench.capacity.rps_per_pod,
        offered_rps: run.load.rate_rps,
        cpu_of_limit: used_s / limit_s,
        cpu_ms_per_request: 1e3 * used_s / load.done.max(1) as f64,
        throttled_period_share: throttled.sum::<f64>() / pods.len().max(1) as f64,
        load,
        pods,
        containers,
        machine,
        note: arguments.note.clone(),
    }
}

fn throttled(counters: &CpuCounters) -> f64 {
    counters.throttled_periods as f64 / counters.periods.max(1) as f64
}

fn report(point: &Point, left: usize) {
    say(&format!(
        "{:18} {:6.1} rps  CPU {:5.1} %  P50 {:7.1}  P95 {:7.1}  P99 {:7.1} ms  failed {:3}  idle {:.2} steal {:.3} others {:.2} cores  ({left} left)",
        point.id,
        point.offered_rps,
        100.0 * point.cpu_of_limit,
        point.load.p50_ms,
        point.load.p95_ms,
        point.load.p99_ms,
        point.load.failed,
        point.machine.idle_cores,
        point.machine.steal_cores,
        point.machine.other_normal_cores,
    ));
}

fn say(line: &str) {
    // A log that cannot be written must not end a measurement of an hour.
    let _ = writeln!(std::io::stderr(), "{} {line}", clock::date_utc(clock::unix_s()));
}

fn write_json<T: serde::Serialize>(path: &std::path::Path, value: &T) -> Result<()> {
    fs::write(path, serde_json::to_vec_pretty(value)?)
        .with_context(|| format!("cannot write {}", path.display()))
}
