use podpilot_controller::ControllerError;
use podpilot_core::{Sample, Span, Timestamp};

use crate::fit::{CostFit, FitError, LoadPoint, ModelCache, PodSize, ServiceModel, fit_cost};
use crate::settings::Settings;
use crate::signals::{Answer, Prometheus, SignalFault, cpu_query};

/// History that a cost is fitted to.
const HISTORY: Span = Span::minutes(6 * 60);
/// History of rates that the encoder remembers.
const DAY: Span = Span::minutes(24 * 60);
/// Shortest stretch of one point.
const SHORTEST_STEP: Span = Span::seconds(15);

/// A service model with what it was fitted to.
#[derive(Debug, Clone)]
pub struct Fitted {
    /// The model.
    pub model: ServiceModel,
    /// The fit; `None` if the cost was stated.
    pub cost: Option<CostFit>,
    /// Request rates of the last day, oldest first.
    pub rates: Vec<Sample<f64>>,
}

/// What came of fitting.
pub type FitOutcome = Result<Fitted, NotFitted>;

/// Why there is no service model.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum NotFitted {
    /// No request rate, now or in the past.
    #[error("there is no request rate without signals.prometheus")]
    NoHistory,
    /// Prometheus did not answer.
    #[error("Prometheus ({0}) {1}")]
    Signal(&'static str, SignalFault),
    /// The history tells too little.
    #[error("{0}; it is tried again every minute, or state service.cpuMsPerRequest")]
    Fit(#[from] FitError),
    /// The model says that pods carry nothing.
    #[error("the service model is impossible: {0}")]
    Model(#[from] ControllerError),
    /// The building of the model was stopped.
    #[error("the building of the service model was stopped")]
    Stopped,
}

/// Everything that fitting needs, so that it can run beside decisions.
#[derive(Debug, Clone)]
pub struct FitRequest {
    /// Namespace of the workload.
    pub namespace: String,
    /// What is known and wanted.
    pub settings: Settings,
    /// Size of its pods.
    pub size: PodSize,
    /// Where its history is.
    pub prometheus: Option<Prometheus>,
    /// Tables that are there already.
    pub models: ModelCache,
    /// The end of the history.
    pub now: Timestamp,
}

/// Fits the service model of one workload.
pub async fn fit_workload(request: FitRequest) -> FitOutcome {
    let stated = request.settings.service.cpu_ms_per_request;
    let rates = match rate_history(&request).await {
        Ok(rates) => rates,
        Err(NotFitted::Signal(..)) if stated.is_some() => Vec::new(),
        Err(problem) => return Err(problem),
    };
    let (cost_ms, error, cost) = if let Some(cost_ms) = stated {
        (cost_ms, (0.0, None), None)
    } else {
        let fit = fit_cost(&load_points(&request).await?)?;
        (fit.cpu_ms_per_request, (fit.relative_error, Some(fit.r_squared)), Some(fit))
    };
    let FitRequest { settings, size, models, .. } = request;
    let build =
        move || models.model(cost_ms, error, size, &settings.service, &settings.objective, settings.bounds);
    let model = tokio::task::spawn_blocking(build).await.map_err(|_| NotFitted::Stopped)??;
    Ok(Fitted { model, cost, rates })
}

/// CPU and rate over stretches that do not overlap.
async fn load_points(request: &FitRequest) -> Result<Vec<LoadPoint>, NotFitted> {
    let (prometheus, rate_query, window) = source(request)?;
    let step = window.max(SHORTEST_STEP);
    let target = &request.settings.target;
    let cpu = cpu_query(&request.namespace, target.kind, &target.name, window);
    let start = request.now - HISTORY;
    let (rates, cpu) = tokio::join!(
        prometheus.range(rate_query, start, request.now, step),
        prometheus.range(&cpu, start, request.now, step)
    );
    let rates = rates.map_err(|fault| NotFitted::Signal("request rate", fault))?;
    let cpu = cpu.map_err(|fault| NotFitted::Signal("CPU of containers", fault))?;
    Ok(paired(&rates, &cpu))
}

async fn rate_history(request: &FitRequest) -> Result<Vec<Sample<f64>>, NotFitted> {
    let (prometheus, rate_query, window) = source(request)?;
    let step = window.max(Span::minutes(1));
    let rates = prometheus.range(rate_query, request.now - DAY, request.now, step).await;
    let rates = rates.map_err(|fault| NotFitted::Signal("request rate", fault))?;
    Ok(rates.into_iter().map(|answer| Sample { value: answer.value, at: answer.at, window }).collect())
}

fn source(request: &FitRequest) -> Result<(&Prometheus, &str, Span), NotFitted> {
    let prometheus = request.prometheus.as_ref().ok_or(NotFitted::NoHistory)?;
    let settings = request.settings.prometheus.as_ref().ok_or(NotFitted::NoHistory)?;
    let query = settings.queries.request_rate.as_deref().ok_or(NotFitted::NoHistory)?;
    Ok((prometheus, query, settings.window))
}

/// Both answers lie on the same grid; an instant that one of them lacks is left out.
fn paired(rates: &[Answer], cpu: &[Answer]) -> Vec<LoadPoint> {
    let mut cpu = cpu.iter().peekable();
    let mut points = Vec::with_capacity(rates.len());
    for rate in rates {
        while cpu.next_if(|used| used.at < rate.at).is_some() {}
        if let Some(used) = cpu.next_if(|used| used.at == rate.at) {
            points.push(LoadPoint { rate_rps: rate.value, cpu_cores: used.value });
        }
    }
    points
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_instants_of_both_are_paired() {
        let at = |seconds: i64, value| Answer { value, at: Timestamp(0) + Span::seconds(seconds) };
        let rates = [at(0, 1.0), at(60, 2.0), at(180, 3.0)];
        let cpu = [at(60, 0.2), at(120, 0.9), at(180, 0.3)];
        let points = paired(&rates, &cpu);
        let expected =
            [LoadPoint { rate_rps: 2.0, cpu_cores: 0.2 }, LoadPoint { rate_rps: 3.0, cpu_cores: 0.3 }];
        assert_eq!(points, expected);
    }
}
