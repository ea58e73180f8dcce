//! `podpilot train`: an agent, its evaluation against HPA, and the report, in one run directory.

use std::path::{Path, PathBuf};

use crate::evaluation::{Contender, EvaluationPlan, evaluate};
use crate::policy_store::{self, StoredPolicy};
use crate::request::{Observer, ResumeRequest, TrainRequest};
use crate::result::{EvaluationResult, Role};
use crate::run_directory::{RunDirectory, file};
use crate::run_record::{self, RunRecord};
use crate::training::{self, SETTINGS_SCHEMA, Trained, TrainingSettings, TrimStarts};
use crate::workbench::{DefaultScale, Workbench};
use crate::{LabError, report};
use podpilot_controller::{Policy, TrainedPolicy};
use podpilot_random::Seed;

/// Row of the agent as trained, where it was not admitted.
const REFUSED: &str = "refused";
/// Row of the agent without the trim that corrects it.
const ALONE: &str = "alone";
/// Row of what is left of both: the base policy with headroom that stands still.
const STILL: &str = "still";

/// A finished run.
#[derive(Debug, Clone, PartialEq)]
pub struct TrainedRun {
    /// Its directory.
    pub run_directory: PathBuf,
    /// What `result.json` in it holds.
    pub result: EvaluationResult,
}

/// Trains an agent and evaluates it.
pub fn train(request: &TrainRequest, observer: &mut dyn Observer) -> Result<TrainedRun, LabError> {
    let settings = TrainingSettings::for_request(&absolute(request)?)?;
    // Everything that can be wrong with the input is found before the directory is made.
    let bench = open_bench(&settings, observer)?;
    refuse_taken(&request.out)?;
    let run = RunDirectory::create(&request.out)?;
    begin(&settings, &bench, &run).and_then(|()| finish(&settings, &bench, &run, observer)).inspect_err(
        |error| {
            let nothing_learnt = !run.file(file::CHECKPOINT).exists();
            if error.is_bad_input() && nothing_learnt {
                run_record::discard(&run);
                run.discard();
            }
        },
    )
}

/// A run never overwrites a file of the user's that has the name of one of its own.
fn refuse_taken(out: &Path) -> Result<(), LabError> {
    let is_a_run = out.join(file::SETTINGS).exists();
    match file::ALL.iter().find(|name| out.join(name).exists()) {
        Some(name) if !is_a_run => {
            Err(LabError::BadInput(format!("{}: holds {name} already; choose another --out", out.display())))
        }
        _ => Ok(()),
    }
}

/// Writes down what the run will do.
fn begin(settings: &TrainingSettings, bench: &Workbench, run: &RunDirectory) -> Result<(), LabError> {
    let scenario =
        serde_saphyr::to_string(bench.scenario()).map_err(|error| LabError::Failed(error.to_string()))?;
    run.write(file::SCENARIO, scenario.as_bytes())?;
    run.write_json(file::SETTINGS, settings)
}

/// Goes on with an interrupted run, to the same result as without the interruption.
pub fn resume(request: &ResumeRequest, observer: &mut dyn Observer) -> Result<TrainedRun, LabError> {
    let run = RunDirectory::open(&request.run_directory)?;
    let settings = run.read_settings(SETTINGS_SCHEMA, |settings: &TrainingSettings| &settings.schema, "")?;
    if run.file(file::RESULT).exists() {
        let shown = run.path().display();
        return Err(LabError::BadInput(format!(
            "{shown}: the run is finished and there is nothing to resume; `podpilot inspect {shown}` shows it"
        )));
    }
    let bench = open_bench(&settings, observer)?;
    finish(&settings, &bench, &run, observer)
}

fn finish(
    settings: &TrainingSettings,
    bench: &Workbench,
    run: &RunDirectory,
    observer: &mut dyn Observer,
) -> Result<TrainedRun, LabError> {
    let mut record = RunRecord::new(settings, bench, run, &observer.tracking());
    let outcome = train_and_evaluate(settings, bench, run, &mut record, observer);
    record.finish(run, &outcome, observer);
    Ok(TrainedRun { run_directory: run.path().to_owned(), result: outcome? })
}

fn train_and_evaluate(
    settings: &TrainingSettings,
    bench: &Workbench,
    run: &RunDirectory,
    record: &mut RunRecord,
    observer: &mut dyn Observer,
) -> Result<EvaluationResult, LabError> {
    let trained = training::train(settings, bench, run, record, observer)?;
    policy_store::write(run, &trained, settings, bench)?;
    let plan = plan(settings, &trained, bench, run)?;
    let mut result = evaluate(plan, bench, observer).map_err(|error| resumable(error, run))?;
    let agent = settings.request.agent.name();
    policy_store::add_evaluation(run, &result, agent)?;
    let policy = run.file(file::POLICY);
    result.provenance.policies = vec![StoredPolicy::read(&policy)?.provenance(agent, &policy)];
    run.write_json(file::RESULT, &result)?;
    run.write(file::REPORT, report::evaluation_report(&result).as_bytes())?;
    training::forget_checkpoint(run);
    Ok(result)
}

fn plan(
    settings: &TrainingSettings,
    trained: &Trained,
    bench: &Workbench,
    run: &RunDirectory,
) -> Result<EvaluationPlan, LabError> {
    let agent = settings.request.agent.name();
    let quantile = TrainedPolicy { policy: Policy::Quantile, ..trained.agent.clone() };
    let TrimStarts { agent: agent_trim, base: base_trim } = trained.trim_starts;
    let admitted = trained.admission.admitted;
    let rows = [
        (agent, Role::Agent, &trained.admitted, if admitted { agent_trim } else { base_trim }),
        ("clone", Role::Clone, &trained.clone, base_trim),
        ("quantile", Role::Quantile, &quantile, base_trim),
    ];
    let mut contenders = Vec::new();
    for (name, role, policy, trim_start) in rows {
        let controller = training::controller(name, policy, trim_start, bench)?;
        contenders.push(Contender::controller(name, role, controller));
    }
    if !admitted {
        let controller = training::controller(REFUSED, &trained.agent, agent_trim, bench)?;
        contenders.push(Contender::controller(REFUSED, Role::Other, controller));
    }
    for (name, policy, headroom) in [(ALONE, &trained.agent, agent_trim), (STILL, &quantile, base_trim)] {
        let controller = training::controller_without_trim(name, policy, headroom, bench)?;
        contenders.push(Contender::controller(name, Role::Other, controller));
    }
    contenders.extend(Contender::hpa_front(bench)?);
    Ok(EvaluationPlan {
        contenders,
        episodes: settings.request.episodes,
        seed: settings.request.seed,
        policies: Vec::new(),
        training: Some(training::record(settings, &trained.admission, run)),
    })
}

fn open_bench(settings: &TrainingSettings, observer: &mut dyn Observer) -> Result<Workbench, LabError> {
    let seed = Seed(settings.request.seed);
    Workbench::open(&settings.request.load, DefaultScale::PeakReplicas, seed, observer)
}

/// Paths that still hold when the run is resumed from another folder.
fn absolute(request: &TrainRequest) -> Result<TrainRequest, LabError> {
    let absolute = |path: &PathBuf| {
        std::path::absolute(path).map_err(|source| LabError::Unreadable { path: path.clone(), source })
    };
    let hyperparameters = request.hyperparameters.as_ref().map(absolute).transpose()?;
    Ok(TrainRequest { load: request.load.absolute()?, hyperparameters, ..request.clone() })
}

/// Evaluation that is stopped is repeated on resume: the training lies in the run directory.
fn resumable(error: LabError, run: &RunDirectory) -> LabError {
    match error {
        LabError::Interrupted { done, total, unit, .. } => {
            LabError::Interrupted { run_directory: Some(run.path().to_owned()), done, total, unit }
        }
        other => other,
    }
}
