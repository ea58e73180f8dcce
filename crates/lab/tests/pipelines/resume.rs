//! An interrupted run that is resumed ends as one that never stopped, bit for bit.

use podpilot_lab::request::{
    AgentKind, Experience, Observer, Progress, ResumeRequest, Stage, TrainRequest, Unobserved,
};
use podpilot_lab::{LabError, TrainedRun, resume, train};

use crate::fixture::{Folder, bytes};

/// Stops as soon as a stage has come so far.
struct StopAt {
    stage: Stage,
    done: u64,
    reached: bool,
}

impl StopAt {
    fn new(stage: Stage, done: u64) -> Self {
        Self { stage, done, reached: false }
    }
}

impl Observer for StopAt {
    fn progress(&mut self, progress: &Progress) {
        self.reached |= progress.stage == self.stage && progress.done >= self.done;
    }

    fn note(&mut self, _line: &str) {}

    fn should_stop(&self) -> bool {
        self.reached
    }
}

/// The steps that an interrupted run reports as done.
fn steps_when_stopped(outcome: Result<TrainedRun, LabError>, folder: &Folder, out: &str) -> u64 {
    match outcome {
        Err(LabError::Interrupted { run_directory, done, .. }) => {
            assert_eq!(run_directory, Some(folder.path(out)));
            done
        }
        other => unreachable!("the run was to be interrupted, but: {other:?}"),
    }
}

fn assert_same_run(folder: &Folder, whole: &str, parted: &str) {
    for name in ["policy.safetensors", "metrics.jsonl", "result.json", "report.html", "scenario.yaml"] {
        let (whole, parted) = (bytes(&folder.path(whole), name), bytes(&folder.path(parted), name));
        assert!(!whole.is_empty() && whole == parted, "{name} differs");
    }
    assert!(!folder.path(parted).join("checkpoint.bin").exists(), "a finished run needs no checkpoint");
}

fn interrupted_twice(agent: AgentKind, experience: Experience, timesteps: u64, stops: [u64; 2]) {
    let folder = Folder::new();
    let request = |out: &str| TrainRequest { experience, ..folder.train_request(agent, timesteps, out) };
    train(&request("whole"), &mut Unobserved).unwrap();
    let mut first = StopAt::new(Stage::Training, stops[0]);
    let request = request("parted");
    let done = steps_when_stopped(train(&request, &mut first), &folder, "parted");
    assert!(done >= stops[0] && done < stops[1], "stopped after {done}");
    assert!(
        !folder.path("parted/result.json").exists() && !folder.path("parted/policy.safetensors").exists()
    );
    let again = ResumeRequest { run_directory: folder.path("parted") };
    let mut second = StopAt::new(Stage::Training, stops[1]);
    let done = steps_when_stopped(resume(&again, &mut second), &folder, "parted");
    assert!(done >= stops[1] && done < timesteps, "stopped after {done}");
    let run = resume(&again, &mut StopAt::new(Stage::Training, u64::MAX)).unwrap();
    assert_eq!(run.run_directory, folder.path("parted"));
    assert_same_run(&folder, "whole", "parted");
}

#[test]
fn hybrid_resumes_bit_for_bit() {
    // The first stop lies within the second of eight rounds, the second within the sixth.
    interrupted_twice(AgentKind::Hybrid, Experience::Counterfactual, 4_000, [720, 2_700]);
}

#[test]
fn ppo_on_a_single_path_resumes_bit_for_bit() {
    // The second stop lies behind the first regular checkpoint.
    interrupted_twice(AgentKind::Ppo, Experience::SinglePath, 26_000, [5_000, 21_000]);
}

#[test]
fn dqn_on_a_single_path_resumes_bit_for_bit() {
    // The first stop lies before learning starts, the second after it.
    interrupted_twice(AgentKind::Dqn, Experience::SinglePath, 5_000, [1_000, 3_000]);
}

#[test]
fn an_interrupted_evaluation_is_repeated_without_training_again() {
    let folder = Folder::new();
    folder.train(AgentKind::Ppo, 1_000, "whole");
    let request = folder.train_request(AgentKind::Ppo, 1_000, "parted");
    steps_when_stopped(train(&request, &mut StopAt::new(Stage::Evaluating, 3)), &folder, "parted");
    let metrics = bytes(&folder.path("parted"), "metrics.jsonl");
    let again = ResumeRequest { run_directory: folder.path("parted") };
    let mut no_more_training = StopAt::new(Stage::Training, 0);
    resume(&again, &mut no_more_training).unwrap();
    assert_eq!(bytes(&folder.path("parted"), "metrics.jsonl"), metrics);
    assert_same_run(&folder, "whole", "parted");
}

#[test]
fn a_finished_run_is_not_resumed() {
    let folder = Folder::new();
    folder.train(AgentKind::Ppo, 1_000, "run");
    let before = bytes(&folder.path("run"), "result.json");
    let again = ResumeRequest { run_directory: folder.path("run") };
    let error = resume(&again, &mut StopAt::new(Stage::Training, 0)).unwrap_err();
    assert!(error.is_bad_input() && error.to_string().contains("finished"), "{error}");
    assert_eq!(bytes(&folder.path("run"), "result.json"), before);
}

#[test]
fn a_damaged_checkpoint_is_refused_by_name() {
    let folder = Folder::new();
    let request = folder.train_request(AgentKind::Ppo, 2_000, "run");
    steps_when_stopped(train(&request, &mut StopAt::new(Stage::Training, 1)), &folder, "run");
    let whole = bytes(&folder.path("run"), "checkpoint.bin");
    let again = ResumeRequest { run_directory: folder.path("run") };
    for kept in [0, 10, whole.len() / 2, whole.len() - 1] {
        std::fs::write(folder.path("run/checkpoint.bin"), &whole[..kept]).unwrap();
        let error = resume(&again, &mut StopAt::new(Stage::Training, u64::MAX)).unwrap_err();
        assert!(error.is_bad_input() && error.to_string().contains("checkpoint.bin"), "{kept}: {error}");
    }
    std::fs::write(folder.path("run/checkpoint.bin"), &whole).unwrap();
    resume(&again, &mut StopAt::new(Stage::Training, u64::MAX)).unwrap();
}
