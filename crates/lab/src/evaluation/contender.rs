//! Who is evaluated.

use std::path::Path;

use podpilot_autoscalers::{Hpa, HpaManifest, names};
use podpilot_controller::Controller;
use podpilot_core::{Autoscaler, MetricKey, Sample};

use crate::request::AutoscalerChoice;
use crate::result::Role;
use crate::scenario_file::one_line;
use crate::workbench::Workbench;
use crate::{LabError, manifest_file};

/// HPA's front: CPU targets in per cent of the request.
pub(crate) const HPA_TARGETS_PERCENT: std::ops::RangeInclusive<u32> = 20..=95;
const HPA_TARGET_STEP: usize = 5;

/// Makes an autoscaler that has decided nothing yet.
enum Maker {
    Named(Box<dyn Fn() -> Box<dyn Autoscaler> + Send + Sync>),
    Controller(Box<Controller>),
}

/// An autoscaler under evaluation.
pub(crate) struct Contender {
    pub(crate) name: String,
    pub(crate) role: Role,
    /// Named metrics that it reads.
    pub(crate) metrics: Vec<MetricKey>,
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
        HPA_TARGETS_PERCENT.step_by(HPA_TARGET_STEP).map(|target| Self::hpa(target, bench)).collect()
    }

    /// An autoscaler by name, with the user's manifest if there is one.
    pub(crate) fn named(choice: &AutoscalerChoice, role: Role, bench: &Workbench) -> Result<Self, LabError> {
        let manifest = choice.manifest.as_deref().map(manifest_file::read_hpa).transpose()?;
        Self::resolved(&choice.name, role, manifest, choice.manifest.as_deref(), bench)
    }

    /// The autoscaler that the scenario's service has today.
    pub(crate) fn baseline(bench: &Workbench) -> Result<Self, LabError> {
        let manifest = match &bench.scenario().baseline {
            None => None,
            Some(_) if bench.folder.is_none() => Some(manifest_file::bundled_baseline()?),
            Some(baseline) => Some(manifest_file::read_hpa(&bench.resolve(&baseline.hpa))?),
        };
        Self::resolved("hpa", Role::Other, manifest, None, bench)
    }

    fn resolved(
        name: &str,
        role: Role,
        manifest: Option<HpaManifest>,
        file: Option<&Path>,
        bench: &Workbench,
    ) -> Result<Self, LabError> {
        let name = name.to_owned();
        let metrics = named_metrics(&name, manifest.as_ref())?;
        let bounds = bench.scenario().bounds();
        let resolve = {
            let name = name.clone();
            move || names::resolve(&name, manifest.as_ref(), bounds, Workbench::hpa_config())
        };
        // Checked once here, so that making another cannot fail.
        resolve().map_err(|error| match file {
            Some(file) => LabError::BadInput(format!("{}: {}", file.display(), one_line(&error))),
            None => LabError::bad_input(error),
        })?;
        let make = move || {
            #[expect(clippy::expect_used, reason = "the same call succeeded when the contender was made")]
            resolve().expect("checked above")
        };
        Ok(Self { name, role, metrics, make: Maker::Named(Box::new(make)) })
    }

    /// An autoscaler that has decided nothing yet. Learned controllers recall the load's past as a monitoring system
    /// would give it; the rivals keep no history of the load.
    pub(crate) fn fresh(&self, history: impl Iterator<Item = Sample<f64>>) -> Box<dyn Autoscaler> {
        match &self.make {
            Maker::Named(make) => make(),
            Maker::Controller(controller) => {
                let mut controller = controller.clone();
                controller.recall(history);
                controller
            }
        }
    }
}

fn named_metrics(name: &str, manifest: Option<&HpaManifest>) -> Result<Vec<MetricKey>, LabError> {
    let Some(manifest) = manifest else { return Ok(Vec::new()) };
    let hpa = Hpa::new(name, manifest, Workbench::hpa_config()).map_err(LabError::bad_input)?;
    Ok(hpa.named_metrics().cloned().collect())
}
