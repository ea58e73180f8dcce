use super::{Report, ReportError, find};
use crate::resource::{AdaptiveAutoscaler, AdaptiveAutoscalerStatus, WouldHaveRun};
use crate::run::client;

/// Why a workload has the replicas it has: `name` is `NAMESPACE/NAME` of its AdaptiveAutoscaler.
pub async fn explain_workload(name: &str) -> Result<Report, ReportError> {
    super::names(name)?;
    let client = client().await?;
    Ok(explanation(name, &find(&client, name).await?))
}

fn explanation(name: &str, object: &AdaptiveAutoscaler) -> Report {
    let spec = &object.spec;
    let target = &spec.scale_target_ref;
    let mut entries = vec![
        ("target".to_owned(), format!("{} {}", target.kind.name(), target.name)),
        ("mode".to_owned(), spec.mode.name().to_owned()),
        ("bounds".to_owned(), format!("{} to {} replicas", spec.min_replicas, spec.max_replicas)),
    ];
    match &object.status {
        Some(status) => tell_status(&mut entries, status),
        None => entries.push((
            "status".to_owned(),
            "none yet: check that the operator runs and watches this namespace".to_owned(),
        )),
    }
    Report { title: format!("AdaptiveAutoscaler {name}"), entries }
}

fn tell_status(entries: &mut Vec<(String, String)>, status: &AdaptiveAutoscalerStatus) {
    let mut add = |what: &str, told: Option<String>| {
        if let Some(told) = told {
            entries.push((what.to_owned(), told));
        }
    };
    let number = |count: Option<i32>| count.map(|count| count.to_string());
    add("replicas", number(status.replicas));
    add("recommended", number(status.recommended_replicas));
    add("HPA would have", number(status.hpa_replicas));
    add("decided by", status.decided_by.clone());
    add("decided at", status.last_decision_time.as_ref().map(|time| time.0.to_string()));
    for reason in &status.reasons {
        add("because", Some(reason.clone()));
    }
    if let Some(service) = &status.service {
        let fit = match (&service.r_squared, &service.relative_error) {
            (Some(r_squared), Some(error)) => format!(" (fitted: R² {r_squared}, relative error {error})"),
            _ => " (stated)".to_owned(),
        };
        add("CPU per request", Some(format!("{} ms{fit}", service.cpu_ms_per_request)));
        add("a pod carries", Some(format!("{} requests/s within the objective", service.rps_per_pod)));
        add("start-up", service.startup_seconds.as_ref().map(|seconds| format!("{seconds} s")));
    }
    if let Some(comparison) = &status.counterfactual {
        add("compared for", Some(format!("{} h", comparison.hours)));
        add("podpilot ran or would", Some(side(&comparison.podpilot)));
        add("HPA would have run", Some(side(&comparison.hpa)));
    }
    add("saving", status.saving.clone());
    for condition in &status.conditions {
        let told = format!("{} ({}): {}", condition.status, condition.reason, condition.message);
        entries.push((condition.type_.clone(), told));
    }
}

fn side(side: &WouldHaveRun) -> String {
    let bad = side.bad_minutes_at_most.as_deref().unwrap_or("unknown");
    format!("{} replica-hours, share of bad minutes at most {bad}", side.replica_hours)
}
