//! Evaluations are sane, complete and repeatable.

use podpilot_core::Reason;
use podpilot_lab::request::AgentKind;
use podpilot_lab::result::{AutoscalerResult, EvaluationResult, Role};
use serde_json::Value;

use crate::fixture::{Folder, bytes, following, manifest};

#[test]
fn a_saved_policy_evaluates_to_the_numbers_of_its_training() {
    let folder = Folder::new();
    for agent in AgentKind::ALL {
        let trained = folder.train(agent, 1_000, agent.name());
        let evaluated = folder.evaluate(&[trained.run_directory.join("policy.safetensors")], 1);
        for name in [agent.name(), "quantile", "hpa-50", "hpa-80"] {
            let row = trained.result.row(name);
            assert!(row.is_some() && evaluated.row(name) == row, "{agent}: row {name} differs");
        }
    }
}

#[test]
fn what_a_run_returns_is_what_it_wrote() {
    let folder = Folder::new();
    let run = folder.train(AgentKind::Ppo, 1_000, "run");
    let written: EvaluationResult =
        serde_json::from_slice(&bytes(&run.run_directory, "result.json")).unwrap();
    assert_eq!(written, run.result);
}

#[test]
fn result_json_has_every_promised_field() {
    let folder = Folder::new();
    let run = folder.train(AgentKind::Dqn, 1_000, "run");
    let json: Value = serde_json::from_slice(&bytes(&run.run_directory, "result.json")).unwrap();
    assert_eq!(json["schema"], "podpilot/result/v1");
    assert_eq!(json["scenario"], "default");
    assert_eq!(json["episodes"], 1);
    assert_eq!(json["distinct_days"], 1);
    let rows = json["autoscalers"].as_array().unwrap();
    let names: Vec<_> = rows.iter().filter_map(|row| row["name"].as_str()).collect();
    assert_eq!(names[..3], ["dqn", "clone", "quantile"]);
    for target in (20..=95).step_by(5) {
        assert!(names.contains(&format!("hpa-{target}").as_str()), "hpa-{target} is missing in {names:?}");
    }
    let numbers = [
        "pod_hours",
        "cost",
        "slow_request_ratio",
        "slow_minute_ratio",
        "failed_request_ratio",
        "cpu_over_minute_ratio",
        "memory_over_minute_ratio",
        "mean_replicas",
        "mean_cpu_utilization",
        "scale_events_per_hour",
    ];
    for row in rows {
        for field in numbers {
            assert!(row[field].as_f64().is_some_and(f64::is_finite), "{}: {field}", row["name"]);
        }
        for quantile in ["p50", "p95", "p99"] {
            assert!(row["latency_ms"][quantile].as_f64().is_some_and(|ms| ms > 0.0), "{quantile}");
        }
    }
}

fn assert_consistent(row: &AutoscalerResult) {
    let name = &row.name;
    assert!((row.cost - row.pod_hours * 0.02).abs() < 1e-9 * row.cost, "{name}: cost at 0.02 a pod-hour");
    // Pods that drain count as pod-hours but no more as replicas.
    assert!(row.pod_hours >= row.mean_replicas * row.hours - 0.1, "{name}: pod-hours below replicas");
    assert!(row.failed_request_ratio <= row.slow_request_ratio, "{name}: a failed request is a slow one");
    assert!(row.latency_ms.p50 <= row.latency_ms.p95 && row.latency_ms.p95 <= row.latency_ms.p99, "{name}");
    let minutes: u64 = row.days.iter().map(|day| day.minutes).sum();
    let bad: u64 = row.days.iter().map(|day| day.bad_minutes).sum();
    assert!(
        (row.slow_minute_ratio - bad as f64 / minutes as f64).abs() < 1e-12,
        "{name}: days do not add up"
    );
}

#[test]
fn lower_targets_run_more_pods_and_rows_add_up() {
    let folder = Folder::new();
    let result = folder.evaluate(&[], 3);
    let front: Vec<_> =
        (20..=95).step_by(5).map(|target| result.row(&format!("hpa-{target}")).unwrap()).collect();
    for pair in front.windows(2) {
        assert!(pair[0].mean_replicas > pair[1].mean_replicas, "{} against {}", pair[0].name, pair[1].name);
    }
    let pods = |name: &str| result.row(name).unwrap().mean_replicas;
    assert!(pods("hpa-50") > 1.3 * pods("hpa-80"), "{} and {}", pods("hpa-50"), pods("hpa-80"));
    for row in &result.autoscalers {
        assert_consistent(row);
        assert_eq!(row.requests, result.autoscalers[0].requests, "all meet the same arrivals");
    }
}

#[test]
fn an_agent_that_is_not_admitted_leaves_the_decisions_to_quantile_and_says_so() {
    let folder = Folder::new();
    let mut verdicts = Vec::new();
    for agent in AgentKind::ALL {
        let run = folder.train(agent, 500, agent.name());
        let admission = run.result.training.as_ref().and_then(|training| training.admission).unwrap();
        let refused = run.run_directory.join("refused.safetensors");
        let policy = inspected(&run.run_directory.join("policy.safetensors"));
        let html = String::from_utf8(bytes(&run.run_directory, "report.html")).unwrap();
        assert_eq!(refused.exists(), !admission.admitted, "{agent}");
        assert_eq!(policy("trained agent"), agent.name());
        assert_eq!(policy("admission"), serde_json::to_string(&admission).unwrap());
        assert!(html.contains(&admission.sentence(agent.name())), "{agent}");
        let row = |name: &str| run.result.row(name).unwrap();
        if !admission.admitted {
            assert_eq!(policy("agent"), agent.name());
            assert_eq!(row(agent.name()).cost, row("quantile").cost);
            assert!(row("refused").cost > 0.0);
        }
        assert!(run.result.row("alone").is_some() && run.result.row("still").is_some());
        verdicts.push(admission.admitted);
    }
    assert!(verdicts.contains(&false), "nobody was refused: the test shows nothing");
}

#[test]
fn one_policy_keeps_other_limits_without_being_trained_again() {
    let folder = Folder::new();
    let run = folder.train(AgentKind::Hybrid, 1_000, "run");
    let mut request = folder.evaluate_request(&[run.run_directory.join("policy.safetensors")], 6);
    request.bad_minutes = vec![0.0005, 0.005, 0.05];
    let result = podpilot_lab::evaluate(&request, &mut podpilot_lab::request::Unobserved).unwrap();
    let row = |name: &str| result.row(name).unwrap();
    for who in ["hybrid", "quantile"] {
        let at = |limit: &str| row(&format!("{who} at {limit} %"));
        assert_eq!(at("0.5").cost, row(who).cost, "the objective's own limit");
        let (strict, loose) = (at("0.05"), at("5"));
        assert!(strict.cost > 1.05 * row(who).cost && loose.cost < 0.97 * row(who).cost, "{who}");
        assert!(strict.slow_minute_ratio < loose.slow_minute_ratio, "{who}");
    }
}

/// The entries of a policy file by name.
fn inspected(path: &std::path::Path) -> impl Fn(&str) -> String + use<> {
    let found = podpilot_lab::inspect(path).unwrap();
    move |name| found.entries.iter().find(|entry| entry.0 == name).unwrap().1.clone()
}

#[test]
fn the_decisions_of_the_agent_follow_the_load() {
    let folder = Folder::new();
    for agent in AgentKind::ALL {
        let run = folder.train(agent, 1_000, agent.name());
        let row = run.result.row(agent.name()).unwrap();
        assert!(row.scale_events_per_hour > 1.0, "{agent}: {} changes an hour", row.scale_events_per_hour);
        let timeline = run.result.timeline.unwrap();
        let track = timeline.tracks.iter().find(|track| track.role == Role::Agent).unwrap();
        let mean_ready_where = |busy: bool| {
            let mean_rps = timeline.load_rps.iter().sum::<f64>() / timeline.load_rps.len() as f64;
            let steps =
                timeline.load_rps.iter().zip(&track.ready).filter(|(rps, _)| (**rps > mean_rps) == busy);
            let ready: Vec<f64> = steps.map(|(_, ready)| f64::from(*ready)).collect();
            ready.iter().sum::<f64>() / ready.len() as f64
        };
        assert!(
            mean_ready_where(true) > 1.3 * mean_ready_where(false),
            "{agent}: pods do not follow the load"
        );
    }
}

#[test]
fn the_agent_chooses_between_its_actions() {
    let folder = Folder::new();
    for agent in AgentKind::ALL {
        let run = folder.train(agent, 8_000, agent.name());
        let mut request = folder.simulate_request("load.csv", Vec::new());
        let refused = run.run_directory.join("refused.safetensors");
        let admitted = run.run_directory.join("policy.safetensors");
        request.policies = vec![if refused.exists() { refused } else { admitted }];
        let result = podpilot_lab::simulate(&request, &mut podpilot_lab::request::Unobserved).unwrap();
        let mut chosen: Vec<String> = result
            .events
            .iter()
            .flat_map(|event| &event.reasons)
            .filter_map(|reason| match reason {
                Reason::Residual { multiplier, hold_s } => Some(format!("x{multiplier}, {hold_s} s")),
                _ => None,
            })
            .collect();
        chosen.sort_unstable();
        chosen.dedup();
        assert!(chosen.len() > 1, "{agent} knows one action only: {chosen:?}");
    }
}

#[test]
fn a_manifest_with_named_metrics_is_evaluated_on_them() {
    let folder = Folder::new();
    let metric = |value: u32| {
        manifest(&format!(
            "{{type: Pods, pods: {{metric: {{name: requests_per_second}}, target: {{type: AverageValue, averageValue: '{value}'}}}}}}"
        ))
    };
    let mut request = folder.evaluate_request(&[], 1);
    request.autoscalers = vec![
        following("few-requests", &folder.write("few.yaml", &metric(15))),
        following("many-requests", &folder.write("many.yaml", &metric(40))),
    ];
    let result = podpilot_lab::evaluate(&request, &mut podpilot_lab::request::Unobserved).unwrap();
    let row = |name: &str| result.row(name).unwrap();
    assert!(row("few-requests").mean_replicas > 1.5 * row("many-requests").mean_replicas);
    assert!(row("many-requests").scale_events_per_hour > 0.5, "an HPA without its metric would stand still");
}

#[test]
fn report_fetches_nothing() {
    let folder = Folder::new();
    let run = folder.train(AgentKind::Ppo, 1_000, "run");
    let html = String::from_utf8(bytes(&run.run_directory, "report.html")).unwrap();
    let without_names = html.replace("http://www.w3.org/2000/svg", "");
    for outside in ["http://", "https://", "src=", "<link", "@import", "url("] {
        assert!(!without_names.contains(outside), "the page reaches outside: {outside}");
    }
    for part in ["ppo", "clone", "quantile", "hpa-20", "hpa-95", "200 ms", "<svg"] {
        assert!(html.contains(part), "{part} is missing");
    }
}
