//! Cuts the log into syncs of one autoscaler: what it read, what it decided, what it wrote.

use serde_json::Value;

use super::controller_log::Entry;

/// One pass of the real controller.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct Sync {
    /// When the metrics had been read (or the scale, where there are none), seconds since the Unix epoch.
    pub(crate) at_unix_s: f64,
    /// `scale.spec.replicas` as it was read.
    pub(crate) spec_replicas: i32,
    /// `scale.status.replicas` as it was read.
    pub(crate) status_replicas: i32,
    /// Items of the resource metrics API's answer; `None` if there was none.
    pub(crate) pod_metrics: Option<Vec<Value>>,
    /// What the metrics asked for; `None` if they gave no count.
    pub(crate) proposed: Option<i32>,
    /// What was decided after all rules; `None` if nothing could be decided.
    pub(crate) decided: Option<i32>,
    /// Whether the scale was written.
    pub(crate) rescaled: bool,
    /// Conditions (type, status, reason) of the status that was written; `None` if it had not changed.
    pub(crate) conditions: Option<Vec<(String, String, String)>>,
}

/// The syncs of the autoscaler of `namespace/deployment`. It must be the only autoscaler of that cluster: most entries of
/// the log do not say whom they are for.
pub(crate) fn cut(entries: &[Entry], namespace: &str, deployment: &str) -> Vec<Sync> {
    let mut syncs: Vec<Sync> = Vec::new();
    // The line about the answer comes right before its body.
    let mut reads_scale = false;
    for entry in entries {
        match entry.message.as_str() {
            "Response" => {
                let is_scale = entry.field("url").is_some_and(|url| url.ends_with("/scale"));
                reads_scale = is_scale && entry.field("verb") == Some("GET");
            }
            "Request Body" => {
                let body = body(entry);
                if kind(&body) == "HorizontalPodAutoscaler"
                    && let Some(sync) = syncs.last_mut()
                {
                    sync.conditions = conditions(&body);
                }
            }
            "Response Body" => {
                let body = body(entry);
                match kind(&body) {
                    "Scale" if reads_scale && is_of(&body, namespace, deployment) => {
                        syncs.push(started(entry, &body));
                    }
                    "PodMetricsList" => {
                        if let Some(sync) = syncs.last_mut() {
                            sync.at_unix_s = entry.at_unix_s;
                            sync.pod_metrics = body["items"].as_array().cloned();
                        }
                    }
                    _ => {}
                }
            }
            "Proposing desired replicas" | "Proposing desired replicas from zero" => {
                if let Some(sync) = syncs.last_mut() {
                    sync.proposed = number(entry, "desiredReplicas");
                }
            }
            "Successfully rescaled" => {
                if let Some(sync) = syncs.last_mut() {
                    sync.decided = number(entry, "desiredReplicas");
                    sync.rescaled = true;
                }
            }
            "Decided not to scale" => {
                if let Some(sync) = syncs.last_mut() {
                    sync.decided = number(entry, "desiredReplicas");
                }
            }
            _ => {}
        }
    }
    syncs
}

fn started(entry: &Entry, scale: &Value) -> Sync {
    let replicas = |pointer: &str| scale.pointer(pointer).and_then(Value::as_i64).unwrap_or(0) as i32;
    Sync {
        at_unix_s: entry.at_unix_s,
        spec_replicas: replicas("/spec/replicas"),
        status_replicas: replicas("/status/replicas"),
        ..Sync::default()
    }
}

/// The status' conditions, sorted by type.
pub(crate) fn conditions(hpa: &Value) -> Option<Vec<(String, String, String)>> {
    let text = |condition: &Value, key: &str| condition[key].as_str().unwrap_or_default().to_owned();
    let listed = hpa.pointer("/status/conditions")?.as_array()?;
    let mut conditions: Vec<_> = listed
        .iter()
        .map(|condition| (text(condition, "type"), text(condition, "status"), text(condition, "reason")))
        .collect();
    conditions.sort();
    Some(conditions)
}

fn body(entry: &Entry) -> Value {
    entry.field("body").and_then(|body| serde_json::from_str(body).ok()).unwrap_or_default()
}

fn kind(body: &Value) -> &str {
    body["kind"].as_str().unwrap_or_default()
}

fn is_of(object: &Value, namespace: &str, name: &str) -> bool {
    object.pointer("/metadata/namespace").is_some_and(|found| found == namespace)
        && object.pointer("/metadata/name").is_some_and(|found| found == name)
}

fn number(entry: &Entry, key: &str) -> Option<i32> {
    entry.field(key)?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::super::controller_log;
    use super::*;

    /// Two syncs cut from the log of a real run: one that decides nothing, one that scales up.
    const LOG: &str = include_str!("fixtures/hpa-controller.log");

    #[test]
    fn the_syncs_of_a_real_log_are_whole() {
        let syncs = cut(&controller_log::parse(LOG, 2026), "demo", "web");
        assert_eq!(syncs.len(), 2, "the answer to a write of the scale begins no sync");
        let (quiet, rescale) = (&syncs[0], &syncs[1]);
        assert_eq!(
            (quiet.spec_replicas, quiet.proposed, quiet.decided, quiet.rescaled),
            (1, Some(1), Some(1), false)
        );
        assert_eq!((rescale.spec_replicas, rescale.decided, rescale.rescaled), (1, Some(2), true));
        assert!((rescale.at_unix_s - quiet.at_unix_s - 15.0).abs() < 0.1);
        let metrics = rescale.pod_metrics.as_deref().unwrap();
        assert_eq!(metrics[0].pointer("/containers/0/usage/cpu").unwrap(), "114795557n");
        let reasons: Vec<&str> =
            rescale.conditions.as_ref().unwrap().iter().map(|(_, _, reason)| reason.as_str()).collect();
        assert_eq!(
            reasons,
            ["SucceededRescale", "NotScaledToZero", "ValidMetricFound", "DesiredWithinRange"]
        );
    }

    #[test]
    fn other_targets_are_left_alone() {
        assert!(cut(&controller_log::parse(LOG, 2026), "demo", "gateway").is_empty());
    }
}
