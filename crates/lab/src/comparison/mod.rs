//! `podpilot compare`: autoscalers × loads × seeds × perturbations, paired, judged by the rules of the scoreboard.

mod cache;
mod cell;
mod entrant;
mod judge;
mod labels;
mod ledger;
mod measure;
mod plan;
mod played;
mod pooled;
pub mod power;
mod request;
mod row;
mod world;
mod written;

use podpilot_random::Seed;
pub use podpilot_simulator::Perturbation;

pub use self::cell::Cell;
pub use self::plan::{ALL_LOADS, PRESETS, Plan};
pub use self::request::{CaseChoice, CompareRequest};

use self::cache::Cache;
use self::entrant::Entrant;
use self::judge::Judged;
use self::measure::{Tally, measure};
use self::played::Played;
use self::world::World;
use crate::LabError;
use crate::request::{Observer, Progress, Stage};
use crate::result::{PolicyProvenance, PooledComparison, Scoreboard, ScoreboardSchema};
use crate::run_directory::RunDirectory;
use crate::statistics::{RESAMPLES, holm};
use crate::tuning::TunedFront;
use crate::workbench::{DefaultScale, Workbench};

/// Level of every interval, and of the tests that go with them.
const LEVEL: f64 = 0.95;

/// Cost differences below this share are called none, whatever the noise.
const NEGLIGIBLE_COST: f64 = 0.005;

/// Resamples for perturbed cases, which are no part of the family of tests.
const PERTURBED_RESAMPLES: usize = 400;

/// A case ready to be played.
#[derive(Debug)]
struct Ready {
    name: String,
    group: String,
    perturbed: bool,
    bench: Workbench,
    entrants: Vec<Entrant>,
    policies: Vec<PolicyProvenance>,
    tuned: Vec<TunedFront>,
}

/// Plays and judges. All input is read and checked before anything is simulated or written.
pub fn compare(request: &CompareRequest, observer: &mut dyn Observer) -> Result<Scoreboard, LabError> {
    let seed = Seed(request.seed).named("comparison");
    let ready = ready(request, observer)?;
    let cache = Cache::open(request.cache.as_deref())?;
    let run = request.out.as_deref().map(RunDirectory::create).transpose()?;
    let days_of = |ready: &Ready| ready.bench.test_days().min(request.days) * request.noise_seeds;
    let worlds = |ready: &Ready| 1 + if ready.perturbed { request.perturbations.len() } else { 0 };
    let total = |case: &Ready| u64::from(days_of(case)) * (case.entrants.len() * worlds(case)) as u64;
    let total = ready.iter().map(total).sum();
    let mut tally = Tally { total, ..Tally::default() };
    let mut played: Vec<Played> = Vec::new();
    for case in &ready {
        let changes = request.perturbations.iter().filter(|_| case.perturbed).copied().map(Some);
        for change in std::iter::once(None).chain(changes) {
            let days = World::of(&case.bench, change, request.days, request.noise_seeds, seed)?;
            let cells = measure(&case.entrants, &days, &cache, &mut tally, observer)?;
            played.push(Played::of(case, change, &days, cells, request.seed)?);
        }
    }
    let scoreboard = judged(request, &played, &tally, seed)?;
    if let Some(run) = run {
        written::write(&run, &scoreboard, &played)?;
    }
    Ok(scoreboard)
}

fn judged(
    request: &CompareRequest,
    played: &[Played],
    tally: &Tally,
    seed: Seed,
) -> Result<Scoreboard, LabError> {
    let (plain, perturbed): (Vec<&Played>, Vec<&Played>) =
        played.iter().partition(|one| one.case.perturbation.is_none());
    let mut judged: Vec<Judged> = Vec::new();
    let mut added_by_learning = Vec::new();
    for one in &plain {
        judged.extend(judge::judge(one, RESAMPLES, seed)?);
        added_by_learning.extend(judge::added_by_learning(one, RESAMPLES, seed)?);
    }
    let mut groups: Vec<&str> = Vec::new();
    for one in &plain {
        if !groups.contains(&one.case.group.as_str()) {
            groups.push(&one.case.group);
        }
    }
    let mut pooled: Vec<PooledComparison> = Vec::new();
    for group in groups {
        let of_group = plain.iter().filter(|one| one.case.group == group);
        let cases: Vec<&str> = of_group.map(|one| one.case.name.as_str()).collect();
        pooled.extend(pooled::pooled(group, &cases, &judged, seed));
    }
    let family_size = correct(&mut judged, &mut pooled);
    for one in &perturbed {
        judged.extend(judge::judge(one, PERTURBED_RESAMPLES, seed)?.into_iter().map(Judged::outside_family));
    }
    judged.iter_mut().for_each(Judged::decide);
    pooled.iter_mut().for_each(pooled::decide);
    let mut scoreboard = Scoreboard {
        schema: ScoreboardSchema,
        title: request.title.clone(),
        cases: played.iter().map(|one| one.case.clone()).collect(),
        comparisons: judged.into_iter().map(|one| one.comparison).collect(),
        pooled,
        added_by_learning,
        family_size,
        labels: Vec::new(),
        simulated_days: tally.simulated as f64,
        days_in_all: tally.done as f64,
    };
    scoreboard.labels = labels::of(&scoreboard);
    Ok(scoreboard)
}

/// Holm's correction over all p-values, pooled ones included. Returns how many there are.
fn correct(judged: &mut [Judged], pooled: &mut [PooledComparison]) -> u32 {
    let own = judged.iter().filter_map(|one| one.comparison.p);
    let p: Vec<f64> = own.chain(pooled.iter().filter_map(|one| one.p)).collect();
    let mut adjusted = holm(&p).into_iter();
    for one in judged.iter_mut().filter(|one| one.comparison.p.is_some()) {
        one.comparison.p_holm = adjusted.next();
    }
    for one in pooled.iter_mut().filter(|one| one.p.is_some()) {
        one.p_holm = adjusted.next();
    }
    p.len() as u32
}

/// Reads everything that the request names.
fn ready(request: &CompareRequest, observer: &mut dyn Observer) -> Result<Vec<Ready>, LabError> {
    refuse_equal_cases(request)?;
    let mut unused: Vec<_> = request.tuned.clone();
    let mut all = Vec::new();
    for case in &request.cases {
        observer.progress(&Progress { stage: Stage::Preparing, done: 0, total: 1, episode_return: None });
        let bench = Workbench::open(&case.load, DefaultScale::PeakReplicas, Seed(request.seed), observer)?;
        let mut tuned = Vec::new();
        let mut paths = Vec::new();
        for path in request.tuned.iter().chain(&case.tuned) {
            let front = TunedFront::read(path)?;
            if front.belongs_to(&bench, path)? {
                unused.retain(|other| other != path);
                paths.push(path.clone());
                tuned.push(front);
            } else if case.tuned.contains(path) {
                return Err(LabError::BadInput(format!(
                    "{}: was tuned for another load, scale, scenario or split than case {}",
                    path.display(),
                    case.name
                )));
            }
        }
        let mut policies = case.policies.clone();
        for path in &request.policies {
            let here = crate::policy_store::StoredPolicy::read(path)?.trained_on(&bench).is_some();
            if here || request.cases.len() == 1 {
                policies.push(path.clone());
            }
        }
        let (entrants, policies) = entrant::entrants(request, &policies, &paths, &bench)?;
        let (name, group, perturbed) = (case.name.clone(), case.group.clone(), case.perturbed);
        all.push(Ready { name, group, perturbed, bench, entrants, policies, tuned });
    }
    match unused.first() {
        None => Ok(all),
        Some(path) => Err(LabError::BadInput(format!(
            "{}: was tuned for another load, scale, scenario or split than any case of this comparison",
            path.display()
        ))),
    }
}

fn refuse_equal_cases(request: &CompareRequest) -> Result<(), LabError> {
    let cases = &request.cases;
    if request.days == 0 || request.noise_seeds == 0 {
        return Err(LabError::BadInput("--days and --noise-seeds must be at least 1".to_owned()));
    }
    let twice = (0..cases.len()).find(|index| cases[..*index].iter().any(|c| c.name == cases[*index].name));
    match twice {
        None if cases.is_empty() => Err(LabError::BadInput("there is nothing to compare on".to_owned())),
        None => Ok(()),
        Some(index) => Err(LabError::BadInput(format!("two cases are called `{}`", cases[index].name))),
    }
}
