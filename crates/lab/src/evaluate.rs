//! `podpilot evaluate`: policies and autoscalers on the test part.

use std::path::Path;

use podpilot_controller::{Policy, TrainedPolicy};
use podpilot_random::Seed;

use crate::evaluation::{Contender, EvaluationPlan, refuse_equal_names, service_facts};
use crate::number::round_percent;
use crate::policy_store::StoredPolicy;
use crate::request::{AutoscalerChoice, EvaluateRequest, Observer};
use crate::result::{EvaluationResult, PolicyProvenance, Role};
use crate::run_directory::{RunDirectory, file};
use crate::tuning::TunedFront;
use crate::workbench::{DefaultScale, Workbench};
use crate::{LabError, evaluation, report, training};

/// Evaluates policies and autoscalers beside `quantile` and HPA's front.
pub fn evaluate(
    request: &EvaluateRequest,
    observer: &mut dyn Observer,
) -> Result<EvaluationResult, LabError> {
    let seed = Seed(request.seed);
    let stored =
        request.policies.iter().map(|path| StoredPolicy::read(path)).collect::<Result<Vec<_>, _>>()?;
    let bench = Workbench::open(&request.load, DefaultScale::PeakReplicas, seed, observer)?;
    let (mut contenders, policies) = policy_contenders(request, &stored, &bench)?;
    contenders.extend(quantile(&stored, request, &bench, seed)?);
    for choice in &request.autoscalers {
        contenders.extend(named(choice, &bench)?);
    }
    let front = Contender::hpa_front(&bench)?;
    contenders.retain(|contender| front.iter().all(|point| point.name != contender.name));
    contenders.extend(front);
    refuse_equal_names(&contenders)?;
    let run = request.out.as_deref().map(RunDirectory::create).transpose()?;
    let plan = EvaluationPlan {
        contenders,
        episodes: request.episodes,
        seed: request.seed,
        policies,
        training: None,
    };
    let result = evaluation::evaluate(plan, &bench, observer)?;
    if let Some(run) = run {
        run.write_json(file::RESULT, &result)?;
        run.write(file::REPORT, report::evaluation_report(&result).as_bytes())?;
    }
    Ok(result)
}

/// One autoscaler, or every point of a front that `podpilot tune` found.
fn named(choice: &AutoscalerChoice, bench: &Workbench) -> Result<Vec<Contender>, LabError> {
    let tuned = choice.manifest.as_deref().filter(|path| TunedFront::is_at(path));
    let Some(path) = tuned else {
        return Ok(vec![Contender::named(choice, Role::Other, bench)?]);
    };
    let front = TunedFront::read(path)?;
    if !front.belongs_to(bench, path)? {
        return Err(LabError::BadInput(format!(
            "{}: was tuned for another load, scale, scenario or split",
            path.display()
        )));
    }
    let facts = service_facts(bench);
    let points = front.front.iter().enumerate();
    points
        .map(|(index, point)| {
            Contender::rival(&format!("{}~{}", choice.name, index + 1), Role::Other, &point.config, &facts)
        })
        .collect()
}

/// A row for each policy; the first is the agent that is judged.
fn policy_contenders(
    request: &EvaluateRequest,
    stored: &[StoredPolicy],
    bench: &Workbench,
) -> Result<(Vec<Contender>, Vec<PolicyProvenance>), LabError> {
    let mut contenders: Vec<Contender> = Vec::new();
    let mut provenance = Vec::new();
    for (policy, path) in stored.iter().zip(&request.policies) {
        refuse_training_data(policy, path, bench)?;
    }
    for (index, (policy, path)) in stored.iter().zip(&request.policies).enumerate() {
        let role = if index == 0 { Role::Agent } else { Role::Other };
        let taken = contenders.iter().any(|known| known.name == policy.agent());
        let name =
            if taken { format!("{}-{}", policy.agent(), index + 1) } else { policy.agent().to_owned() };
        let start = policy.trim_starts(bench.scenario().objective.bad_minutes).agent;
        let controller = training::controller(&name, &policy.policy, start, bench)?;
        contenders.push(Contender::controller(&name, role, controller));
        let start_at = |limit: f64| policy.trim_starts(limit).agent;
        contenders.extend(at_other_limits(&name, &policy.policy, &start_at, request, bench)?);
        provenance.push(policy.provenance(&name, path));
    }
    Ok((contenders, provenance))
}

/// The same policy with its trim aimed at each of the other limits that were asked for: it is not trained again.
fn at_other_limits(
    name: &str,
    policy: &TrainedPolicy,
    trim_start: &dyn Fn(f64) -> f64,
    request: &EvaluateRequest,
    bench: &Workbench,
) -> Result<Vec<Contender>, LabError> {
    let limits = request.bad_minutes.iter();
    limits
        .map(|&limit| {
            let name = format!("{name} at {}", round_percent(limit));
            let controller = training::controller_at_limit(&name, policy, trim_start(limit), limit, bench)?;
            Ok(Contender::controller(&name, Role::Other, controller))
        })
        .collect()
}

/// The base policy of the first policy given, or one fitted to the train part.
fn quantile(
    stored: &[StoredPolicy],
    request: &EvaluateRequest,
    bench: &Workbench,
    seed: Seed,
) -> Result<Vec<Contender>, LabError> {
    const NAME: &str = "quantile";
    let limit = bench.scenario().objective.bad_minutes;
    if let Some(first) = stored.first() {
        let base = TrainedPolicy { policy: Policy::Quantile, ..first.policy.clone() };
        let start_at = |limit: f64| first.trim_starts(limit).base;
        let controller = training::controller(NAME, &base, start_at(limit), bench)?;
        let mut rows = vec![Contender::controller(NAME, Role::Quantile, controller)];
        rows.extend(at_other_limits(NAME, &base, &start_at, request, bench)?);
        return Ok(rows);
    }
    let base = training::fit_base_policy(bench, None, seed.named("training"))?;
    let controller = training::controller(NAME, &base.policy, base.trim_start, bench)?;
    let mut rows = vec![Contender::controller(NAME, Role::Quantile, controller)];
    // How headroom and bad minutes go together was not measured here: the trim finds its way from where it stands.
    rows.extend(at_other_limits(NAME, &base.policy, &|_| base.trim_start, request, bench)?);
    Ok(rows)
}

/// A policy knows the load it was trained on: its numbers there would say nothing.
pub(crate) fn refuse_training_data(
    policy: &StoredPolicy,
    path: &Path,
    bench: &Workbench,
) -> Result<(), LabError> {
    match policy.trained_on(bench) {
        Some(until) if until > bench.trained_until() => Err(LabError::BadInput(format!(
            "{}: trained on the first {:.1} h of this load, but the test part begins after {:.1} h; choose a later --split",
            path.display(),
            until.as_seconds() / 3_600.0,
            bench.trained_until().as_seconds() / 3_600.0,
        ))),
        _ => Ok(()),
    }
}
