//! Which rows of an evaluation fit a terminal: whoever is judged, HPA's default, and the part of HPA's front that the
//! judgement rests on.

use podpilot_lab::result::{AutoscalerResult, EvaluationResult, Role, efficient_front};

const DEFAULT_TARGET_PERCENT: u32 = 80;

/// Points of the front to each side of the rival.
const NEIGHBOURS: usize = 1;

/// The rows to show, in the order of the result.
pub(super) fn shortlist(result: &EvaluationResult) -> Vec<&AutoscalerResult> {
    let front = near_the_rival(result);
    let default = Role::Hpa { target_percent: DEFAULT_TARGET_PERCENT };
    let shown = |row: &&AutoscalerResult| {
        !row.is_hpa_front() || row.role == default || front.contains(&row.name.as_str())
    };
    result.autoscalers.iter().filter(shown).collect()
}

/// The rival of the first judgement and its neighbours on HPA's efficient front; the strictest points of the front
/// where no HPA serves as well.
fn near_the_rival(result: &EvaluationResult) -> Vec<&str> {
    let front = efficient_front(&result.autoscalers);
    let rival = result.against_hpa.first().and_then(|comparison| comparison.rival.as_deref());
    let at = rival.and_then(|rival| front.iter().position(|row| row.name == rival)).unwrap_or(0);
    let near = front.iter().skip(at.saturating_sub(NEIGHBOURS)).take(2 * NEIGHBOURS + 1);
    near.map(|row| row.name.as_str()).collect()
}
