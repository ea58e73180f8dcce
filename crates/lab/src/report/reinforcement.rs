//! What RL added to the policy it started from.

use super::claim::{all_days, range_text};
use crate::{
    number::{signed_percent, signed_points},
    result::{Comparison, DAYS_FOR_AN_INTERVAL, Difference, EvaluationResult, Verdict},
};

/// The agent against its clone at zero steps; `None` where no clone took part. One run knows one training seed, and
/// few days allow no more than to count them.
pub(super) fn sentence(result: &EvaluationResult) -> Option<String> {
    let comparison = result.against_clone.as_ref()?;
    let Some(difference) = &comparison.difference else {
        return Some("The clone did not run, so what RL added is not known.".to_owned());
    };
    let range = comparison.cost_range().filter(|range| range.low < range.high);
    Some(format!(
        "With one training seed, {}: against its clone at zero steps, cost {}{}, bad minutes {}{}.",
        judgement(comparison, difference, result.distinct_days),
        signed_percent(difference.relative_cost),
        range.map(|range| format!(" ({})", range_text(&range))).unwrap_or_default(),
        signed_points(difference.slow_minute_ratio),
        slow_requests(result, comparison),
    ))
}

fn judgement(comparison: &Comparison, difference: &Difference, distinct_days: u32) -> String {
    let counted = distinct_days < DAYS_FOR_AN_INTERVAL;
    let days = all_days(distinct_days);
    let cheaper = difference.relative_cost_by_day.is_some_and(|(_, high)| high < 0.0);
    let dearer = difference.relative_cost_by_day.is_some_and(|(low, _)| low > 0.0);
    let name = &comparison.subject;
    match comparison.verdict {
        Verdict::Better if counted && cheaper => format!("{name} was cheaper on {days}"),
        Verdict::Better if counted => format!("{name} had fewer bad minutes on {days}"),
        Verdict::Worse if counted && dearer => format!("{name} was dearer on {days}"),
        Verdict::Worse if counted => format!("{name} had more bad minutes on {days}"),
        Verdict::Better => "RL made the policy better".to_owned(),
        Verdict::Worse => "RL made the policy worse".to_owned(),
        Verdict::Mixed => "RL traded cost for service".to_owned(),
        Verdict::NoDifference | Verdict::NotComparable => {
            "RL added nothing that can be told from noise".to_owned()
        }
    }
}

fn slow_requests(result: &EvaluationResult, comparison: &Comparison) -> String {
    let rival = comparison.rival.as_ref().and_then(|name| result.row(name));
    match (result.row(&comparison.subject), rival) {
        (Some(own), Some(rival)) => {
            format!(", slow requests {}", signed_points(own.slow_request_ratio - rival.slow_request_ratio))
        }
        _ => String::new(),
    }
}
