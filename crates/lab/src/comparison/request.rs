use std::path::PathBuf;

use podpilot_simulator::Perturbation;

use crate::request::{AutoscalerChoice, LoadChoice};

/// Compare autoscalers on several loads.
#[derive(Debug, Clone, PartialEq)]
pub struct CompareRequest {
    /// What the scoreboard is called.
    pub title: String,
    /// The loads.
    pub cases: Vec<CaseChoice>,
    /// Rivals with their defaults, and other autoscalers by name or manifest. `quantile` is always there.
    pub autoscalers: Vec<AutoscalerChoice>,
    /// Tuned fronts; each is used on the cases that it was tuned for.
    pub tuned: Vec<PathBuf>,
    /// Trained policies; each is used on the loads that it was trained on, with a single case on that.
    pub policies: Vec<PathBuf>,
    /// Perturbations under which every case is played again.
    pub perturbations: Vec<Perturbation>,
    /// Distinct days of the test part at most.
    pub days: u32,
    /// Noise seeds on each day.
    pub noise_seeds: u32,
    /// Root seed.
    pub seed: u64,
    /// Where to write the reports and raw cells; `None` writes nothing.
    pub out: Option<PathBuf>,
    /// Where measured cells are kept; `None` keeps none.
    pub cache: Option<PathBuf>,
}

/// One load on one scenario.
#[derive(Debug, Clone, PartialEq)]
pub struct CaseChoice {
    /// Name in tables.
    pub name: String,
    /// Service and load.
    pub load: LoadChoice,
    /// Cases of one group are pooled to one headline: the same loads on another service are another group.
    pub group: String,
    /// Whether the perturbations are played on it.
    pub perturbed: bool,
    /// Trained policies for this case.
    pub policies: Vec<PathBuf>,
    /// Tuned fronts for this case.
    pub tuned: Vec<PathBuf>,
}
