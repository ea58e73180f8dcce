//! Reasons in words, for tables, reports and events.

use podpilot_core::{Reason, WatchedQuantity};

use crate::number::{amount, percent};

/// One reason as a clause. `metric_names` are the names of the autoscaler's metrics in its order; a metric without a
/// name is counted from 1.
pub fn explain(reason: &Reason, metric_names: &[String]) -> String {
    let metric = |index: u8| match metric_names.get(usize::from(index)) {
        Some(name) => name.clone(),
        None => format!("metric {}", u32::from(index) + 1),
    };
    match *reason {
        Reason::MetricChosen { index, replicas, usage_ratio } => {
            format!("{} at {} of its target asks for {}", metric(index), percent(usage_ratio), pods(replicas))
        }
        Reason::MetricFailed { index } => format!("{} is not available", metric(index)),
        Reason::WithinTolerance => "every metric is within its tolerance".to_owned(),
        Reason::ScaleUpStabilized { wanted } => {
            format!("recent lower recommendations hold back a rise to {wanted}")
        }
        Reason::ScaleDownStabilized { wanted } => {
            format!("recent higher recommendations hold back a fall to {wanted}")
        }
        Reason::ScaleUpLimit { wanted } => format!("the rate limit for scaling up caps {wanted}"),
        Reason::ScaleDownLimit { wanted } => format!("the rate limit for scaling down caps {wanted}"),
        Reason::TooManyReplicas { wanted } => format!("the upper bound caps {wanted}"),
        Reason::TooFewReplicas { wanted } => format!("the lower bound raises {wanted}"),
        Reason::ScalingDisabled => "scaling is off while the target has no replicas".to_owned(),
        Reason::NoUsableMetric => "no metric is usable, so replicas stay".to_owned(),
        Reason::Fixed => "the count is fixed".to_owned(),
        Reason::DemandQuantile { level, rps } => {
            format!("demand stays below {} req/s with probability {}", amount(rps), percent(level))
        }
        Reason::Trim { factor } => format!("observed bad minutes set the headroom to ×{factor:.2}"),
        Reason::ScaleDownHold { wanted } => format!("a recent higher target holds back a fall to {wanted}"),
        Reason::Residual { multiplier, hold_s } => {
            format!("the agent multiplies by {multiplier:.2} and holds for {hold_s:.0} s")
        }
        Reason::ReplicaStep { step } => format!("the agent changes the count by {step:+}"),
        Reason::Activated => "a trigger became active".to_owned(),
        Reason::Idle { inactive_s } => format!("no trigger was active for {inactive_s:.0} s"),
        Reason::Fallback { index, replicas } => {
            format!("{} has failed too often and falls back to {}", metric(index), pods(replicas))
        }
        Reason::Paused => "an annotation pauses scaling".to_owned(),
        Reason::WindowAverages { stable, panic, target } => format!(
            "the mean is {} over the stable and {} over the panic window, at {} a pod",
            amount(stable),
            amount(panic),
            amount(target)
        ),
        Reason::Panicking { floor } => format!("panic mode keeps the count at {floor} or more"),
        Reason::Forecast { level_rps, forecast_rps } => {
            format!("the load of {} req/s is expected at {} req/s", amount(level_rps), amount(forecast_rps))
        }
        Reason::AboveThreshold { quantity, value, threshold } => {
            let (name, unit) = watched(quantity);
            format!("{name} of {}{unit} is above {}{unit}", amount(value), amount(threshold))
        }
        Reason::BelowThresholds { cpu_percent } => {
            format!("CPU of {} % and everything else are below their thresholds", amount(cpu_percent))
        }
        Reason::Cooldown => "the last change was too short a time ago".to_owned(),
        Reason::Scheduled { index } => format!("entry {} of the schedule holds", u32::from(index) + 1),
        Reason::TrainPeak { rps } => format!("the train part's peak is {} req/s", amount(rps)),
        Reason::NoRoom { wanted } => format!("the nodes have no room for {wanted}"),
    }
}

/// All reasons of a decision as one sentence without a full stop, its metrics counted from 1.
pub fn explain_all(reasons: &[Reason]) -> String {
    explain_all_named(reasons, &[])
}

/// As [`explain_all`], with the names of the autoscaler's metrics in its order.
pub fn explain_all_named(reasons: &[Reason], metric_names: &[String]) -> String {
    if reasons.is_empty() {
        return "no reason given".to_owned();
    }
    reasons.iter().map(|reason| explain(reason, metric_names)).collect::<Vec<_>>().join("; ")
}

fn watched(quantity: WatchedQuantity) -> (&'static str, &'static str) {
    match quantity {
        WatchedQuantity::LatencyMs => ("P95 latency", " ms"),
        WatchedQuantity::CpuPercent => ("CPU", " %"),
        WatchedQuantity::MemoryPercent => ("memory", " %"),
    }
}

fn pods(count: i32) -> String {
    if count == 1 { "1 pod".to_owned() } else { format!("{count} pods") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn metrics_are_named_and_else_counted_from_one() {
        let reasons = [
            Reason::MetricFailed { index: 0 },
            Reason::MetricChosen { index: 1, replicas: 7, usage_ratio: 1.34 },
        ];
        let names = ["cpu".to_owned(), "http_requests_per_second".to_owned()];
        assert_eq!(
            explain_all_named(&reasons, &names),
            "cpu is not available; http_requests_per_second at 134 % of its target asks for 7 pods"
        );
        assert_eq!(
            explain_all(&reasons),
            "metric 1 is not available; metric 2 at 134 % of its target asks for 7 pods"
        );
    }

    #[test]
    fn several_reasons_make_one_sentence() {
        let reasons = [
            Reason::DemandQuantile { level: 0.98, rps: 143.2 },
            Reason::Trim { factor: 1.03 },
            Reason::ScaleDownHold { wanted: 6 },
        ];
        assert_eq!(
            explain_all(&reasons),
            "demand stays below 143 req/s with probability 98 %; observed bad minutes set the headroom to ×1.03; \
             a recent higher target holds back a fall to 6"
        );
        assert_eq!(explain_all(&[]), "no reason given");
    }
}
