//! What the numbers say, in plain words. Every sentence is made from a result; none is fixed.

use podpilot_core::Objective;

use crate::{
    number::{amount, percent, round_percent, signed_percent, signed_points},
    result::{
        AutoscalerResult, Comparison, DAYS_FOR_AN_INTERVAL, Difference, EvaluationResult, Role,
        SimulationResult, Verdict,
    },
};

/// Target of an HPA that nobody configured.
const DEFAULT_TARGET_PERCENT: u32 = 80;

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
    let subject = result.row(&comparison.subject);
    let mut support = Vec::new();
    support.extend(subject.map(|row| objective_sentence(row, &result.objective)));
    support.extend(range_sentence(comparison));
    support.extend(equal_service_sentence(comparison));
    support.extend(default_hpa_sentence(result));
    support.extend(result.against_clone.as_ref().map(rl_sentence));
    support.extend(caution(result.distinct_days));
    Headline { claim: claim(comparison, subject), support }
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

/// A row against the cheapest HPA at no looser service.
pub fn claim(comparison: &Comparison, subject: Option<&AutoscalerResult>) -> String {
    let name = &comparison.subject;
    let (Some(rival), Some(difference)) = (&comparison.rival, &comparison.difference) else {
        let bad =
            subject.map_or_else(String::new, |row| format!(" as its {}", percent(row.slow_minute_ratio)));
        return format!("{name} is not comparable: no HPA target kept bad minutes as low{bad}.");
    };
    let cost = percent(difference.relative_cost.abs());
    match (comparison.verdict, comparison.relative_cost_at_equal_service) {
        // A rival with far fewer bad minutes makes the saving against it look larger than it is.
        (Verdict::Better, Some(at_equal_service)) => format!(
            "{name} costs {} less than HPA at equal service ({cost} less than {rival}, the cheapest that serves no \
             worse).",
            percent(at_equal_service.abs())
        ),
        (Verdict::Better, None) => {
            format!("{name} costs {cost} less than {rival}, the cheapest HPA that serves no worse.")
        }
        (Verdict::Worse, _) => {
            format!(
                "{name} is worse: it costs {cost} more than {rival}, the cheapest HPA that serves no worse."
            )
        }
        (Verdict::NoDifference | Verdict::Mixed | Verdict::NotComparable, _) => {
            format!("No difference: {name} costs about as much as HPA at the same service ({rival}).")
        }
    }
}

/// What RL added to the policy it started from.
pub fn rl_sentence(comparison: &Comparison) -> String {
    let Some(difference) = &comparison.difference else {
        return "The clone did not run, so what RL added is not known.".to_owned();
    };
    let judgement = match comparison.verdict {
        Verdict::Better => "RL made the policy better",
        Verdict::Worse => "RL made the policy worse",
        Verdict::Mixed => "RL traded cost for service",
        Verdict::NoDifference | Verdict::NotComparable => "RL added nothing that can be told from noise",
    };
    format!(
        "{judgement}: against its clone at zero steps, cost {}{} and bad minutes {}.",
        signed_percent(difference.relative_cost),
        spread(difference),
        signed_points(difference.slow_minute_ratio),
    )
}

/// The warning that goes with few distinct days.
pub fn caution(distinct_days: u32) -> Option<String> {
    (distinct_days < DAYS_FOR_AN_INTERVAL).then(|| {
        let days = if distinct_days == 1 { "day" } else { "days" };
        format!(
            "Caution: only {distinct_days} distinct {days} of load; under {DAYS_FOR_AN_INTERVAL} no interval is \
             claimed, and other days may turn out differently."
        )
    })
}

fn without_policy(result: &EvaluationResult) -> Headline {
    let claim = match result.autoscalers.first() {
        Some(row) => format!(
            "{} costs {} a day with {} bad minutes; no learned policy took part.",
            row.name,
            amount(row.cost_per_day()),
            percent(row.slow_minute_ratio)
        ),
        None => "No autoscaler was evaluated.".to_owned(),
    };
    Headline { claim, support: caution(result.distinct_days).into_iter().collect() }
}

fn objective_sentence(row: &AutoscalerResult, objective: &Objective) -> String {
    let verb = if row.slow_minute_ratio <= objective.bad_minutes { "keeps" } else { "misses" };
    format!(
        "{} {verb} the objective: {} of minutes were bad, {} are allowed.",
        row.name,
        percent(row.slow_minute_ratio),
        round_percent(objective.bad_minutes)
    )
}

fn range_sentence(comparison: &Comparison) -> Option<String> {
    let difference = comparison.difference.as_ref()?;
    let rival = comparison.rival.as_ref()?;
    if let Some(intervals) = difference.intervals {
        let cost = intervals.relative_cost;
        return Some(format!(
            "Cost against {rival}: {} ({} interval over days {} to {}).",
            signed_percent(difference.relative_cost),
            round_percent(cost.level),
            signed_percent(cost.low),
            signed_percent(cost.high)
        ));
    }
    let (low, high) = difference.relative_cost_by_day?;
    (low < high).then(|| {
        format!("Cost against {rival} by day: from {} to {}.", signed_percent(low), signed_percent(high))
    })
}

fn equal_service_sentence(comparison: &Comparison) -> Option<String> {
    comparison.relative_cost_at_equal_service.map(|cost| {
        format!(
            "Read between HPA’s targets at exactly the same share of bad minutes, cost {}.",
            signed_percent(cost)
        )
    })
}

fn default_hpa_sentence(result: &EvaluationResult) -> Option<String> {
    let is_default =
        |row: &&AutoscalerResult| row.role == Role::Hpa { target_percent: DEFAULT_TARGET_PERCENT };
    let row = result.autoscalers.iter().find(is_default)?;
    Some(format!(
        "HPA at its default target of {DEFAULT_TARGET_PERCENT} % costs {} a day with {} bad minutes.",
        amount(row.cost_per_day()),
        percent(row.slow_minute_ratio)
    ))
}

fn spread(difference: &Difference) -> String {
    if let Some(intervals) = difference.intervals {
        let cost = intervals.relative_cost;
        return format!(
            " ({} interval {} to {})",
            round_percent(cost.level),
            signed_percent(cost.low),
            signed_percent(cost.high)
        );
    }
    match difference.relative_cost_by_day {
        Some((low, high)) if low < high => {
            format!(" (by day {} to {})", signed_percent(low), signed_percent(high))
        }
        _ => String::new(),
    }
}

fn versus(row: &AutoscalerResult, first: &AutoscalerResult) -> String {
    let cost = if first.cost > 0.0 { row.cost / first.cost - 1.0 } else { 0.0 };
    format!(
        "{}: cost {}, bad minutes {} ({}).",
        row.name,
        signed_percent(cost),
        percent(row.slow_minute_ratio),
        signed_points(row.slow_minute_ratio - first.slow_minute_ratio)
    )
}
