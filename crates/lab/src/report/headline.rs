//! What the numbers say, in plain words. Every sentence is made from a result; none is fixed.

use podpilot_core::Objective;

use super::{
    claim::{self, range_text},
    reinforcement,
};
use crate::{
    number::{amount, percent, round_percent, signed_percent, signed_points},
    result::{AutoscalerResult, Comparison, DAYS_FOR_AN_INTERVAL, EvaluationResult, Role, SimulationResult},
};

/// Target of an HPA that nobody configured.
const DEFAULT_TARGET_PERCENT: u32 = 80;

const HOURS_OF_A_DAY: f64 = 24.0;

/// One sentence and those that qualify it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Headline {
    /// The claim.
    pub claim: String,
    /// What must be read with it.
    pub support: Vec<String>,
}

/// The headline of an evaluation: the first learned row against HPA.
pub fn of_evaluation(result: &EvaluationResult) -> Headline {
    let Some(comparison) = result.against_hpa.first() else {
        return without_policy(result);
    };
    let mut support = Vec::new();
    support.extend(result.row(&comparison.subject).map(|row| objective_sentence(row, &result.objective)));
    support.push(equal_service_sentence(comparison));
    support.extend(rival_sentence(result, comparison));
    support.extend(default_hpa_sentence(result));
    support.extend(reinforcement::sentence(result));
    support.extend(caution(result));
    Headline { claim: claim::claim(result, comparison), support }
}

/// The headline of a simulation: what each autoscaler would cost and how it would serve.
pub fn of_simulation(result: &SimulationResult) -> Headline {
    let Some(first) = result.autoscalers.first() else {
        return Headline { claim: "No autoscaler was simulated.".to_owned(), support: Vec::new() };
    };
    let claim = format!(
        "{} would cost {} a day with {} pods on average; {} of minutes would be bad.",
        first.name,
        amount(first.cost_per_day()),
        amount(first.mean_replicas),
        percent(first.slow_minute_ratio),
    );
    let mut support = vec![objective_sentence(first, &result.objective)];
    support.extend(result.autoscalers.iter().skip(1).map(|row| versus(row, first)));
    Headline { claim, support }
}

/// The warning that goes with few distinct days, and with episodes that do not show a whole day.
pub fn caution(result: &EvaluationResult) -> Option<String> {
    let days = result.distinct_days;
    let few_days = (days < DAYS_FOR_AN_INTERVAL).then(|| {
        let noun = if days == 1 { "day" } else { "days" };
        format!(
            "only {days} distinct {noun} of load; under {DAYS_FOR_AN_INTERVAL} no interval is claimed, and other days \
             may turn out differently"
        )
    });
    let short = (result.episode_hours < HOURS_OF_A_DAY)
        .then(|| format!("episodes of {:.1} h, not a day", result.episode_hours));
    let parts: Vec<String> = few_days.into_iter().chain(short).collect();
    (!parts.is_empty()).then(|| format!("Caution: {}.", parts.join("; ")))
}

fn without_policy(result: &EvaluationResult) -> Headline {
    let claim = match result.autoscalers.first() {
        Some(row) => format!(
            "{} costs {} a day with {} bad minutes and {} slow requests; no learned policy took part.",
            row.name,
            amount(row.cost_per_day()),
            percent(row.slow_minute_ratio),
            percent(row.slow_request_ratio)
        ),
        None => "No autoscaler was evaluated.".to_owned(),
    };
    Headline { claim, support: caution(result).into_iter().collect() }
}

fn objective_sentence(row: &AutoscalerResult, objective: &Objective) -> String {
    let verb = if row.slow_minute_ratio <= objective.bad_minutes { "keeps" } else { "misses" };
    format!(
        "{} {verb} the objective: {} of minutes were bad, {} are allowed; {} of requests were slow.",
        row.name,
        percent(row.slow_minute_ratio),
        round_percent(objective.bad_minutes),
        percent(row.slow_request_ratio),
    )
}

/// Introduces the rivals, whose windows are not tuned, and reads their front at both measures of service.
fn equal_service_sentence(comparison: &Comparison) -> String {
    let by_minutes = comparison.relative_cost_at_equal_service.map_or_else(
        || "its share of bad minutes is out of reach".to_owned(),
        |cost| {
            let range = comparison.cost_range().filter(|range| range.low < range.high);
            let range = range.map(|range| format!(" ({})", range_text(&range))).unwrap_or_default();
            format!("cost {} at an equal share of bad minutes{range}", signed_percent(cost))
        },
    );
    let by_requests = comparison.relative_cost_at_equal_slow_requests.map_or_else(
        || "its share of slow requests is out of reach".to_owned(),
        |cost| format!("cost {} at an equal share of slow requests", signed_percent(cost)),
    );
    format!("Against HPA at any CPU target with default behaviour: {by_minutes}; {by_requests}.")
}

fn rival_sentence(result: &EvaluationResult, comparison: &Comparison) -> Option<String> {
    let difference = comparison.difference.as_ref()?;
    let own = result.row(&comparison.subject)?;
    let rival = result.row(comparison.rival.as_ref()?)?;
    Some(format!(
        "The cheapest of these that was tried and serves no worse is {}: against it cost {}, bad minutes {}, slow \
         requests {}.",
        rival.name,
        signed_percent(difference.relative_cost),
        signed_points(difference.slow_minute_ratio),
        signed_points(own.slow_request_ratio - rival.slow_request_ratio),
    ))
}

fn default_hpa_sentence(result: &EvaluationResult) -> Option<String> {
    let is_default =
        |row: &&AutoscalerResult| row.role == Role::Hpa { target_percent: DEFAULT_TARGET_PERCENT };
    let row = result.autoscalers.iter().find(is_default)?;
    Some(format!(
        "HPA at its default target of {DEFAULT_TARGET_PERCENT} % costs {} a day with {} bad minutes and {} slow requests.",
        amount(row.cost_per_day()),
        percent(row.slow_minute_ratio),
        percent(row.slow_request_ratio)
    ))
}

fn versus(row: &AutoscalerResult, first: &AutoscalerResult) -> String {
    let cost = if first.cost > 0.0 { row.cost / first.cost - 1.0 } else { 0.0 };
    format!(
        "{}: cost {}, bad minutes {} ({}), slow requests {}.",
        row.name,
        signed_percent(cost),
        percent(row.slow_minute_ratio),
        signed_points(row.slow_minute_ratio - first.slow_minute_ratio),
        percent(row.slow_request_ratio)
    )
}
