//! A temporary folder with a small load, and requests on it.

use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

use podpilot_lab::request::{
    AgentKind, AutoscalerChoice, EvaluateRequest, Experience, LoadChoice, SimulateRequest, TrainRequest,
    Unobserved,
};
use podpilot_lab::result::{EvaluationResult, SimulationResult};
use podpilot_lab::{TrainedRun, evaluate, simulate, train};
use tempfile::TempDir;

/// Ten hours, a row a minute: six hours train, four hours test.
const MINUTES: u32 = 600;

/// A folder that goes with the test.
pub(crate) struct Folder(TempDir);

impl Folder {
    pub(crate) fn new() -> Self {
        let folder = Self(tempfile::tempdir().unwrap());
        folder.write("load.csv", &load_csv());
        folder
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    pub(crate) fn write(&self, name: &str, content: &str) -> PathBuf {
        let path = self.path(name);
        fs::write(&path, content).unwrap();
        path
    }

    /// The small load, scaled to a few pods.
    pub(crate) fn load(&self) -> LoadChoice {
        LoadChoice { peak_replicas: Some(6.0), ..self.trace("load.csv") }
    }

    /// A trace of this folder as it was recorded.
    pub(crate) fn trace(&self, name: &str) -> LoadChoice {
        LoadChoice {
            scenario: "default".to_owned(),
            trace: Some(self.path(name)),
            split: None,
            peak_replicas: None,
        }
    }

    pub(crate) fn train_request(&self, agent: AgentKind, timesteps: u64, out: &str) -> TrainRequest {
        TrainRequest {
            load: self.load(),
            agent,
            experience: Experience::Counterfactual,
            learner: None,
            timesteps,
            episodes: 1,
            seed: 11,
            out: self.path(out),
        }
    }

    pub(crate) fn train(&self, agent: AgentKind, timesteps: u64, out: &str) -> TrainedRun {
        train(&self.train_request(agent, timesteps, out), &mut Unobserved).unwrap()
    }

    pub(crate) fn evaluate_request(&self, policies: &[PathBuf], episodes: u32) -> EvaluateRequest {
        EvaluateRequest {
            load: self.load(),
            policies: policies.to_vec(),
            autoscalers: Vec::new(),
            bad_minutes: Vec::new(),
            episodes,
            seed: 11,
            out: None,
        }
    }

    pub(crate) fn evaluate(&self, policies: &[PathBuf], episodes: u32) -> EvaluationResult {
        evaluate(&self.evaluate_request(policies, episodes), &mut Unobserved).unwrap()
    }

    pub(crate) fn simulate_request(
        &self,
        trace: &str,
        autoscalers: Vec<AutoscalerChoice>,
    ) -> SimulateRequest {
        SimulateRequest {
            load: self.trace(trace),
            policies: Vec::new(),
            autoscalers,
            duration: None,
            seed: 11,
            out: None,
        }
    }

    pub(crate) fn simulate(&self, trace: &str, autoscalers: Vec<AutoscalerChoice>) -> SimulationResult {
        simulate(&self.simulate_request(trace, autoscalers), &mut Unobserved).unwrap()
    }
}

/// Requests per second in a minute: two waves a day and short bursts.
pub(crate) fn rate_rps(minute: u32) -> f64 {
    let wave = 60.0 + 40.0 * libm::sin(f64::from(minute) * 0.021);
    let burst = if minute % 97 < 6 { 60.0 } else { 0.0 };
    (wave + burst).round()
}

pub(crate) fn minutes() -> impl Iterator<Item = u32> {
    0..MINUTES
}

fn load_csv() -> String {
    let mut text = "t_seconds,rps\n".to_owned();
    for minute in minutes() {
        writeln!(text, "{},{}", minute * 60, rate_rps(minute)).unwrap();
    }
    text
}

/// An autoscaler by its name.
pub(crate) fn named(name: &str) -> AutoscalerChoice {
    AutoscalerChoice { name: name.to_owned(), manifest: None }
}

/// An HPA that follows a manifest.
pub(crate) fn following(name: &str, manifest: &Path) -> AutoscalerChoice {
    AutoscalerChoice { name: name.to_owned(), manifest: Some(manifest.to_owned()) }
}

/// An `autoscaling/v2` manifest with these metrics, each an element of the YAML list.
pub(crate) fn manifest(metrics: &str) -> String {
    format!(
        "apiVersion: autoscaling/v2\nkind: HorizontalPodAutoscaler\nmetadata: {{name: web}}\nspec:\n  \
         scaleTargetRef: {{apiVersion: apps/v1, kind: Deployment, name: web}}\n  minReplicas: 2\n  maxReplicas: 12\n  \
         metrics: [{metrics}]\n"
    )
}

/// The content of a file in a run directory.
pub(crate) fn bytes(run: &Path, name: &str) -> Vec<u8> {
    fs::read(run.join(name)).unwrap()
}
