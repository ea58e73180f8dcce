//! Who takes part in a case.

use podpilot_autoscalers::{Rival, RivalConfig, ServiceFacts};
use podpilot_controller::{Policy, TrainedPolicy};
use podpilot_random::Seed;
use podpilot_traffic::sha256_hex;

use super::request::CompareRequest;
use crate::evaluate::refuse_training_data;
use crate::evaluation::{Contender, service_facts};
use crate::policy_store::StoredPolicy;
use crate::request::AutoscalerChoice;
use crate::result::{PolicyProvenance, Role, RowKind};

use crate::tuning::TunedFront;
use crate::workbench::Workbench;
use crate::{LabError, training};

/// One autoscaler of a case.
#[derive(Debug)]
pub(super) struct Entrant {
    pub(super) family: String,
    pub(super) kind: RowKind,
    pub(super) training_seed: Option<u64>,
    pub(super) config: Option<serde_json::Value>,
    /// Hash of all that its decisions depend on, beside what it observes.
    pub(super) identity: String,
    pub(super) contender: Contender,
}

/// Everyone who takes part on `bench`, with the records of the policies used. Learned ones first.
pub(super) fn entrants(
    request: &CompareRequest,
    policies: &[std::path::PathBuf],
    tuned: &[std::path::PathBuf],
    bench: &Workbench,
) -> Result<(Vec<Entrant>, Vec<PolicyProvenance>), LabError> {
    let facts = service_facts(bench);
    let (mut all, provenance, first) = agents(policies, bench)?;
    all.push(quantile(first.as_ref(), bench, Seed(request.seed))?);
    for choice in &request.autoscalers {
        all.push(named(choice, &facts, bench)?);
    }
    for path in tuned {
        all.extend(tuned_front(path, &facts, bench)?);
    }
    Ok((all, provenance))
}

type Agents = (Vec<Entrant>, Vec<PolicyProvenance>, Option<StoredPolicy>);

fn agents(policies: &[std::path::PathBuf], bench: &Workbench) -> Result<Agents, LabError> {
    let (mut entrants, mut provenance, mut first) = (Vec::new(), Vec::new(), None);
    let limit = bench.scenario().objective.bad_minutes;
    for path in policies {
        let stored = StoredPolicy::read(path)?;
        refuse_training_data(&stored, path, bench)?;
        let agent = stored.agent().to_owned();
        let seed = stored.training_seed();
        let name = match seed {
            Some(seed) if entrants.iter().any(|known: &Entrant| known.family == agent) => {
                format!("{agent}, seed {seed}")
            }
            _ => agent.clone(),
        };
        let controller = training::controller(&name, &stored.policy, stored.trim_starts(limit).agent, bench)?;
        provenance.push(stored.provenance(&name, path));
        entrants.push(Entrant {
            family: agent,
            kind: RowKind::Agent,
            training_seed: seed,
            config: None,
            identity: identity(&["policy", &stored.decisions_sha256()], bench),
            contender: Contender::controller(&name, Role::Agent, controller),
        });
        first = first.or(Some(stored));
    }
    Ok((entrants, provenance, first))
}

/// The base policy of the first agent, or one fitted to the train part.
fn quantile(first: Option<&StoredPolicy>, bench: &Workbench, seed: Seed) -> Result<Entrant, LabError> {
    const NAME: &str = "quantile";
    let limit = bench.scenario().objective.bad_minutes;
    let (base, trim_start, source) = if let Some(stored) = first {
        let base = TrainedPolicy { policy: Policy::Quantile, ..stored.policy.clone() };
        (base, stored.trim_starts(limit).base, stored.decisions_sha256())
    } else {
        let base = training::fit_base_policy(bench, None, seed.named("training"))?;
        (base.policy, base.trim_start, format!("fitted, seed {}", seed.0))
    };
    let controller = training::controller(NAME, &base, trim_start, bench)?;
    Ok(Entrant {
        family: NAME.to_owned(),
        kind: RowKind::Quantile,
        training_seed: None,
        config: None,
        identity: identity(&[NAME, &source], bench),
        contender: Contender::controller(NAME, Role::Quantile, controller),
    })
}

/// A rival with its defaults, or any other autoscaler by name and manifest.
fn named(choice: &AutoscalerChoice, facts: &ServiceFacts, bench: &Workbench) -> Result<Entrant, LabError> {
    let defaults = choice.name.parse().ok().filter(|_| choice.manifest.is_none());
    if let Some(config) = defaults.and_then(RivalConfig::default_of) {
        let rival: Rival = config.rival();
        return rival_entrant(rival.name(), &config, RowKind::Default, facts, bench);
    }
    let manifest = match &choice.manifest {
        None => String::new(),
        Some(path) => std::fs::read_to_string(path)
            .map_err(|source| LabError::Unreadable { path: path.clone(), source })?,
    };
    Ok(Entrant {
        family: choice.name.clone(),
        kind: RowKind::Other,
        training_seed: None,
        config: None,
        identity: identity(&["named", &choice.name, &manifest], bench),
        contender: Contender::named(choice, Role::Other, bench)?,
    })
}

/// A rival with its defaults, or any other autoscaler by name and manifest.
pub(super) fn named_entrant(choice: &AutoscalerChoice, bench: &Workbench) -> Result<Entrant, LabError> {
    named(choice, &service_facts(bench), bench)
}

/// The points of a tuned front; nobody if it belongs to another case.
fn tuned_front(
    path: &std::path::Path,
    facts: &ServiceFacts,
    bench: &Workbench,
) -> Result<Vec<Entrant>, LabError> {
    let front = TunedFront::read(path)?;
    if !front.belongs_to(bench, path)? {
        return Ok(Vec::new());
    }
    let points = front.front.iter().enumerate();
    points
        .map(|(index, point)| {
            let name = format!("{}~{}", front.autoscaler, index + 1);
            rival_entrant(&name, &point.config, RowKind::Tuned, facts, bench)
        })
        .collect()
}

fn rival_entrant(
    name: &str,
    config: &RivalConfig,
    kind: RowKind,
    facts: &ServiceFacts,
    bench: &Workbench,
) -> Result<Entrant, LabError> {
    let value = serde_json::to_value(config).map_err(|error| LabError::Failed(error.to_string()))?;
    Ok(Entrant {
        family: config.rival().name().to_owned(),
        kind,
        training_seed: None,
        identity: identity(&["rival", &value.to_string()], bench),
        config: Some(value),
        contender: Contender::rival(name, Role::Other, config, facts)?,
    })
}

/// Autoscalers are set up from the scenario as it was and from its train part.
fn identity(parts: &[&str], bench: &Workbench) -> String {
    let bench = bench.identity();
    let text = format!("{parts:?} {} {}", bench.scenario_sha256, bench.train_sha256);
    sha256_hex(text.as_bytes())
}
