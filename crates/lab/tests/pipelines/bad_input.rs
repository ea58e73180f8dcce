//! Input that proves wrong late leaves nothing behind; the binary's own tests have the rest.

use podpilot_lab::request::{AgentKind, Unobserved};
use podpilot_lab::{evaluate, train};

use crate::fixture::{Folder, following, manifest, named};

#[test]
fn a_load_too_short_to_learn_from_leaves_no_run_directory() {
    let folder = Folder::new();
    folder.write("short.csv", "t_seconds,rps\n0,50\n15,60\n30,50\n45,50\n");
    let mut request = folder.train_request(AgentKind::Ppo, 1_000, "runs/mine");
    request.load = folder.trace("short.csv");
    let error = train(&request, &mut Unobserved).unwrap_err();
    assert!(error.is_bad_input() && error.to_string().contains("too short"), "{error}");
    assert!(!folder.path("runs").exists());
}

#[test]
fn a_run_never_overwrites_files() {
    let folder = Folder::new();
    let scenario = folder.write("scenario.yaml", "the user's own");
    let mut request = folder.train_request(AgentKind::Ppo, 1_000, ".");
    let error = train(&request, &mut Unobserved).unwrap_err();
    assert!(error.is_bad_input() && error.to_string().contains("scenario.yaml"), "{error}");
    assert_eq!(std::fs::read_to_string(scenario).unwrap(), "the user's own");
    request.out = folder.path("run");
    train(&request, &mut Unobserved).unwrap();
    let error = train(&request, &mut Unobserved).unwrap_err();
    assert!(error.is_bad_input() && error.to_string().contains("--resume"), "{error}");
}

#[test]
fn autoscalers_of_one_name_are_refused() {
    let folder = Folder::new();
    let path = folder.write(
        "hpa.yaml",
        &manifest(
            "{type: Resource, resource: {name: cpu, target: {type: Utilization, averageUtilization: 60}}}",
        ),
    );
    let mut request = folder.evaluate_request(&[], 1);
    request.autoscalers = vec![named("hpa"), following("hpa", &path)];
    let error = evaluate(&request, &mut Unobserved).unwrap_err();
    assert!(
        error.is_bad_input() && error.to_string().contains("two autoscalers are called `hpa`"),
        "{error}"
    );
    request.autoscalers = vec![following("hpa-70", &path)];
    let error = evaluate(&request, &mut Unobserved).unwrap_err();
    assert!(error.is_bad_input() && error.to_string().contains("takes no manifest"), "{error}");
}
