use super::{
    html::{Html, escape},
    reinforcement,
};
use crate::{
    number::{signed_percent, signed_points},
    result::{Comparison, CostRange, EvaluationResult, Verdict},
};

/// Every learned row against HPA at equal service and against the cheapest target at no looser service, and the agent
/// against its clone.
pub(super) fn table(result: &EvaluationResult) -> String {
    let mut html = Html::default();
    html.raw(r#"<div class="scroll"><table><thead><tr><th>Judged</th><th class="word">Verdict</th><th title="against HPA’s front read between targets at exactly the same share of bad minutes">Cost at equal bad minutes</th><th title="of the cost that the verdict rests on, over days">Range</th><th title="against HPA’s front read between targets at exactly the same share of slow requests">Cost at equal slow requests</th><th class="word">Against</th><th>Cost</th><th>Bad minutes</th><th>Slow requests</th></tr></thead><tbody>"#);
    for comparison in result.against_hpa.iter().chain(&result.against_clone) {
        html.raw(&row(result, comparison));
    }
    html.raw("</tbody></table></div>");
    if let Some(sentence) = reinforcement::sentence(result) {
        html.add(format_args!("<p>{}</p>", escape(&sentence)));
    }
    html.finish()
}

fn row(result: &EvaluationResult, comparison: &Comparison) -> String {
    let (class, word) = verdict(comparison.verdict);
    let number = |text: Option<String>| text.unwrap_or_else(|| "–".to_owned());
    let difference = comparison.difference.as_ref();
    let rival = comparison.rival.as_ref().and_then(|name| result.row(name));
    let slow_requests = result
        .row(&comparison.subject)
        .zip(rival)
        .map(|(own, rival)| signed_points(own.slow_request_ratio - rival.slow_request_ratio));
    format!(
        r#"<tr class="lead"><th scope="row">{}</th><td class="word {class}">{word}</td><td>{}</td><td>{}</td><td>{}</td><td class="word">{}</td><td>{}</td><td>{}</td><td>{}</td></tr>"#,
        escape(&comparison.subject),
        number(comparison.relative_cost_at_equal_service.map(signed_percent)),
        number(comparison.cost_range().as_ref().map(range)),
        number(comparison.relative_cost_at_equal_slow_requests.map(signed_percent)),
        escape(comparison.rival.as_deref().unwrap_or("no HPA serves as well")),
        number(difference.map(|difference| signed_percent(difference.relative_cost))),
        number(difference.map(|difference| signed_points(difference.slow_minute_ratio))),
        number(slow_requests),
    )
}

fn range(range: &CostRange) -> String {
    let source = if range.level.is_some() { "interval" } else { "by day" };
    format!("{} … {} <small>{source}</small>", signed_percent(range.low), signed_percent(range.high))
}

fn verdict(verdict: Verdict) -> (&'static str, &'static str) {
    match verdict {
        Verdict::Better => ("kept", "better"),
        Verdict::NoDifference => ("neutral", "no difference"),
        Verdict::Worse => ("missed", "worse"),
        Verdict::Mixed => ("neutral", "mixed"),
        Verdict::NotComparable => ("neutral", "not comparable"),
    }
}
