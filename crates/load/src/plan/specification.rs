use std::path::Path;

use podpilot_core::Span;
use podpilot_random::Seed;
use podpilot_traffic::{GeneratedLoad, LoadError, LoadSeries, LoadSource, LoadSpec};

use super::{LoadOrigin, Plan, PlanError, PlanOptions, Scale};

/// Generated load is held over steps of a second: finer than a scenario's ten, since a request meets them in real time.
const GENERATED_STEP: Span = Span::seconds(1);

impl Plan {
    /// Plans a run over the load of a scenario: a trace with what the specification says of smoothing and scale, or a
    /// generated shape in the realisation that the simulator trains on under the same seed (on a finer grid: noise that
    /// is drawn anew each step differs). A relative trace path starts at `base_dir`. The scale option comes on top of the
    /// specification's own.
    pub fn from_spec(spec: &LoadSpec, base_dir: &Path, options: PlanOptions) -> Result<Self, PlanError> {
        spec.validate()?;
        super::check(&options)?;
        let (series, sources) = match spec {
            LoadSpec::Generated(generated) => (generated_series(generated, &options)?, Vec::new()),
            LoadSpec::Trace(_) => recorded_series(spec, base_dir, options.scale)?,
        };
        let plan = Self::new(&series, options)?;
        let spec = serde_json::to_value(spec).unwrap_or_default();
        Ok(Self { origin: LoadOrigin { spec, sources }, ..plan })
    }
}

fn generated_series(generated: &GeneratedLoad, options: &PlanOptions) -> Result<LoadSeries, PlanError> {
    let duration_s = options.duration_s.ok_or(PlanError::NoEnd)?;
    let length = Span::from_seconds(options.start_s + duration_s * options.speed_up);
    let seed = Seed(options.seed).named("load").named("train");
    let series = generated.shape.series(GENERATED_STEP, length.max(GENERATED_STEP), seed);
    series.map_err(|error| PlanError::Load(LoadError::from(error)))
}

fn recorded_series(
    spec: &LoadSpec,
    base_dir: &Path,
    scale: Scale,
) -> Result<(LoadSeries, Vec<LoadSource>), PlanError> {
    let mut spec = spec.clone();
    if let LoadSpec::Trace(trace) = &mut spec
        && trace.peak_replicas.take().is_some()
        && scale == Scale::default()
    {
        return Err(PlanError::PeakReplicas);
    }
    let load = spec.load(base_dir, 1.0, Seed(1))?;
    Ok((load.whole(), load.sources))
}
