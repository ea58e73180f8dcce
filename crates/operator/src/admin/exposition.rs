use std::collections::BTreeSet;
use std::fmt::Write as _;

use kube::ResourceExt;

use crate::reconcile::{Context, DecisionRecord};
use crate::resource::AdaptiveAutoscaler;

/// Content type of OpenMetrics.
pub(super) const OPEN_METRICS: &str = "application/openmetrics-text; version=1.0.0; charset=utf-8";

/// Name, help and value of a gauge of one workload.
type Gauge = (&'static str, &'static str, fn(&DecisionRecord) -> i32);

/// Everything in OpenMetrics' text format.
pub(super) fn exposition(context: &Context) -> String {
    let mut text = String::new();
    counters(&mut text, context);
    workloads(&mut text, context);
    text.push_str("# EOF\n");
    text
}

fn counters(text: &mut String, context: &Context) {
    let counters = &context.counters;
    let rows = [
        ("podpilot_decisions", "Decisions made.", counters.decisions.get()),
        ("podpilot_rounds", "Rounds over the workloads that were due.", counters.rounds.get()),
        ("podpilot_scale_writes", "Writes of a target's scale that were tried.", counters.scale_writes.get()),
        (
            "podpilot_floor_writes",
            "Writes of an HPA's minReplicas that were tried.",
            counters.floor_writes.get(),
        ),
        ("podpilot_status_writes", "Writes of a status that were tried.", counters.status_writes.get()),
    ];
    for (name, help, value) in rows {
        line(text, &format!("# TYPE {name} counter\n# HELP {name} {help}\n{name}_total {value}"));
    }
    let leader = u8::from(context.leadership.may_write());
    let help = "Whether this process may write.";
    line(
        text,
        &format!("# TYPE podpilot_leader gauge\n# HELP podpilot_leader {help}\npodpilot_leader {leader}"),
    );
    let broken = context.watches.troubles().len();
    let help = "Watches of the API server that are broken.";
    line(
        text,
        &format!(
            "# TYPE podpilot_broken_watches gauge\n# HELP podpilot_broken_watches {help}\npodpilot_broken_watches {broken}"
        ),
    );
}

fn workloads(text: &mut String, context: &Context) {
    let objects = context.watches.autoscalers();
    let newest = context.decisions.newest_first(None, None);
    let mut seen = BTreeSet::new();
    let newest: Vec<_> = newest
        .into_iter()
        .filter(|record| seen.insert((record.namespace.clone(), record.name.clone())))
        .collect();
    let gauge = |text: &mut String, name: &str, help: &str| {
        line(text, &format!("# TYPE {name} gauge\n# HELP {name} {help}"));
    };
    let rows: [Gauge; 3] = [
        ("podpilot_replicas", "Replicas that the target asked for at the last decision.", |record| {
            record.current
        }),
        ("podpilot_recommended_replicas", "Replicas decided on.", |record| record.recommended),
        ("podpilot_hpa_replicas", "Replicas that the baseline HPA would have.", |record| record.hpa_replicas),
    ];
    for (name, help, value) in rows {
        gauge(text, name, help);
        for record in &newest {
            line(
                text,
                &format!(
                    "{name}{{namespace=\"{}\",name=\"{}\"}} {}",
                    record.namespace,
                    record.name,
                    value(record)
                ),
            );
        }
    }
    gauge(text, "podpilot_condition", "1 where a condition of the AdaptiveAutoscaler is True.");
    for object in &objects {
        conditions(text, object);
    }
}

fn conditions(text: &mut String, object: &AdaptiveAutoscaler) {
    let (namespace, name) = (object.namespace().unwrap_or_default(), object.name_any());
    for condition in object.status.iter().flat_map(|status| &status.conditions) {
        let value = u8::from(condition.status == "True");
        let (kind, reason) = (&condition.type_, &condition.reason);
        line(
            text,
            &format!(
                "podpilot_condition{{namespace=\"{namespace}\",name=\"{name}\",condition=\"{kind}\",reason=\"{reason}\"}} {value}"
            ),
        );
    }
}

fn line(text: &mut String, line: &str) {
    // Writing to a string cannot fail.
    let _ = writeln!(text, "{line}");
}
