//! The report as a reader gets it. The pages are left in the test directory to be looked at.

use std::{collections::BTreeSet, fs, path::Path};

use podpilot_lab::{
    report::{evaluation_report, simulation_report},
    result::Verdict,
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

#[test]
fn headline_follows_the_verdict() {
    let claims: BTreeSet<String> = [Verdict::Better, Verdict::NoDifference, Verdict::Worse]
        .map(|verdict| {
            let mut result = sample::evaluation(14);
            result.against_hpa[0].verdict = verdict;
            let html = evaluation_report(&result);
            let start = html.find("<h1>").unwrap() + 4;
            html[start..start + html[start..].find("</h1>").unwrap()].to_owned()
        })
        .into_iter()
        .collect();
    assert_eq!(claims.len(), 3, "{claims:?}");
    assert!(claims.iter().any(|claim| claim.starts_with("No difference")), "{claims:?}");
    assert!(claims.iter().any(|claim| claim.contains("is worse")), "{claims:?}");
}

#[test]
fn no_rival_means_not_comparable() {
    let mut result = sample::evaluation(14);
    let comparison = &mut result.against_hpa[0];
    (comparison.rival, comparison.difference, comparison.verdict) = (None, None, Verdict::NotComparable);
    let html = evaluation_report(&result);
    assert!(html.contains("<h1>ppo is not comparable: no HPA target kept bad minutes as low"));
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
