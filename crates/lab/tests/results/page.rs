//! The report as a reader gets it. The pages are left in the test directory to be looked at.

use std::{fs, path::Path};

use podpilot_lab::{
    report::{
        evaluation_report,
        headline::{caution, of_evaluation},
        simulation_report,
    },
    result::{EqualServiceSpread, EvaluationResult, Interval, Verdict},
};

use crate::sample;

fn keep(name: &str, html: &str) {
    fs::write(Path::new(env!("CARGO_TARGET_TMPDIR")).join(name), html).unwrap();
}

/// Every element that must be closed is closed, in order.
fn assert_balanced(html: &str) {
    let void = ["meta", "input", "line", "rect", "path", "!doctype"];
    let mut open: Vec<&str> = Vec::new();
    let mut rest = html;
    while let Some(start) = rest.find('<') {
        rest = &rest[start + 1..];
        let end = rest.find('>').unwrap();
        let tag = &rest[..end];
        rest = &rest[end + 1..];
        let name = tag.trim_start_matches('/').split([' ', '\n', '/']).next().unwrap();
        if tag.starts_with('/') {
            assert_eq!(open.pop(), Some(name), "</{name}> closes something else");
        } else if !void.contains(&name) {
            open.push(name);
        }
        if name == "style" || (name == "script" && !tag.starts_with('/')) {
            let close = rest.find(&format!("</{name}>"));
            rest = close.map_or(rest, |at| &rest[at..]);
        }
    }
    assert!(open.is_empty(), "left open: {open:?}");
}

fn assert_self_contained(html: &str) {
    for outside in ["http:", "https:", "src=", "@import", "url(", "<link"] {
        assert!(!html.contains(outside), "the page reaches outside: {outside}");
    }
}

#[test]
fn evaluation_page_is_well_formed_and_self_contained() {
    let result = sample::evaluation(14);
    let html = evaluation_report(&result);
    keep("evaluation.html", &html);
    assert_balanced(&html);
    assert_self_contained(&html);
    for row in &result.autoscalers {
        assert!(html.contains(&format!("</i>{}</th>", row.name)), "{} is missing from the table", row.name);
    }
    assert!(!html.contains("Caution"), "fourteen days need no caution");
    assert!(!html.contains("NaN") && !html.contains("inf"), "a number got lost");
}

#[test]
fn under_ten_days_the_page_says_so() {
    let html = evaluation_report(&sample::evaluation(5));
    keep("evaluation-few-days.html", &html);
    assert!(html.contains("Caution: only 5 distinct days of load; under 10 no interval is claimed"));
}

fn claim(result: &EvaluationResult) -> String {
    of_evaluation(result).claim
}

/// An evaluation whose agent keeps the objective, judged as given.
fn judged(days: u32, verdict: Verdict, cost: Option<f64>) -> EvaluationResult {
    let mut result = sample::evaluation(days);
    result.autoscalers[0].slow_minute_ratio = 0.004;
    let comparison = &mut result.against_hpa[0];
    (comparison.verdict, comparison.relative_cost_at_equal_service) = (verdict, cost);
    comparison.relative_cost_at_equal_slow_requests = cost.map(|cost| cost + 0.01);
    comparison.equal_service_spread =
        Some(EqualServiceSpread { days, days_reached: days, by_day: Some((-0.09, -0.02)), interval: None });
    result
}

#[test]
fn claim_follows_the_verdict_and_gives_the_cost_at_equal_service() {
    assert_eq!(
        claim(&judged(4, Verdict::Better, Some(-0.05))),
        "ppo costs 5.0 % less than HPA at equal service, cheaper on all 4 days."
    );
    assert_eq!(
        claim(&judged(4, Verdict::Worse, Some(0.026))),
        "ppo is worse: it costs 2.6 % more than HPA at equal service, dearer on all 4 days."
    );
    assert_eq!(
        claim(&judged(4, Verdict::NoDifference, Some(-0.03))),
        "No difference: ppo costs about as much as HPA at equal service (−3.0 %; by day −9.0 % to −2.0 %)."
    );
    assert_eq!(
        claim(&judged(4, Verdict::Mixed, Some(-0.005))),
        "Mixed: ppo against HPA costs −0.50 % at an equal share of bad minutes, but +0.50 % at an equal share of slow \
         requests."
    );
}

#[test]
fn claim_gives_the_interval_or_counts_the_days_that_can_be_compared() {
    let mut result = judged(14, Verdict::Better, Some(-0.05));
    let spread = result.against_hpa[0].equal_service_spread.as_mut().unwrap();
    spread.days_reached = 12;
    assert!(claim(&result).contains("cheaper on each of the 12 of 14 days that can be compared"));
    let spread = result.against_hpa[0].equal_service_spread.as_mut().unwrap();
    spread.interval = Some(Interval { low: -0.07, high: -0.03, level: 0.95 });
    let told = of_evaluation(&result);
    assert!(told.claim.contains("(95 % interval −7.0 % to −3.0 %)"), "{}", told.claim);
    let support = told.support.join(" ");
    assert_eq!(support.matches("HPA at any CPU target with default behaviour").count(), 1, "{support}");
    assert!(support.contains("cost −5.0 % at an equal share of bad minutes (95 % interval"), "{support}");
    assert!(support.contains("cost −4.0 % at an equal share of slow requests"), "{support}");
}

#[test]
fn a_missed_objective_is_part_of_the_claim() {
    let mut result = judged(4, Verdict::Better, Some(-0.05));
    result.autoscalers[0].slow_minute_ratio = 0.0061;
    assert!(
        claim(&result).ends_with(", but misses the objective: 0.61 % bad minutes, 0.5 % allowed."),
        "{}",
        claim(&result)
    );
}

#[test]
fn out_of_reach_is_not_comparable_in_either_direction() {
    let mut result = judged(4, Verdict::NotComparable, None);
    result.autoscalers[0].slow_minute_ratio = 0.0;
    for row in result.autoscalers.iter_mut().filter(|row| row.is_hpa_front()) {
        row.slow_minute_ratio += 1e-4;
    }
    assert!(
        claim(&result).starts_with("ppo is not comparable: it serves better than every HPA tried reaches")
    );
    result.autoscalers[0].slow_minute_ratio = 0.9;
    assert!(
        claim(&result).starts_with("ppo is not comparable: it serves worse than every HPA tried, with 90")
    );
    let html = evaluation_report(&result);
    assert!(html.contains("<h1>ppo is not comparable"));
    assert!(html.contains("its share of bad minutes is out of reach"));
}

fn about_rl(days: u32, verdict: Verdict, cost_by_day: (f64, f64)) -> String {
    let mut result = sample::evaluation(days);
    let comparison = result.against_clone.as_mut().unwrap();
    comparison.verdict = verdict;
    comparison.difference.as_mut().unwrap().relative_cost_by_day = Some(cost_by_day);
    let support = of_evaluation(&result).support;
    support.into_iter().find(|sentence| sentence.contains("clone at zero steps")).unwrap()
}

#[test]
fn rl_is_judged_with_its_seed_and_days_are_only_counted_when_few() {
    let cases = [
        (4, Verdict::Better, (-0.03, -0.01), "With one training seed, ppo was cheaper on all 4 days: "),
        (
            4,
            Verdict::Better,
            (-0.03, 0.01),
            "With one training seed, ppo had fewer bad minutes on all 4 days: ",
        ),
        (2, Verdict::Better, (-0.03, -0.01), "With one training seed, ppo was cheaper on both days: "),
        (
            4,
            Verdict::Worse,
            (-0.003, -0.001),
            "With one training seed, ppo had more bad minutes on all 4 days: ",
        ),
        (1, Verdict::Worse, (0.01, 0.01), "With one training seed, ppo was dearer on the one day: "),
        (14, Verdict::Better, (-0.03, -0.01), "With one training seed, RL made the policy better: "),
        (14, Verdict::Worse, (0.01, 0.03), "With one training seed, RL made the policy worse: "),
        (4, Verdict::NoDifference, (-0.1, 0.1), "With one training seed, RL added nothing"),
    ];
    for (days, verdict, cost_by_day, start) in cases {
        let sentence = about_rl(days, verdict, cost_by_day);
        assert!(sentence.starts_with(start), "{sentence}");
        assert!(sentence.contains("slow requests"), "{sentence}");
    }
}

#[test]
fn episodes_shorter_than_a_day_call_for_caution() {
    let mut result = sample::evaluation(14);
    assert_eq!(caution(&result), None);
    result.episode_hours = 4.0;
    assert_eq!(caution(&result).unwrap(), "Caution: episodes of 4.0 h, not a day.");
    assert!(evaluation_report(&result).contains("episodes of 4.0 h, not a day"));
}

#[test]
fn the_price_is_named_with_the_cost_and_among_the_facts() {
    for html in [evaluation_report(&sample::evaluation(4)), simulation_report(&sample::simulation())] {
        assert!(html.contains("Cost at 0.02 a pod-hour."));
        assert!(html.contains("<dt>Price</dt><dd>0.02 a pod-hour</dd>"));
    }
}

#[test]
fn every_plot_scrolls_within_its_section() {
    let html = evaluation_report(&sample::evaluation(4));
    assert_eq!(html.matches("<svg").count(), 3);
    assert_eq!(html.matches(r#"<div class="scroll"><svg"#).count(), 3);
}

#[test]
fn simulation_page_tells_why_each_scaling_happened() {
    let result = sample::simulation();
    let html = simulation_report(&result);
    keep("simulation.html", &html);
    assert_balanced(&html);
    assert_self_contained(&html);
    let event = &result.events[0];
    assert!(html.contains(&format!("{} → {}", event.from, event.to)));
    assert!(html.contains(&event.why));
}

#[test]
fn hostile_names_stay_text() {
    let mut result = sample::simulation();
    let hostile = "</script><script>alert(1)</script>";
    result.autoscalers[0].name = hostile.to_owned();
    result.timeline.tracks[0].name = hostile.to_owned();
    let html = simulation_report(&result);
    assert_balanced(&html);
    assert!(!html.contains("<script>alert"));
}

#[test]
fn an_empty_result_still_makes_a_page() {
    let mut result = sample::evaluation(14);
    result.autoscalers.clear();
    result.against_hpa.clear();
    result.against_clone = None;
    result.timeline = None;
    result.training = None;
    let html = evaluation_report(&result);
    assert_balanced(&html);
    assert!(html.contains("No autoscaler was evaluated."));
    assert!(!html.contains("NaN") && !html.contains("inf"), "a number got lost");
}
