//! Who is evaluated.

use std::sync::Arc;

use podpilot_autoscalers::names::{self, NameError};
use podpilot_autoscalers::{Hpa, HpaManifest};
use podpilot_controller::Controller;
use podpilot_core::{Autoscaler, MetricKey, Sample};
use podpilot_random::Seed;
use podpilot_simulator::{Fidelity, Simulation, UnknownMetric};

use crate::request::AutoscalerChoice;
use crate::result::Role;
use crate::workbench::Workbench;
use crate::{LabError, manifest_file};

/// HPA's front: CPU targets in per cent of the request.
const HPA_TARGETS_PERCENT: std::ops::RangeInclusive<u32> = 20..=95;
const HPA_TARGET_STEP: usize = 5;

/// Where the limit is above the request, a target beyond 100 % makes sense, and a rival tuned with care would have it:
/// the front goes on in coarser steps up to this share of the limit.
const HIGHEST_TARGET_OF_LIMIT: f64 = 0.95;
const TARGET_STEP_BEYOND_REQUEST: usize = 10;

/// Makes an autoscaler that has decided nothing yet.
enum Maker {
    Named(Box<dyn Fn() -> Box<dyn Autoscaler> + Send + Sync>),
    Hpa(Box<Hpa>),
    Controller(Box<Controller>),
}

/// An autoscaler under evaluation.
pub(crate) struct Contender {
    pub(crate) name: String,
    pub(crate) role: Role,
    /// Named metrics that it reads.
    pub(crate) metrics: Vec<MetricKey>,
    /// What its reasons call its metrics, in its order.
    pub(crate) metric_names: Vec<String>,
    make: Maker,
}

impl std::fmt::Debug for Contender {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter
            .debug_struct("Contender")
            .field("name", &self.name)
            .field("role", &self.role)
            .finish_non_exhaustive()
    }
}

impl Contender {
    /// A controller in the state that it is in now.
    pub(crate) fn controller(name: &str, role: Role, controller: Controller) -> Self {
        Self {
            name: name.to_owned(),
            role,
            metrics: Vec::new(),
            metric_names: Vec::new(),
            make: Maker::Controller(Box::new(controller)),
        }
    }

    /// One point of HPA's front.
    pub(crate) fn hpa(target_percent: u32, bench: &Workbench) -> Result<Self, LabError> {
        let choice = AutoscalerChoice { name: format!("hpa-{target_percent}"), manifest: None };
        Self::named(&choice, Role::Hpa { target_percent }, bench)
    }

    /// All of HPA's front.
    pub(crate) fn hpa_front(bench: &Workbench) -> Result<Vec<Self>, LabError> {
        let pod = &bench.scenario().pod;
        let limit_of_request =
            pod.cpu_limit_m.map_or(1.0, |limit| f64::from(limit) / f64::from(pod.cpu_request_m));
        let highest = (100.0 * HIGHEST_TARGET_OF_LIMIT * limit_of_request) as u32;
        let within_request = HPA_TARGETS_PERCENT.step_by(HPA_TARGET_STEP);
        let beyond_request = (110..=highest).step_by(TARGET_STEP_BEYOND_REQUEST);
        within_request.chain(beyond_request).map(|target| Self::hpa(target, bench)).collect()
    }

    /// An autoscaler by name, with the user's manifest if there is one.
    pub(crate) fn named(choice: &AutoscalerChoice, role: Role, bench: &Workbench) -> Result<Self, LabError> {
        match &choice.manifest {
            None => Self::by_name(&choice.name, role, bench),
            Some(path) => {
                let manifest = manifest_file::read_hpa(path)?;
                Self::following(&choice.name, role, &manifest, &path.display().to_string(), bench)
            }
        }
    }

    /// The autoscaler that the scenario's service has today.
    pub(crate) fn baseline(bench: &Workbench) -> Result<Self, LabError> {
        const NAME: &str = "hpa";
        let Some(baseline) = &bench.scenario().baseline else {
            return Self::by_name(NAME, Role::Other, bench);
        };
        let field = format!("{}: baseline.hpa", bench.source);
        let manifest = match bench.folder {
            None => manifest_file::bundled_baseline(),
            Some(_) => manifest_file::read_hpa(&bench.resolve(&baseline.hpa)),
        };
        let manifest = manifest.map_err(|error| LabError::BadInput(format!("{field}: {error}")))?;
        Self::following(NAME, Role::Other, &manifest, &field, bench)
    }

    /// One of the autoscalers that need no manifest.
    fn by_name(name: &str, role: Role, bench: &Workbench) -> Result<Self, LabError> {
        let bounds = bench.scenario().bounds();
        let owned = name.to_owned();
        let resolve = move || names::resolve(&owned, None, bounds, Workbench::hpa_config());
        // Checked once here, so that making another cannot fail.
        resolve().map_err(LabError::bad_input)?;
        #[expect(clippy::expect_used, reason = "the same call succeeded just before")]
        let make = Maker::Named(Box::new(move || resolve().expect("checked above")));
        // Without a manifest an HPA follows CPU; a fixed count gives no metric as its reason.
        let metric_names = vec!["cpu".to_owned()];
        Ok(Self { name: name.to_owned(), role, metrics: Vec::new(), metric_names, make })
    }

    /// An HPA under the user's own name; `file` is where errors in the manifest lie.
    fn following(
        name: &str,
        role: Role,
        manifest: &HpaManifest,
        file: &str,
        bench: &Workbench,
    ) -> Result<Self, LabError> {
        let config = Workbench::hpa_config();
        // A name that says what the autoscaler does must not do something else.
        let resolved = names::resolve(name, Some(manifest), bench.scenario().bounds(), config);
        if let Err(error @ NameError::NoManifest { .. }) = resolved {
            return Err(LabError::bad_input(error));
        }
        let located = |error: &dyn std::fmt::Display| LabError::BadInput(format!("{file}: {error}"));
        let hpa = Hpa::new(name, manifest, config).map_err(|error| located(&error))?;
        let metrics: Vec<_> = hpa.named_metrics().cloned().collect();
        check_metrics(&metrics, bench).map_err(|error| located(&error))?;
        let metric_names = manifest.metric_names();
        Ok(Self { name: name.to_owned(), role, metrics, metric_names, make: Maker::Hpa(Box::new(hpa)) })
    }

    /// An autoscaler that has decided nothing yet. Learned controllers recall the load's past as a monitoring system
    /// would give it; the rivals keep no history of the load.
    pub(crate) fn fresh(&self, history: impl Iterator<Item = Sample<f64>>) -> Box<dyn Autoscaler> {
        match &self.make {
            Maker::Named(make) => make(),
            Maker::Hpa(hpa) => hpa.clone(),
            Maker::Controller(controller) => {
                let mut controller = controller.clone();
                controller.recall(history);
                controller
            }
        }
    }
}

/// Whether the simulator can measure what an HPA asks for.
fn check_metrics(metrics: &[MetricKey], bench: &Workbench) -> Result<(), UnknownMetric> {
    if metrics.is_empty() {
        return Ok(());
    }
    let mut simulation = Simulation::of(&bench.prepared, Fidelity::Fast, Arc::clone(&bench.whole), Seed(0));
    metrics.iter().try_for_each(|key| simulation.provide_metric(key.clone()))
}

/// Rows and events are told apart by name.
pub(crate) fn refuse_equal_names(contenders: &[Contender]) -> Result<(), LabError> {
    let twice = contenders
        .iter()
        .enumerate()
        .find(|(index, contender)| contenders[..*index].iter().any(|earlier| earlier.name == contender.name));
    match twice {
        None => Ok(()),
        Some((_, contender)) => Err(LabError::BadInput(format!(
            "two autoscalers are called `{}`; give one a name of its own, such as --autoscaler mine=my-hpa.yaml",
            contender.name
        ))),
    }
}
