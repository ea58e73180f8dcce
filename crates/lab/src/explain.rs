//! Reasons in words, for tables, reports and events.

use podpilot_core::Reason;

use crate::number::{amount, percent};

/// One reason as a clause.
pub fn explain(reason: &Reason) -> String {
    match *reason {
        Reason::MetricChosen { index, replicas, usage_ratio } => format!(
            "metric {} at {} of its target asks for {}",
            u32::from(index) + 1,
            percent(usage_ratio),
            pods(replicas)
        ),
        Reason::MetricFailed { index } => format!("metric {} is not available", u32::from(index) + 1),
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
        Reason::NoRoom { wanted } => format!("the nodes have no room for {wanted}"),
    }
}

/// All reasons of a decision as one sentence without a full stop.
pub fn explain_all(reasons: &[Reason]) -> String {
    if reasons.is_empty() {
        return "no reason given".to_owned();
    }
    reasons.iter().map(explain).collect::<Vec<_>>().join("; ")
}

fn pods(count: i32) -> String {
    if count == 1 { "1 pod".to_owned() } else { format!("{count} pods") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn metrics_are_counted_from_one() {
        let chosen = Reason::MetricChosen { index: 0, replicas: 7, usage_ratio: 1.34 };
        assert_eq!(explain(&chosen), "metric 1 at 134 % of its target asks for 7 pods");
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
