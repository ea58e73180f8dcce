//! Searches can be stopped and resumed, and their fronts are used only where they belong.

use podpilot_lab::request::{LoadChoice, Observer, Progress, Split, Unobserved};
use podpilot_lab::tuning::{TuneRequest, TunedFront};
use podpilot_lab::{evaluate, resume_tuning, tune};

use crate::fixture::{Folder, following};

fn request(folder: &Folder, load: LoadChoice, out: &str) -> TuneRequest {
    TuneRequest {
        load,
        autoscaler: "hpa".to_owned(),
        configurations: Some(30),
        seed: 3,
        out: folder.path(out),
    }
}

/// Stops after some progress.
struct StopsAfter(u64);

impl Observer for StopsAfter {
    fn progress(&mut self, _progress: &Progress) {
        self.0 = self.0.saturating_sub(1);
    }

    fn note(&mut self, _line: &str) {}

    fn should_stop(&self) -> bool {
        self.0 == 0
    }
}

#[test]
fn an_interrupted_search_ends_at_the_same_front() {
    let folder = Folder::new();
    let whole = tune(&request(&folder, folder.load(), "whole"), &mut Unobserved).unwrap();
    let stopped = request(&folder, folder.load(), "stopped");
    let error = tune(&stopped, &mut StopsAfter(11)).unwrap_err();
    assert!(error.to_string().contains("of 18 configurations"), "{error}");
    assert!(!stopped.out.join("tuned.json").exists());
    let resumed = resume_tuning(&stopped.out, &mut Unobserved).unwrap();
    assert_eq!(resumed, whole);
    assert_eq!(TunedFront::read(&stopped.out.join("tuned.json")).unwrap(), whole);
    assert_eq!(whole.budget.configurations, 30);
}

#[test]
fn a_front_falls_in_cost_as_service_loosens() {
    let folder = Folder::new();
    let tuned = tune(&request(&folder, folder.load(), "run"), &mut Unobserved).unwrap();
    assert!(tuned.front.len() > 1);
    for pair in tuned.front.windows(2) {
        assert!(pair[0].cost_per_day > pair[1].cost_per_day, "{pair:?}");
        assert!(pair[0].slow_minute_ratio < pair[1].slow_minute_ratio, "{pair:?}");
    }
}

#[test]
fn a_front_is_refused_on_load_that_it_was_tuned_on() {
    let folder = Folder::new();
    let later = LoadChoice { split: Some(Split::Train(0.8)), ..folder.load() };
    tune(&request(&folder, later, "run"), &mut Unobserved).unwrap();
    let mut evaluation = folder.evaluate_request(&[], 1);
    evaluation.autoscalers = vec![following("hpa-tuned", &folder.path("run/tuned.json"))];
    let error = evaluate(&evaluation, &mut Unobserved).unwrap_err();
    assert!(error.is_bad_input() && error.to_string().contains("choose a later --split"), "{error}");
}

#[test]
fn a_front_of_another_scale_is_refused() {
    let folder = Folder::new();
    let larger = LoadChoice { peak_replicas: Some(9.0), ..folder.load() };
    tune(&request(&folder, larger, "run"), &mut Unobserved).unwrap();
    let mut evaluation = folder.evaluate_request(&[], 1);
    evaluation.autoscalers = vec![following("hpa-tuned", &folder.path("run/tuned.json"))];
    let error = evaluate(&evaluation, &mut Unobserved).unwrap_err().to_string();
    assert!(error.contains("another load, scale"), "{error}");
}

#[test]
fn an_evaluation_shows_every_point_of_a_front() {
    let folder = Folder::new();
    let tuned = tune(&request(&folder, folder.load(), "run"), &mut Unobserved).unwrap();
    let mut evaluation = folder.evaluate_request(&[], 1);
    evaluation.autoscalers = vec![following("mine", &folder.path("run/tuned.json"))];
    let result = evaluate(&evaluation, &mut Unobserved).unwrap();
    let points = result.autoscalers.iter().filter(|row| row.name.starts_with("mine~")).count();
    assert_eq!(points, tuned.front.len());
}
