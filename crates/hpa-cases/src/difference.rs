use std::collections::BTreeMap;
use std::fmt;

use crate::answer::{Answer, ConditionAnswer, MetricStatus, SyncAnswer};
use crate::case::Case;

const MS_PER_SECOND: i64 = 1_000;

/// The first thing in which two answers differ.
#[derive(Debug, Clone, PartialEq)]
pub struct Difference {
    /// At which sync; `None` if one side refuses the manifest.
    pub sync: Option<usize>,
    /// Which field.
    pub field: &'static str,
    /// What Kubernetes says.
    pub upstream: String,
    /// What we say.
    pub ours: String,
}

impl fmt::Display for Difference {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.sync {
            Some(sync) => write!(formatter, "sync {sync}, ")?,
            None => write!(formatter, "before a sync, ")?,
        }
        write!(formatter, "{}: upstream {}, ours {}", self.field, self.upstream, self.ours)
    }
}

/// The first difference between the answers of Kubernetes and ours to a case; `None` if there is none.
pub fn difference(upstream: &Answer, ours: &Answer, case: &Case) -> Option<Difference> {
    let status_replicas = case.status_replicas_shown();
    for (index, (theirs, mine)) in upstream.syncs.iter().zip(&ours.syncs).enumerate() {
        let status = status_replicas.get(index).copied().unwrap_or_default();
        if let Some((field, upstream, ours)) = of_sync(theirs, mine, status) {
            return Some(Difference { sync: Some(index), field, upstream, ours });
        }
    }
    let refused = |answer: &Answer| (!answer.invalid.is_empty(), answer.syncs.len());
    (refused(upstream) != refused(ours)).then(|| Difference {
        sync: None,
        field: "manifest",
        upstream: refusal(upstream),
        ours: refusal(ours),
    })
}

fn refusal(answer: &Answer) -> String {
    match answer.invalid.as_str() {
        "" => format!("{} syncs", answer.syncs.len()),
        why => format!("{} syncs, then refused: {why}", answer.syncs.len()),
    }
}

fn of_sync(upstream: &SyncAnswer, ours: &SyncAnswer, status: i32) -> Option<(&'static str, String, String)> {
    let shown = |write: Option<i32>| write.map_or("none".to_owned(), |replicas| replicas.to_string());
    if upstream.write != ours.write {
        return Some(("write", shown(upstream.write), shown(ours.write)));
    }
    if upstream.desired != ours.desired {
        return Some(("desired", upstream.desired.to_string(), ours.desired.to_string()));
    }
    if upstream.error.is_empty() != ours.error.is_empty() {
        let text = |error: &str| if error.is_empty() { "none".to_owned() } else { error.to_owned() };
        return Some(("error", text(&upstream.error), text(&ours.error)));
    }
    if !same_conditions(&upstream.conditions, &ours.conditions) {
        return Some(("conditions", conditions(&upstream.conditions), conditions(&ours.conditions)));
    }
    let metrics: Option<Vec<_>> =
        upstream.metrics.as_ref().map(|list| list.iter().map(|place| comparable(*place, status)).collect());
    (metrics != ours.metrics).then(|| ("metrics", format!("{metrics:?}"), format!("{:?}", ours.metrics)))
}

/// The API keeps times of transition in whole seconds.
fn same_conditions(
    upstream: &BTreeMap<String, ConditionAnswer>,
    ours: &BTreeMap<String, ConditionAnswer>,
) -> bool {
    let same = |theirs: &ConditionAnswer, mine: &ConditionAnswer| {
        let second = |condition: &ConditionAnswer| condition.since_ms.div_euclid(MS_PER_SECOND);
        theirs.status == mine.status && theirs.reason == mine.reason && second(theirs) == second(mine)
    };
    upstream.len() == ours.len()
        && upstream.iter().all(|(kind, theirs)| ours.get(kind).is_some_and(|mine| same(theirs, mine)))
}

fn conditions(conditions: &BTreeMap<String, ConditionAnswer>) -> String {
    let each = conditions.iter().map(|(kind, condition)| {
        format!("{kind}={} {} since {} ms", condition.status, condition.reason, condition.since_ms)
    });
    each.collect::<Vec<_>>().join("; ")
}

/// The average over no replicas is a division by zero that upstream casts to an integer, which gives the lowest one
/// on amd64. We show 0, as later versions of Kubernetes do. No decision depends on it.
fn comparable(place: Option<MetricStatus>, status_replicas: i32) -> Option<MetricStatus> {
    let mut status = place?;
    if status_replicas == 0 && status.average_milli == Some(i64::MIN) {
        status.average_milli = Some(0);
    }
    Some(status)
}
