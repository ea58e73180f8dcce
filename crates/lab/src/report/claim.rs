//! The one sentence at the top: the first learned row against HPA at equal service.

use crate::{
    number::{percent, round_percent, signed_percent},
    result::{AutoscalerResult, Comparison, CostRange, EvaluationResult, Verdict},
};

/// What the numbers of `comparison` say. Cost is that at equal service; a missed objective is part of the claim.
pub(super) fn claim(result: &EvaluationResult, comparison: &Comparison) -> String {
    let subject = result.row(&comparison.subject);
    let said = match comparison.relative_cost_at_equal_service {
        Some(cost) => comparable(comparison, cost),
        None => not_comparable(result, comparison, subject),
    };
    let missed = subject.and_then(|row| missed_objective(result, row)).unwrap_or_default();
    format!("{said}{missed}.")
}

fn comparable(comparison: &Comparison, cost: f64) -> String {
    let name = &comparison.subject;
    let size = percent(cost.abs());
    match comparison.verdict {
        Verdict::Better => {
            format!("{name} costs {size} less than HPA at equal service{}", agreement(comparison, "cheaper"))
        }
        Verdict::Worse => {
            let days = agreement(comparison, "dearer");
            format!("{name} is worse: it costs {size} more than HPA at equal service{days}")
        }
        Verdict::NoDifference => {
            let range = comparison.cost_range().map(|range| format!("; {}", range_text(&range)));
            format!(
                "No difference: {name} costs about as much as HPA at equal service ({}{})",
                signed_percent(cost),
                range.unwrap_or_default()
            )
        }
        Verdict::Mixed | Verdict::NotComparable => {
            let other = comparison.relative_cost_at_equal_slow_requests.map_or_else(
                || "HPA’s front does not reach its share of slow requests".to_owned(),
                |cost| format!("{} at an equal share of slow requests", signed_percent(cost)),
            );
            format!(
                "Mixed: {name} against HPA costs {} at an equal share of bad minutes, but {other}",
                signed_percent(cost)
            )
        }
    }
}

fn not_comparable(
    result: &EvaluationResult,
    comparison: &Comparison,
    subject: Option<&AutoscalerResult>,
) -> String {
    let bad = subject.map_or(0.0, |row| row.slow_minute_ratio);
    let shares =
        || result.autoscalers.iter().filter(|row| row.is_hpa_front()).map(|row| row.slow_minute_ratio);
    let why = if shares().count() == 0 {
        "no HPA took part".to_owned()
    } else if shares().all(|share| share > bad) {
        format!("it serves better than every HPA tried reaches, with {} bad minutes", percent(bad))
    } else if shares().all(|share| share < bad) {
        format!("it serves worse than every HPA tried, with {} bad minutes", percent(bad))
    } else {
        format!("even the cheapest HPA tried serves better than its {} bad minutes", percent(bad))
    };
    format!("{} is not comparable: {why}", comparison.subject)
}

/// The interval, or on how many days the sign was that of the whole.
fn agreement(comparison: &Comparison, word: &str) -> String {
    let (Some(spread), Some(range)) = (comparison.equal_service_spread, comparison.cost_range()) else {
        return String::new();
    };
    match (range.level, spread.days_reached, spread.days) {
        (Some(_), _, _) => format!(" ({})", range_text(&range)),
        (None, 1, 1) => ", on one day".to_owned(),
        (None, reached, days) if reached == days => format!(", {word} on {}", all_days(days)),
        (None, reached, days) => {
            format!(", {word} on each of the {reached} of {days} days that can be compared")
        }
    }
}

/// `both days`, `all 5 days`.
pub(super) fn all_days(days: u32) -> String {
    match days {
        1 => "the one day".to_owned(),
        2 => "both days".to_owned(),
        days => format!("all {days} days"),
    }
}

fn missed_objective(result: &EvaluationResult, row: &AutoscalerResult) -> Option<String> {
    let allowed = result.objective.bad_minutes;
    (row.slow_minute_ratio > allowed).then(|| {
        format!(
            ", but misses the objective: {} bad minutes, {} allowed",
            percent(row.slow_minute_ratio),
            round_percent(allowed)
        )
    })
}

/// `95 % interval −9.1 % to −7.0 %`, or the range by day.
pub(super) fn range_text(range: &CostRange) -> String {
    let source =
        range.level.map_or_else(|| "by day".to_owned(), |level| format!("{} interval", round_percent(level)));
    format!("{source} {} to {}", signed_percent(range.low), signed_percent(range.high))
}
