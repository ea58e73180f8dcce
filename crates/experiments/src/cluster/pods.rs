use anyhow::Result;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::Api;
use crate::clock;

/// When a watch first showed each step of a pod's start, seconds since the Unix epoch. The API's own time stamps
/// have whole seconds only; the watch is a few milliseconds late.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub(crate) struct PodTimes {
    /// Name of the pod.
    pub(crate) name: String,
    /// The pod exists.
    pub(crate) created_s: Option<f64>,
    /// It has a node.
    pub(crate) scheduled_s: Option<f64>,
    /// Its container runs, as the kubelet reports it.
    pub(crate) started_s: Option<f64>,
    /// It is Ready.
    pub(crate) ready_s: Option<f64>,
    /// Its deletion was asked for.
    pub(crate) deleting_s: Option<f64>,
    /// It is gone.
    pub(crate) gone_s: Option<f64>,
}

impl PodTimes {
    /// Notes what a watch event that came at `now_s` shows for the first time.
    pub(crate) fn note(&mut self, event_type: &str, pod: &Value, now_s: f64) {
        self.created_s.get_or_insert(now_s);
        if condition(pod, "PodScheduled") == Some("True") {
            self.scheduled_s.get_or_insert(now_s);
        }
        if pod.pointer("/status/containerStatuses/0/state/running").is_some() {
            self.started_s.get_or_insert(now_s);
        }
        if is_ready(pod) {
            self.ready_s.get_or_insert(now_s);
        }
        if pod.pointer("/metadata/deletionTimestamp").is_some() {
            self.deleting_s.get_or_insert(now_s);
        }
        if event_type == "DELETED" {
            self.gone_s.get_or_insert(now_s);
        }
    }
}

/// Whether a pod's `Ready` condition is true.
pub(crate) fn is_ready(pod: &Value) -> bool {
    condition(pod, "Ready") == Some("True")
}

/// Waits until `count` pods of a selector are Ready and no other is left; returns them.
pub(crate) fn ready_pods(
    api: &Api,
    namespace: &str,
    selector: &str,
    count: u32,
    patience_s: f64,
) -> Result<Vec<Value>> {
    let deadline_s = clock::unix_s() + patience_s;
    loop {
        let pods = api.get(&format!("/api/v1/namespaces/{namespace}/pods?labelSelector={selector}"))?;
        let pods = pods["items"].as_array().cloned().unwrap_or_default();
        let ready = pods.iter().filter(|pod| is_ready(pod)).count();
        if pods.len() == count as usize && ready == pods.len() {
            return Ok(pods);
        }
        if clock::unix_s() > deadline_s {
            anyhow::bail!(
                "{ready} of {} pods of {selector} are ready after {patience_s} s, not {count}",
                pods.len()
            );
        }
        clock::sleep_s(0.5);
    }
}

fn condition<'a>(pod: &'a Value, kind: &str) -> Option<&'a str> {
    let conditions = pod.pointer("/status/conditions")?.as_array()?;
    conditions.iter().find(|condition| condition["type"] == kind)?["status"].as_str()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn each_step_keeps_the_time_it_was_first_seen() {
        let mut times = PodTimes::default();
        let pending = json!({"status": {"conditions": [{"type": "PodScheduled", "status": "True"}]}});
        let running = json!({"status": {
            "conditions": [{"type": "PodScheduled", "status": "True"}, {"type": "Ready", "status": "True"}],
            "containerStatuses": [{"state": {"running": {}}}]}});
        times.note("ADDED", &json!({}), 1.0);
        times.note("MODIFIED", &pending, 2.0);
        times.note("MODIFIED", &running, 3.0);
        times.note("MODIFIED", &running, 4.0);
        times.note("DELETED", &running, 9.0);
        assert_eq!((times.created_s, times.scheduled_s, times.started_s), (Some(1.0), Some(2.0), Some(3.0)));
        assert_eq!((times.ready_s, times.deleting_s, times.gone_s), (Some(3.0), None, Some(9.0)));
    }
}
