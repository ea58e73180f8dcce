//! Who is evaluated.

use std::sync::Arc;

use podpilot_autoscalers::{Built, RivalManifest, ServiceFacts, names};
use podpilot_controller::Controller;
use podpilot_core::{Autoscaler, MetricKey, Sample, Span};
use podpilot_random::Seed;
use podpilot_service_model::Inverse;
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
    Rival(Box<dyn Fn() -> Box<dyn Autoscaler> + Send + Sync>),
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
        let facts = service_facts(bench);
        match &choice.manifest {
            None => Self::by_name(&choice.name, role, facts),
            Some(path) => {
                let manifest = manifest_file::read(path)?;
                names::check_manifest_name(&choice.name, &manifest).map_err(LabError::bad_input)?;
                Self::following(&choice.name, role, manifest, &path.display().to_string(), facts, bench)
            }
        }
    }

    /// The autoscaler that the scenario's service has today.
    pub(crate) fn baseline(bench: &Workbench) -> Result<Self, LabError> {
        const NAME: &str = "hpa";
        let facts = service_facts(bench);
        let Some(baseline) = &bench.scenario().baseline else {
            return Self::by_name(NAME, Role::Other, facts);
        };
        let field = format!("{}: baseline.hpa", bench.source);
        let manifest = match bench.folder {
            None => manifest_file::bundled_baseline(),
            Some(_) => manifest_file::read_hpa(&bench.resolve(&baseline.hpa)),
        };
        let manifest = manifest.map_err(|error| LabError::BadInput(format!("{field}: {error}")))?;
        Self::following(NAME, Role::Other, RivalManifest::Hpa(Box::new(manifest)), &field, facts, bench)
    }

    /// One of the autoscalers that need no manifest.
    fn by_name(name: &str, role: Role, facts: ServiceFacts) -> Result<Self, LabError> {
        let owned = name.to_owned();
        Self::made_by(name, role, move || names::resolve(&owned, &facts).map_err(LabError::bad_input))
    }

    /// An autoscaler that follows a manifest, or a configuration that a tuner made; `file` is where errors in it lie.
    pub(crate) fn following(
        name: &str,
        role: Role,
        manifest: RivalManifest,
        file: &str,
        facts: ServiceFacts,
        bench: &Workbench,
    ) -> Result<Self, LabError> {
        let (owned, file) = (name.to_owned(), file.to_owned());
        let located = {
            let file = file.clone();
            move |error: &dyn std::fmt::Display| LabError::BadInput(format!("{file}: {error}"))
        };
        let contender = Self::made_by(name, role, move || {
            let located = |error| LabError::BadInput(format!("{file}: {error}"));
            manifest.build(&owned, &facts).map_err(located)
        })?;
        check_metrics(&contender.metrics, bench).map_err(|error| located(&error))?;
        Ok(contender)
    }

    /// An autoscaler that `build` makes anew each time it is asked.
    pub(crate) fn made_by(
        name: &str,
        role: Role,
        build: impl Fn() -> Result<Built, LabError> + Send + Sync + 'static,
    ) -> Result<Self, LabError> {
        let Built { named_metrics, metric_names, .. } = build()?;
        #[expect(clippy::expect_used, reason = "the same call succeeded just before")]
        let make = Maker::Rival(Box::new(move || build().expect("checked above").autoscaler));
        Ok(Self { name: name.to_owned(), role, metrics: named_metrics, metric_names, make })
    }

    /// An autoscaler that has decided nothing yet. It recalls the load's past as a monitoring system would give it, if it
    /// has a use for it.
    pub(crate) fn fresh(&self, mut history: impl Iterator<Item = Sample<f64>>) -> Box<dyn Autoscaler> {
        match &self.make {
            Maker::Rival(make) => {
                let mut autoscaler = make();
                autoscaler.recall(&mut history);
                autoscaler
            }
            Maker::Controller(controller) => {
                let mut controller = controller.clone();
                controller.recall(history);
                controller
            }
        }
    }
}

/// What the person who sets up a rival knows of the service: its specification, and the load of the train part.
pub(crate) fn service_facts(bench: &Workbench) -> ServiceFacts {
    let scenario = bench.scenario();
    let most_pods = scenario.cluster.max_replicas;
    let inverse = Inverse::new(bench.prepared.tables(), &scenario.pod, &scenario.objective, most_pods);
    let mut facts = ServiceFacts::new(
        &scenario.service,
        &scenario.pod,
        scenario.objective,
        Arc::new(inverse),
        scenario.bounds(),
        minute_rates(bench),
    );
    facts.hpa = Workbench::hpa_config();
    facts
}

/// Mean rates of the minutes of the train part.
fn minute_rates(bench: &Workbench) -> Arc<[f64]> {
    let minute = Span::minutes(1);
    let train = &bench.train;
    match train.resampled(minute) {
        Ok(by_minute) => by_minute.rates_rps().into(),
        // Rows that are coarser than a minute, or no whole part of one, hold for their whole length.
        Err(_) => train.rates_rps().into(),
    }
}

/// Whether the simulator can measure what an autoscaler asks for.
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
