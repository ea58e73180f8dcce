use anyhow::{Context, Result};
use serde::{Deserialize, Serialize};

use super::plan::Size;
use crate::clock;
use crate::cluster::{Api, CpuCounters, PodCgroup, Variant};
use crate::load_generator::SteadyLoad;

/// First guess of what a request costs; only how hard the probe pushes depends on it.
const GUESSED_COST_MS: f64 = 3.8;
const PUSH: f64 = 1.25;
const PUSH_S: f64 = 14.0;
/// Until the pods are saturated for certain, seconds from the start of the push.
const SATURATED_FROM_S: f64 = 4.0;

/// What pods of a size can do: a short push beyond saturation, whose backlog is then served to the end.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Capacity {
    /// The size.
    pub(crate) size: Size,
    /// CPU milliseconds per request over push and backlog.
    pub(crate) cpu_ms_per_request: f64,
    /// Requests per second of one pod at which its CPU reaches its limit (one core without a limit).
    pub(crate) rps_per_pod: f64,
    /// CPU used as a share of the limit while saturated, mean over pods.
    pub(crate) saturated_cpu_of_limit: f64,
    /// Requests that the push sent.
    pub(crate) requests: u64,
}

/// Pushes a variant beyond saturation.
pub(crate) fn measure(api: &Api, variant: &Variant, size: Size, path: &str, seed: u64) -> Result<Capacity> {
    let groups = variant.cgroups(api)?;
    let limit_s = size.cores_per_pod() * f64::from(size.pods);
    let rate_rps = PUSH * limit_s * 1e3 / GUESSED_COST_MS;
    let load = SteadyLoad {
        url: format!("http://{}{path}", variant.address),
        rate_rps,
        warm_up_s: 0.0,
        measured_s: PUSH_S,
        timeout_s: 60.0,
        seed,
    };
    let before = total(&groups)?;
    let start_s = clock::unix_s();
    let sender = std::thread::spawn(move || load.send());
    clock::sleep_until(start_s + SATURATED_FROM_S);
    let (early, early_s) = (total(&groups)?, clock::unix_s());
    clock::sleep_until(start_s + PUSH_S);
    let (late, late_s) = (total(&groups)?, clock::unix_s());
    let measure = sender.join().ok().context("the load generator panicked")??;
    wait_until_idle(&groups)?;
    let used = total(&groups)?.since(&before);
    let cpu_ms_per_request = 1e3 * used.used_s / measure.requests as f64;
    Ok(Capacity {
        size,
        cpu_ms_per_request,
        rps_per_pod: 1e3 * size.cores_per_pod() / cpu_ms_per_request,
        saturated_cpu_of_limit: late.since(&early).used_s / (late_s - early_s) / limit_s,
        requests: measure.requests,
    })
}

/// Waits until pods have served what is left in their queues.
pub(crate) fn wait_until_idle(groups: &[PodCgroup]) -> Result<()> {
    const LONGEST_S: f64 = 60.0;
    const IDLE_CORES_PER_POD: f64 = 0.004;
    let deadline_s = clock::unix_s() + LONGEST_S;
    let mut before = total(groups)?;
    loop {
        clock::sleep_s(1.0);
        let now = total(groups)?;
        let idle = now.since(&before).used_s < IDLE_CORES_PER_POD * groups.len() as f64;
        if idle || clock::unix_s() > deadline_s {
            return Ok(());
        }
        before = now;
    }
}

fn total(groups: &[PodCgroup]) -> Result<CpuCounters> {
    let mut sum = CpuCounters::default();
    for group in groups {
        sum.add(&group.pod()?);
    }
    Ok(sum)
}
