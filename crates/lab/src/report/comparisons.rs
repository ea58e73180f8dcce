use super::{
    headline,
    html::{Html, escape},
};
use crate::{
    number::{signed_percent, signed_points},
    result::{Comparison, Difference, EvaluationResult, Verdict},
};

/// Every learned row against the cheapest HPA at no looser service, and the agent against its clone.
pub(super) fn table(result: &EvaluationResult) -> String {
    let mut html = Html::default();
    html.raw(r#"<div class="scroll"><table><thead><tr><th>Judged</th><th class="word">Against</th><th class="word">Verdict</th><th>Cost</th><th>Range</th><th title="against HPA’s front read between targets at exactly the same share of bad minutes">Cost at equal service</th><th>Bad minutes</th></tr></thead><tbody>"#);
    for comparison in result.against_hpa.iter().chain(&result.against_clone) {
        html.raw(&row(comparison));
    }
    html.raw("</tbody></table></div>");
    if let Some(comparison) = &result.against_clone {
        html.add(format_args!("<p>{}</p>", escape(&headline::rl_sentence(comparison))));
    }
    html.finish()
}

fn row(comparison: &Comparison) -> String {
    let (class, word) = verdict(comparison.verdict);
    let number = |text: Option<String>| text.unwrap_or_else(|| "–".to_owned());
    let difference = comparison.difference.as_ref();
    format!(
        r#"<tr class="lead"><th scope="row">{}</th><td class="word">{}</td><td class="word {class}">{word}</td><td>{}</td><td>{}</td><td>{}</td><td>{}</td></tr>"#,
        escape(&comparison.subject),
        escape(comparison.rival.as_deref().unwrap_or("no HPA serves as well")),
        number(difference.map(|difference| signed_percent(difference.relative_cost))),
        number(difference.and_then(range)),
        number(comparison.relative_cost_at_equal_service.map(signed_percent)),
        number(difference.map(|difference| signed_points(difference.slow_minute_ratio))),
    )
}

fn range(difference: &Difference) -> Option<String> {
    let (low, high, source) = match (difference.intervals, difference.relative_cost_by_day) {
        (Some(both), _) => (both.relative_cost.low, both.relative_cost.high, "interval"),
        (None, Some((low, high))) => (low, high, "by day"),
        (None, None) => return None,
    };
    Some(format!("{} … {} <small>{source}</small>", signed_percent(low), signed_percent(high)))
}

fn verdict(verdict: Verdict) -> (&'static str, &'static str) {
    match verdict {
        Verdict::Better => ("kept", "better"),
        Verdict::NoDifference => ("neutral", "no difference"),
        Verdict::Worse => ("missed", "worse"),
        Verdict::Mixed => ("neutral", "cheaper or better, not both"),
        Verdict::NotComparable => ("neutral", "not comparable"),
    }
}
