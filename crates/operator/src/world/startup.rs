use std::sync::Arc;

use k8s_openapi::api::core::v1::Pod;

use super::pods::{ready_condition, timestamp};

/// Median time from `startTime` to Ready over the pods that are Ready, seconds; `None` without any. A pod that became
/// unready and Ready again counts too long, which the median forgives.
pub fn startup_seconds(pods: &[Arc<Pod>]) -> Option<f64> {
    let mut seconds: Vec<f64> = pods.iter().filter_map(|pod| one(pod)).collect();
    seconds.sort_by(f64::total_cmp);
    seconds.get(seconds.len() / 2).copied()
}

fn one(pod: &Pod) -> Option<f64> {
    let started = timestamp(pod.status.as_ref()?.start_time.as_ref()?);
    let condition = ready_condition(pod).filter(|condition| condition.status == "True")?;
    let ready = timestamp(condition.last_transition_time.as_ref()?);
    Some((ready - started).as_seconds()).filter(|seconds| *seconds >= 0.0)
}
