use podpilot_core::PodTable;

use crate::fit::PodSize;

/// Requests and limits of a pod that serves; `None` if none does.
pub(crate) fn pod_size(pods: &PodTable) -> Option<PodSize> {
    let example = pods.pods().iter().find(|pod| pod.is_serving())?;
    let containers = pods.containers(example);
    let request: i64 = containers.iter().filter_map(|container| container.cpu_request_millicores).sum();
    // One container without a limit leaves the whole pod without one.
    let limits: Option<i64> = containers.iter().map(|container| container.cpu_limit_millicores).sum();
    let limit = limits.and_then(|limit| u32::try_from(limit).ok()).filter(|limit| *limit > 0);
    let request = u32::try_from(request).unwrap_or(0).max(1);
    Some(PodSize { cpu_request_m: limit.map_or(request, |limit| request.min(limit)), cpu_limit_m: limit })
}
