//! `podpilot tune`: a rival's own parameters, searched on the train part, give its whole front of cost and bad minutes.

mod evaluation;
mod halving;
mod pareto;
mod settings;
mod store;
mod tuned_file;

use podpilot_autoscalers::search_space::SearchSpace;
use podpilot_autoscalers::{Rival, RivalConfig};
use podpilot_core::Span;
use podpilot_random::Seed;

pub use self::settings::{TuneRequest, default_configurations};
pub use self::tuned_file::{Budget, RungRecord, TunedFront, TunedPoint};

use self::evaluation::Trial;
use self::halving::Rung;
use self::settings::TuneSettings;
use self::store::Store;
use crate::LabError;
use crate::evaluation::{Episode, plan_episodes, service_facts};
use crate::request::Observer;
use crate::run_directory::{RunDirectory, file};
use crate::workbench::Workbench;

/// Train days used at most, the latest: a service's load a month ago says little about it today.
const LATEST_DAYS: i64 = 14;

/// Points of the front that are kept.
const FRONT_POINTS: usize = 24;

/// Worse service than this interests nobody.
const WORST_SHARE: f64 = 0.3;

/// Searches, or goes on with a search that was interrupted.
pub fn tune(request: &TuneRequest, observer: &mut dyn Observer) -> Result<TunedFront, LabError> {
    let settings = TuneSettings::of(request)?;
    let bench = settings.open_bench(observer)?;
    let run = RunDirectory::create(&request.out)?;
    run.write_json(file::SETTINGS, &settings).and_then(|()| search(&settings, &bench, &run, observer))
}

/// Goes on with the search in `directory`, to the same front as without the interruption.
pub fn resume_tuning(
    directory: &std::path::Path,
    observer: &mut dyn Observer,
) -> Result<TunedFront, LabError> {
    let run = RunDirectory::open(directory)?;
    let settings = TuneSettings::read(&run)?;
    let bench = settings.open_bench(observer)?;
    search(&settings, &bench, &run, observer)
}

fn search(
    settings: &TuneSettings,
    bench: &Workbench,
    run: &RunDirectory,
    observer: &mut dyn Observer,
) -> Result<TunedFront, LabError> {
    let seed = Seed(settings.request.seed).named("tune");
    let rival: Rival = settings.request.autoscaler.parse().map_err(LabError::bad_input)?;
    let facts = service_facts(bench);
    let space = SearchSpace::of(rival, &facts)
        .ok_or_else(|| LabError::BadInput(format!("--autoscaler {rival}: nothing of it can be tuned")))?;
    let mut store = Store::open(run, &settings.identity(bench))?;
    let days = train_days(bench, seed);
    let rungs = halving::rungs(settings.configurations(rival), days.len());
    observer.note(&format!("{rival}: {} configurations", describe(&rungs)));
    let mut configs = halving::first_generation(&space, &rungs[0], seed);
    let mut records = Vec::new();
    let mut trials: Vec<Trial> = Vec::new();
    for (number, rung) in rungs.iter().enumerate() {
        let episodes = spread(&days, rung.days);
        let ask = |configs: &[Vec<f64>], wanted: &[usize], store: &mut Store, observer: &mut dyn Observer| {
            evaluation::evaluate(number, configs, wanted, &space, &episodes, bench, store, observer)
        };
        if number == 0 {
            let first: Vec<usize> = (0..configs.len()).collect();
            trials = ask(&configs, &first, &mut store, observer)?;
            configs.extend(halving::second_generation(&space, &configs, &trials, &rungs[0], seed));
            let second: Vec<usize> = (first.len()..configs.len()).collect();
            trials.extend(ask(&configs, &second, &mut store, observer)?);
        } else {
            let mut alive = pareto::best(&trials, rung.configurations);
            alive.sort_unstable();
            trials = ask(&configs, &alive, &mut store, observer)?;
        }
        records.push(RungRecord { configurations: trials.len() as u32, days: rung.days as u32 });
    }
    let front = front(&space, &configs, &trials)?;
    let tuned = TunedFront::new(settings, bench, rival, records, front)?;
    run.write_json(file::TUNED, &tuned)?;
    Ok(tuned)
}

/// The efficient part of what the last rung measured, from well served to cheap.
fn front(space: &SearchSpace, configs: &[Vec<f64>], trials: &[Trial]) -> Result<Vec<TunedPoint>, LabError> {
    let mut kept: Vec<&Trial> =
        pareto::front(trials).into_iter().filter(|trial| trial.share() <= WORST_SHARE).collect();
    if kept.is_empty() {
        kept = pareto::front(trials);
    }
    let thinned = pareto::thinned(&kept, FRONT_POINTS);
    thinned
        .into_iter()
        .map(|trial| {
            let config: RivalConfig =
                space.config(&configs[trial.configuration]).map_err(LabError::bad_input)?;
            Ok(TunedPoint {
                config,
                cost_per_day: trial.cost * 24.0 / trial.hours,
                slow_minute_ratio: trial.share(),
                slow_request_ratio: trial.slow_requests / trial.requests.max(1.0),
            })
        })
        .collect()
}

/// The latest days of the train part, each with its noise.
fn train_days(bench: &Workbench, seed: Seed) -> Vec<Episode> {
    let length = bench.train.duration();
    let wanted = Span::minutes(24 * 60) * LATEST_DAYS;
    let from = if length > wanted { length - wanted } else { Span::ZERO };
    let part = bench.train.slice(from, length);
    let (part, from) = match &part {
        Ok(part) => (part, from),
        Err(_) => (bench.train.as_ref(), Span::ZERO),
    };
    let windows = part.evaluation_windows(crate::evaluation::EPISODE_LENGTH).len();
    plan_episodes(part, from, windows as u32, seed.named("train days"))
}

/// `count` of the days, spread evenly.
fn spread(days: &[Episode], count: usize) -> Vec<Episode> {
    (0..count).map(|index| days[index * days.len() / count]).collect()
}

/// How a search is laid out, for the person who waits.
fn describe(rungs: &[Rung]) -> String {
    let parts = rungs.iter().map(|rung| format!("{} on {} days", rung.configurations, rung.days));
    parts.collect::<Vec<_>>().join(", then ")
}
