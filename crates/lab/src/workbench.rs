//! A scenario made ready to work with: tables built, load read and split, capacity known.

mod description;
mod identity;
mod validation;

use std::path::Path;
use std::sync::Arc;

use podpilot_autoscalers::HpaControllerConfig;
use podpilot_controller::CapacityCurve;
use podpilot_core::{ReplicaBounds, Span};
use podpilot_random::Seed;
use podpilot_service_model::{Inverse, LatencyTables};
use podpilot_simulator::{PreparedScenario, Scenario};
use podpilot_traffic::{Arrivals, LoadSeries, LoadSource, LoadSpec, TraceLoad, sha256_hex};

pub(crate) use self::identity::{load_sha256, scenario_sha256};
use crate::LabError;
use crate::evaluation::EPISODE_LENGTH;
use crate::request::{LoadChoice, Observer};
use crate::result::{self, PolicyProvenance, Provenance};
use crate::scenario_file::{LoadedScenario, load_scenario};

/// Time between decisions of every autoscaler.
pub(crate) const DECISION_PERIOD: Span = Span::seconds(15);

/// Training and evaluation scale a trace so that the P95 rate of its train part needs this many pods, unless told
/// otherwise: enough for fractions of pods not to matter, few enough for one node.
const PEAK_REPLICAS: f64 = 20.0;

/// What a trace is multiplied by when neither the scenario nor the caller says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum DefaultScale {
    /// As recorded: the caller asks about a load of his own.
    AsRecorded,
    /// To a size worth learning on.
    PeakReplicas,
}

/// A scenario made ready.
#[derive(Debug)]
pub(crate) struct Workbench {
    pub(crate) prepared: Arc<PreparedScenario>,
    /// What 1, 2, … pods carry within the objective.
    pub(crate) capacity: CapacityCurve,
    pub(crate) train: Arc<LoadSeries>,
    pub(crate) test: Arc<LoadSeries>,
    /// Train and test part in one: runs on the test part start inside it, so that the time of day and the past hold.
    pub(crate) whole: Arc<LoadSeries>,
    pub(crate) sources: Vec<LoadSource>,
    pub(crate) scale_factor: Option<f64>,
    /// The scenario as the caller named it: a file, or a scenario that comes with podpilot.
    pub(crate) source: String,
    /// The scenario file's folder, where relative paths in it start.
    pub(crate) folder: Option<std::path::PathBuf>,
    smoothing_s: Option<f64>,
}

impl Workbench {
    /// Reads the scenario and its load, to learn or report on its two parts. Generated load is drawn from `seed`.
    pub(crate) fn open(
        choice: &LoadChoice,
        default_scale: DefaultScale,
        seed: Seed,
        observer: &mut dyn Observer,
    ) -> Result<Self, LabError> {
        let bench = Self::read(choice, default_scale, None, seed)?;
        description::tell_parts(&bench, observer);
        Ok(bench)
    }

    /// As [`Workbench::open`] for a run over the whole load as recorded, with the replica bounds of the caller's
    /// manifests if there are any.
    pub(crate) fn open_whole(
        choice: &LoadChoice,
        bounds: Option<ReplicaBounds>,
        seed: Seed,
        observer: &mut dyn Observer,
    ) -> Result<Self, LabError> {
        let bench = Self::read(choice, DefaultScale::AsRecorded, bounds, seed)?;
        description::tell_whole(&bench, bounds, observer);
        Ok(bench)
    }

    fn read(
        choice: &LoadChoice,
        default_scale: DefaultScale,
        bounds: Option<ReplicaBounds>,
        seed: Seed,
    ) -> Result<Self, LabError> {
        let LoadedScenario { mut scenario, folder } = load_scenario(&choice.scenario)?;
        if let Some(ReplicaBounds { min, max }) = bounds {
            scenario.cluster.min_replicas = min as u32;
            scenario.cluster.max_replicas = max as u32;
        }
        let file = choice.scenario.clone();
        choose_load(&mut scenario, choice, default_scale)?;
        let failed = |error: &dyn std::fmt::Display| LabError::BadInput(format!("{file}: {error}"));
        let prepared = PreparedScenario::new(&scenario).map_err(|error| failed(&error))?;
        let capacity = capacity_curve(&scenario, prepared.tables())?;
        let base = match (&choice.trace, &folder) {
            (None, Some(folder)) => folder.clone(),
            _ => std::path::PathBuf::new(),
        };
        let peak = peak_replicas(&scenario.load);
        let rps_per_pod = capacity.rate_for(peak.ceil() as i32) / peak.ceil();
        let load = scenario.load.load(&base, rps_per_pod, seed.named("load")).map_err(LabError::bad_input)?;
        let is_trace = matches!(scenario.load, LoadSpec::Trace(_));
        Ok(Self {
            prepared,
            capacity,
            whole: Arc::new(load.whole()),
            train: Arc::new(load.train),
            test: Arc::new(load.test),
            sources: load.sources,
            scale_factor: is_trace.then_some(load.scale_factor),
            source: choice.scenario.clone(),
            folder,
            smoothing_s: load.smoothing_s,
        })
    }

    /// The scenario.
    pub(crate) fn scenario(&self) -> &Scenario {
        self.prepared.scenario()
    }

    /// What every HPA runs with: the defaults of kube-controller-manager.
    pub(crate) fn hpa_config() -> HpaControllerConfig {
        HpaControllerConfig::default()
    }

    /// Where the train part ends, on the recording's axis counted from its start.
    pub(crate) fn trained_until(&self) -> Span {
        let (start, end) = self.train.recorded_range();
        end - start
    }

    /// Distinct days of the test part.
    pub(crate) fn test_days(&self) -> u32 {
        self.test.evaluation_windows(EPISODE_LENGTH).len() as u32
    }

    /// Pods that the train part needs on average: the unit of cost in rewards.
    pub(crate) fn reference_pods(&self) -> f64 {
        self.capacity.pods_for(self.train.mean()).max(1.0)
    }

    /// A path of the scenario file, made relative to its folder.
    pub(crate) fn resolve(&self, path: &Path) -> std::path::PathBuf {
        self.folder.as_deref().map_or_else(|| path.to_owned(), |folder| folder.join(path))
    }

    /// Where numbers made on this bench come from.
    pub(crate) fn provenance(
        &self,
        seed: u64,
        policies: Vec<PolicyProvenance>,
    ) -> Result<Provenance, LabError> {
        let scenario =
            serde_json::to_vec(self.scenario()).map_err(|error| LabError::Failed(error.to_string()))?;
        let hours = |load: &LoadSeries| load.duration().as_seconds() / 3_600.0;
        let sources = self.sources.iter().map(|source| result::LoadSource {
            name: source.name.clone(),
            sha256: self.scale_factor.is_some().then(|| source.sha256.clone()),
        });
        Ok(Provenance {
            podpilot_version: env!("CARGO_PKG_VERSION").to_owned(),
            seed,
            sources: sources.collect(),
            scale_factor: self.scale_factor,
            train_hours: hours(&self.train),
            test_hours: hours(&self.test),
            arrivals: arrivals_name(self.scenario()),
            fidelity: "fast".to_owned(),
            scenario_sha256: sha256_hex(&scenario),
            policies,
        })
    }
}

fn choose_load(
    scenario: &mut Scenario,
    choice: &LoadChoice,
    default_scale: DefaultScale,
) -> Result<(), LabError> {
    let split = choice.split;
    if let Some(trace) = &choice.trace {
        let arrivals = match &scenario.load {
            LoadSpec::Generated(load) => load.arrivals,
            LoadSpec::Trace(load) => load.arrivals,
        };
        scenario.load = LoadSpec::Trace(TraceLoad { arrivals, ..TraceLoad::of(trace) });
    }
    match &mut scenario.load {
        LoadSpec::Generated(load) => {
            if choice.peak_replicas.is_some() {
                return Err(LabError::BadInput(format!(
                    "--peak-replicas scales a trace, but the load of scenario {} is generated: give --trace, or \
                     change `load` in the scenario",
                    choice.scenario
                )));
            }
            load.split = split.unwrap_or(load.split);
        }
        LoadSpec::Trace(load) => {
            load.split = split.or(load.split);
            let unscaled = load.peak_replicas.is_none() && load.scale.is_none();
            let wanted = choice.peak_replicas.or_else(|| {
                (unscaled && default_scale == DefaultScale::PeakReplicas).then_some(PEAK_REPLICAS)
            });
            if wanted.is_some() {
                load.peak_replicas = wanted;
                load.scale = None;
            }
        }
    }
    scenario.load.validate().map_err(LabError::bad_input)
}

fn peak_replicas(load: &LoadSpec) -> f64 {
    match load {
        LoadSpec::Trace(TraceLoad { peak_replicas: Some(peak), .. }) => peak.max(1.0),
        _ => PEAK_REPLICAS,
    }
}

fn capacity_curve(scenario: &Scenario, tables: &LatencyTables) -> Result<CapacityCurve, LabError> {
    let max = scenario.cluster.max_replicas;
    let inverse = Inverse::new(tables, &scenario.pod, &scenario.objective, max);
    CapacityCurve::from_inverse(&inverse, max as i32).map_err(LabError::bad_input)
}

fn arrivals_name(scenario: &Scenario) -> String {
    let arrivals = match &scenario.load {
        LoadSpec::Generated(load) => load.arrivals,
        LoadSpec::Trace(load) => load.arrivals,
    };
    match arrivals {
        Arrivals::Poisson => "poisson".to_owned(),
        Arrivals::Smooth => "smooth".to_owned(),
        Arrivals::Overdispersed { cv, correlation_s } => {
            format!("overdispersed, cv {cv} over {correlation_s} s")
        }
    }
}
