use k8s_openapi::api::apps::v1::{Deployment, StatefulSet};
use k8s_openapi::api::core::v1::Pod;
use kube::api::ListParams;
use kube::{Api, Client};
use podpilot_core::Observation;

use super::{Report, ReportError, find, names};
use crate::clock::Clock;
use crate::fit::ModelCache;
use crate::reconcile::{FitRequest, Fitted, fit_workload, pod_size};
use crate::resource::TargetKind;
use crate::run::client;
use crate::settings::Settings;
use crate::signals::{Prometheus, read_service};
use crate::world::{Target, WorldView, observe, startup_seconds};

/// Fits the service model of a workload and says how good the fit is: `name` is `NAMESPACE/NAME` of its
/// AdaptiveAutoscaler. `prometheus` replaces the address in its specification, as seen from here.
pub async fn fit_report(name: &str, prometheus: Option<&str>) -> Result<Report, ReportError> {
    let (namespace, _) = names(name)?;
    let client = client().await?;
    let object = find(&client, name).await?;
    let settings = Settings::of(&object)?;
    let target = read_target(&client, namespace, &settings).await?;
    let pods =
        Api::<Pod>::namespaced(client, namespace).list(&ListParams::default()).await.map_err(Box::new)?;
    let pods: Vec<_> = pods.items.into_iter().map(std::sync::Arc::new).collect();
    let now = Clock::system().now();
    let mut observation = Observation::default();
    let view = WorldView { now, target: &target, pods: &pods, usage: None, service: observation.service };
    let own = observe(&mut observation, &view);
    let missing = |what: &str| ReportError::Missing(format!("{name}: {what}"));
    let size = pod_size(&observation.pods).ok_or_else(|| missing("no pod of the target is Ready"))?;
    let source = settings
        .prometheus
        .as_ref()
        .ok_or_else(|| missing("there is no signals.prometheus to read history from"))?;
    let url = prometheus.unwrap_or(&source.url);
    let server =
        Prometheus::at(url, source.timeout).map_err(|fault| missing(&format!("Prometheus {fault}")))?;
    let request = FitRequest {
        namespace: namespace.to_owned(),
        settings: settings.clone(),
        size,
        prometheus: Some(server.clone()),
        models: ModelCache::default(),
        now,
    };
    let fitted = fit_workload(request).await.map_err(|problem| missing(&problem.to_string()))?;
    let stale = crate::reconcile::stale_after(&settings);
    let reading = read_service(&server, &source.queries, source.window, stale, now).await;
    let lag = reading.signals.request_rate_rps.map(|rate| rate.age(now).as_seconds());
    Ok(told(name, &fitted, startup_seconds(&own), lag))
}

async fn read_target(client: &Client, namespace: &str, settings: &Settings) -> Result<Target, ReportError> {
    let name = &settings.target.name;
    let found = match settings.target.kind {
        TargetKind::Deployment => {
            let api = Api::<Deployment>::namespaced(client.clone(), namespace);
            api.get_opt(name).await.map_err(Box::new)?.map(|object| Target::of_deployment(&object))
        }
        TargetKind::StatefulSet => {
            let api = Api::<StatefulSet>::namespaced(client.clone(), namespace);
            api.get_opt(name).await.map_err(Box::new)?.map(|object| Target::of_stateful_set(&object))
        }
    };
    found.ok_or_else(|| {
        ReportError::Missing(format!("there is no {} {namespace}/{name}", settings.target.kind.name()))
    })
}

fn told(name: &str, fitted: &Fitted, startup_s: Option<f64>, lag_s: Option<f64>) -> Report {
    let model = &fitted.model;
    let mut entries = Vec::new();
    let mut add = |what: &str, told: String| entries.push((what.to_owned(), told));
    match &fitted.cost {
        Some(cost) => {
            add(
                "CPU per request",
                format!("{:.3} ms ± {:.1} %", cost.cpu_ms_per_request, 100.0 * cost.relative_error),
            );
            add("CPU without requests", format!("{:.0} millicores", 1e3 * cost.idle_cores));
            add(
                "goodness of fit",
                format!("R² {:.3} over {} points of the last 6 hours", cost.r_squared, cost.points),
            );
        }
        None => add("CPU per request", format!("{:.3} ms, as stated", model.cpu_ms_per_request)),
    }
    add("cost used", format!("{:.3} ms, rounded up by at most 2.5 %", model.cpu_ms_per_request));
    for pods in [1, 2, 4, 8] {
        let rate = model.capacity.rate_for(pods);
        add(&format!("{pods} pods carry"), format!("{rate:.1} requests/s within the objective"));
    }
    add(
        "start-up, median",
        startup_s.map_or_else(|| "unknown: no pod is Ready".to_owned(), |seconds| format!("{seconds:.1} s")),
    );
    add(
        "lag of the request rate",
        lag_s.map_or_else(|| "unknown: no rate now".to_owned(), |seconds| format!("{seconds:.1} s")),
    );
    add("history of rates", format!("{} points of the last day", fitted.rates.len()));
    Report { title: format!("service model of {name}"), entries }
}
