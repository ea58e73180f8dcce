//! `podpilot tune` and `podpilot compare`.

use std::path::{Path, PathBuf};
use std::time::Instant;

use podpilot_lab::comparison::{ALL_LOADS, CaseChoice, CompareRequest, Perturbation, Plan};
use podpilot_lab::request::AutoscalerChoice;
use podpilot_lab::tuning::TuneRequest;
use podpilot_lab::{LabError, compare, resume_tuning, tune};

use super::free_directory;
use crate::arguments::{CompareArguments, TuneArguments};
use crate::failure::Failure;
use crate::output;
use crate::progress::Terminal;

/// Distinct days at most, if neither the plan nor the caller says.
const DAYS: u32 = 60;

pub(super) fn run_tune(arguments: &TuneArguments) -> Result<(), Failure> {
    let mut terminal = Terminal::new(arguments.output.quiet)?;
    let (tuned, directory) = if let Some(directory) = &arguments.resume {
        (resume_tuning(directory, &mut terminal), directory.clone())
    } else {
        let request = tune_request(arguments);
        (tune(&request, &mut terminal), request.out)
    };
    drop(terminal);
    let tuned = tuned.map_err(|error| match error {
        LabError::Interrupted { .. } => Failure::Interrupted(format!(
            "{error}; go on with `podpilot tune --resume {}`",
            directory.display()
        )),
        other => Failure::from(other),
    })?;
    output::tuned(&tuned, arguments.output.format, &directory)
}

fn tune_request(arguments: &TuneArguments) -> TuneRequest {
    let load = arguments.load.trace.as_deref().unwrap_or(Path::new(&arguments.load.scenario));
    let load = load.file_stem().map_or_else(|| "load".into(), |stem| stem.to_string_lossy());
    let name = format!("tune-{load}-{}-seed{}", arguments.autoscaler, arguments.load.seed);
    TuneRequest {
        load: arguments.load.choice(),
        autoscaler: arguments.autoscaler.clone(),
        configurations: arguments.configurations,
        seed: arguments.load.seed,
        out: arguments.out.clone().unwrap_or_else(|| free_directory(&name)),
    }
}

pub(super) fn run_compare(arguments: &CompareArguments) -> Result<(), Failure> {
    let request = compare_request(arguments)?;
    let mut terminal = Terminal::new(arguments.output.quiet)?;
    #[expect(
        clippy::disallowed_methods,
        reason = "how long it took, for the person who waits; no result depends on it"
    )]
    let started = Instant::now();
    let board = compare(&request, &mut terminal)?;
    let elapsed = started.elapsed();
    drop(terminal);
    output::scoreboard(&board, arguments.output.format, arguments.out.as_deref(), elapsed)
}

fn compare_request(arguments: &CompareArguments) -> Result<CompareRequest, Failure> {
    let plan = match (&arguments.plan, &arguments.preset) {
        (Some(path), _) => Plan::read(path)?,
        (None, Some(name)) => Plan::preset(name)?,
        (None, None) => own_plan(arguments),
    };
    let everything = ["all".to_owned()];
    let perturbations = if arguments.perturbation == everything {
        Perturbation::ALL.to_vec()
    } else {
        let parse = |name: &String| {
            name.parse::<Perturbation>()
                .map_err(|error| Failure::BadInput(format!("--perturbation {name}: {error}")))
        };
        arguments.perturbation.iter().map(parse).collect::<Result<_, _>>()?
    };
    Ok(CompareRequest {
        title: plan.title,
        cases: plan.cases,
        autoscalers: rivals(arguments),
        tuned: arguments.tuned.clone(),
        policies: arguments.rivals.policy.clone(),
        perturbations,
        days: arguments.days.or(plan.days).unwrap_or(DAYS),
        noise_seeds: arguments.noise_seeds.or(plan.noise_seeds).unwrap_or(1),
        seed: arguments.load.seed,
        out: arguments.out.clone(),
        cache: arguments.cache.clone(),
    })
}

/// Without any, HPA as it comes.
fn rivals(arguments: &CompareArguments) -> Vec<AutoscalerChoice> {
    if arguments.rivals.autoscaler.is_empty() {
        return vec![AutoscalerChoice { name: "hpa".to_owned(), manifest: None }];
    }
    arguments.rivals.autoscaler.clone()
}

fn own_plan(arguments: &CompareArguments) -> Plan {
    let load = arguments.load.choice();
    let source = load.trace.clone().unwrap_or_else(|| PathBuf::from(&load.scenario));
    let name = source.file_stem().map_or_else(|| "load".into(), |stem| stem.to_string_lossy());
    let case = CaseChoice {
        name: name.to_string(),
        load,
        group: ALL_LOADS.to_owned(),
        perturbed: true,
        policies: Vec::new(),
        tuned: Vec::new(),
    };
    Plan { title: name.to_string(), days: None, noise_seeds: None, cases: vec![case] }
}
