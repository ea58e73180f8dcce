//! The scoreboard: cached, paired, and unable to flatter.

use std::fs;

use podpilot_lab::comparison::{ALL_LOADS, CaseChoice, CompareRequest, Perturbation};
use podpilot_lab::request::{AgentKind, Split, Unobserved};
use podpilot_lab::result::{Against, RowKind, ScoreVerdict, Scoreboard, Standing};
use podpilot_lab::tuning::TuneRequest;
use podpilot_lab::{compare, tune};

use crate::fixture::{Folder, minutes, named, rate_rps};

fn request(folder: &Folder, autoscalers: &[&str]) -> CompareRequest {
    CompareRequest {
        title: "test".to_owned(),
        cases: vec![CaseChoice {
            name: "small".to_owned(),
            load: folder.load(),
            group: ALL_LOADS.to_owned(),
            perturbed: true,
            policies: Vec::new(),
            tuned: Vec::new(),
        }],
        autoscalers: autoscalers.iter().map(|name| named(name)).collect(),
        tuned: Vec::new(),
        policies: Vec::new(),
        perturbations: Vec::new(),
        days: 3,
        noise_seeds: 2,
        seed: 11,
        out: None,
        cache: Some(folder.path("cells")),
    }
}

fn run(request: &CompareRequest) -> Scoreboard {
    compare(request, &mut Unobserved).unwrap()
}

#[test]
fn another_autoscaler_does_not_run_the_rest_again() {
    let folder = Folder::new();
    let first = run(&request(&folder, &["hpa"]));
    assert_eq!(first.simulated_days, first.days_in_all);
    let again = run(&request(&folder, &["hpa"]));
    assert_eq!(again.simulated_days, 0.0);
    assert_eq!((&again.cases, &again.comparisons), (&first.cases, &first.comparisons));
    let more = run(&request(&folder, &["hpa", "fixed-6"]));
    let days = f64::from(first.cases[0].days * first.cases[0].noise_seeds);
    assert_eq!(more.simulated_days, days, "the new one alone");
    let other_seed = CompareRequest { seed: 12, ..request(&folder, &["hpa"]) };
    assert!(run(&other_seed).simulated_days > 0.0);
}

#[test]
fn a_lower_cost_at_looser_service_is_no_saving() {
    let folder = Folder::new();
    // Many pods, always: nothing is cheaper at its service.
    let board = run(&request(&folder, &["fixed-30"]));
    let one = board.comparisons.iter().find(|one| one.rival == "fixed-30").unwrap();
    assert_eq!((one.standing, one.relative_cost), (Standing::Looser, None));
    assert_eq!(one.verdict, ScoreVerdict::LooserService);
    assert!(board.pooled.iter().all(|one| one.rival != "fixed-30"));
    assert!(board.labels.iter().any(|label| label.contains("count as no saving")), "{:?}", board.labels);
}

#[test]
fn few_days_claim_no_interval() {
    let folder = Folder::new();
    let board = run(&request(&folder, &["fixed-2"]));
    assert!(board.comparisons.iter().all(|one| one.interval.is_none() && one.p.is_none()));
    assert!(board.labels.iter().any(|label| label.contains("Fewer than 10 distinct days: small")));
}

#[test]
fn a_policy_that_was_trained_on_the_test_part_is_refused() {
    let folder = Folder::new();
    let mut training = folder.train_request(AgentKind::Dqn, 2_000, "run");
    training.load.split = Some(Split::Train(0.8));
    podpilot_lab::train(&training, &mut Unobserved).unwrap();
    let policies = vec![folder.path("run/policy.safetensors")];
    let error = compare(&CompareRequest { policies, ..request(&folder, &["hpa"]) }, &mut Unobserved);
    let error = error.unwrap_err();
    assert!(error.is_bad_input() && error.to_string().contains("choose a later --split"), "{error}");
}

#[test]
fn the_scale_does_not_know_the_test_part() {
    let folder = Folder::new();
    let factor = |board: &Scoreboard| board.cases[0].provenance.scale_factor.unwrap();
    let before = factor(&run(&request(&folder, &["fixed-6"])));
    let rows = minutes().map(|minute| {
        let louder = if minute < 360 { 1.0 } else { 3.0 };
        format!("{},{}\n", minute * 60, rate_rps(minute) * louder)
    });
    folder.write("load.csv", &std::iter::once("t_seconds,rps\n".to_owned()).chain(rows).collect::<String>());
    assert_eq!(factor(&run(&request(&folder, &["fixed-6"]))), before);
}

#[test]
fn tuned_fronts_agents_and_perturbations_come_together_and_nobody_beats_the_bound() {
    let folder = Folder::new();
    let tuning = TuneRequest {
        load: folder.load(),
        autoscaler: "hpa".to_owned(),
        configurations: Some(20),
        seed: 1,
        out: folder.path("tune"),
    };
    tune(&tuning, &mut Unobserved).unwrap();
    folder.train(AgentKind::Ppo, 2_000, "agent");
    let asked = CompareRequest {
        tuned: vec![folder.path("tune/tuned.json")],
        policies: vec![folder.path("agent/policy.safetensors")],
        perturbations: vec![Perturbation::StartUpX3, Perturbation::ScaleX0_3],
        out: Some(folder.path("report")),
        ..request(&folder, &["hpa", "knative", "feedforward", "static-peak"])
    };
    let board = run(&asked);
    let names: Vec<&str> = board.cases.iter().map(|case| case.name.as_str()).collect();
    assert_eq!(names, ["small", "small, start-up-x3", "small, scale-x0.3"]);
    let plain = &board.cases[0];
    assert!(plain.rows.iter().any(|row| row.kind == RowKind::Agent && row.family == "ppo"));
    assert!(plain.family("hpa", RowKind::Tuned).count() > 1 && plain.tuning[0].configurations == 20);
    for row in &plain.rows {
        assert!(row.cost_per_day >= row.least_cost_per_day.unwrap(), "{}", row.name);
    }
    let against = |case: &str| {
        let of =
            board.comparisons.iter().filter(move |one| one.case == case && one.against == Against::Tuned);
        of.map(|one| (one.subject.as_str(), one.rival.as_str())).collect::<Vec<_>>()
    };
    assert_eq!(against("small"), [("ppo", "hpa"), ("quantile", "hpa")]);
    assert_eq!(against("small, start-up-x3"), [("ppo", "hpa"), ("quantile", "hpa")]);
    assert_eq!(board.added_by_learning.len(), 1);
    let written: Scoreboard =
        serde_json::from_slice(&fs::read(folder.path("report/scoreboard.json")).unwrap()).unwrap();
    assert_eq!(written.comparisons, board.comparisons);
    let html = fs::read_to_string(folder.path("report/scoreboard.html")).unwrap();
    assert!(html.contains("<svg") && !html.contains("http://") && !html.contains("src="), "self-contained");
    let cells = fs::read_to_string(folder.path("report/cells.csv")).unwrap();
    assert_eq!(cells.lines().count() as f64, board.days_in_all + 1.0);
}
