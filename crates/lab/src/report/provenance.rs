use podpilot_core::Objective;

use super::html::{Html, escape};
use crate::{
    number::{amount, brief, round_percent, thousands},
    result::{AutoscalerResult, Provenance, TrainingRecord, price_per_pod_hour},
};

/// Where the numbers come from, as a list of facts. `rows` show the price; `evaluation` adds
/// episodes and distinct days.
pub(super) fn facts(
    scenario: &str,
    objective: &Objective,
    provenance: &Provenance,
    rows: &[AutoscalerResult],
    evaluation: Option<(u32, f64, u32)>,
    training: Option<&TrainingRecord>,
) -> String {
    let mut list = FactList::default();
    list.add("Scenario", &format!("{scenario} (SHA-256 {})", provenance.scenario_sha256));
    list.add("Objective", &objective_text(objective));
    if let Some(price) = price_per_pod_hour(rows) {
        list.add("Price", &format!("{} a pod-hour", brief(price)));
    }
    for source in &provenance.sources {
        let hash =
            source.sha256.as_ref().map_or_else(|| "generated".to_owned(), |hash| format!("SHA-256 {hash}"));
        list.add("Load", &format!("{} ({hash})", source.name));
    }
    let factor = provenance.scale_factor.map_or_else(
        || "none".to_owned(),
        |factor| format!("× {}, from the train part alone", amount(factor)),
    );
    list.add("Scale factor", &factor);
    list.add("Arrivals", &provenance.arrivals);
    list.add(
        "Parts",
        &format!("train {} h, test {} h", amount(provenance.train_hours), amount(provenance.test_hours)),
    );
    if let Some((episodes, hours, distinct_days)) = evaluation {
        list.add(
            "Episodes",
            &format!("{episodes} of {} h for each autoscaler, paired by seed", amount(hours)),
        );
        list.add("Distinct days", &distinct_days.to_string());
    }
    if let Some(training) = training {
        let steps = thousands(training.timesteps as f64);
        list.add("Training", &format!("{}, {steps} steps, seed {}", training.agent, training.seed));
    }
    for policy in &provenance.policies {
        list.add("Policy", &format!("{}: {} (SHA-256 {})", policy.autoscaler, policy.file, policy.sha256));
    }
    list.add("Simulator", &format!("{} mode", provenance.fidelity));
    list.add("Seed", &provenance.seed.to_string());
    list.add("Program", &format!("podpilot {}", provenance.podpilot_version));
    list.finish()
}

fn objective_text(objective: &Objective) -> String {
    format!(
        "at most {} of minutes with more than {} of requests over {} ms; CPU at most {} and memory at most {} of the limit",
        round_percent(objective.bad_minutes),
        round_percent(1.0 - objective.latency.quantile),
        brief(objective.latency.threshold_ms),
        round_percent(objective.cpu_of_limit),
        round_percent(objective.memory_of_limit)
    )
}

#[derive(Default)]
struct FactList {
    html: Html,
}

impl FactList {
    fn add(&mut self, term: &str, description: &str) {
        self.html.add(format_args!("<dt>{term}</dt><dd>{}</dd>", escape(description)));
    }

    fn finish(self) -> String {
        format!("<dl>{}</dl>", self.html.finish())
    }
}
