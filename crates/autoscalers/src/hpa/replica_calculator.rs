//! From measured usage to a replica count: the arithmetic of the Kubernetes replica calculator, as pure functions.
//!
//! Sources: `replica_calculator.go` and `metrics/utilization.go` of Kubernetes 1.37. Integer division truncates and
//! integer sums wrap where they do there; a product is rounded up in 64-bit floating point and converted as Go does.

use podpilot_core::{MetricValue, PodPhase, PodTable};

use super::go_conversion::{to_i32, to_i64};
use super::metric_error::MetricError;
use super::pod_tally::PodTally;
pub use super::tolerance::Tolerances;

/// What one metric asks for.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct MetricProposal {
    /// Replicas.
    pub replicas: i32,
    /// Usage over target before missing and unready pods are filled in, 1 = on target.
    pub usage_ratio: f64,
    /// Usage × 1000 as the status shows it: the value itself, or its average over pods.
    pub usage_milli: i64,
    /// Utilization of the request in per cent, for utilization targets.
    pub utilization_percent: Option<i32>,
}

/// Usage of pods seen as a ratio to its target.
#[derive(Debug, Clone, Copy)]
struct Measured {
    ratio: f64,
    average_milli: i64,
    utilization_percent: Option<i32>,
}

/// Utilization of requests (`GetResourceReplicas`).
pub fn utilization_replicas(
    current: i32,
    target_percent: i32,
    tally: &PodTally,
    tolerances: Tolerances,
) -> Result<MetricProposal, MetricError> {
    let measure = |usage_milli: i64, request_milli: i64, pods: i64, _samples: i64| {
        if request_milli == 0 {
            return Err(MetricError::NoRequests);
        }
        let percent = usage_milli.wrapping_mul(100).wrapping_div(request_milli) as i32;
        Ok(Measured {
            ratio: f64::from(percent) / f64::from(target_percent),
            average_milli: usage_milli.wrapping_div(pods),
            utilization_percent: Some(percent),
        })
    };
    replicas_of_pods(current, tally, tolerances, measure)
}

/// Average over pods (`GetRawResourceReplicas`, `GetMetricReplicas`).
pub fn average_value_replicas(
    current: i32,
    target_milli: i64,
    tally: &PodTally,
    tolerances: Tolerances,
) -> Result<MetricProposal, MetricError> {
    let superfluous_milli = tally.superfluous.usage_milli;
    let measure = |usage_milli: i64, _request_milli: i64, _pods: i64, samples: i64| {
        let average_milli = usage_milli.wrapping_add(superfluous_milli).wrapping_div(samples);
        Ok(Measured {
            ratio: average_milli as f64 / target_milli as f64,
            average_milli,
            utilization_percent: None,
        })
    };
    replicas_of_pods(current, tally, tolerances, measure)
}

/// `measure` takes usage, request and number of the target's pods that count, and the number of all samples.
fn replicas_of_pods(
    current: i32,
    tally: &PodTally,
    tolerances: Tolerances,
    measure: impl Fn(i64, i64, i64, i64) -> Result<Measured, MetricError>,
) -> Result<MetricProposal, MetricError> {
    if tally.samples() == 0 {
        return Err(MetricError::NoCountedSample);
    }
    let counted = tally.ready;
    let measured = measure(counted.usage_milli, counted.request_milli, counted.pods, tally.samples())?;
    let replicas = if tally.missing.pods == 0 && !damped_by_unready(tally, measured.ratio) {
        if tolerances.is_within(measured.ratio) {
            current
        } else {
            ceil_to_replicas(measured.ratio * counted.pods as f64)
        }
    } else {
        cautious_replicas(current, tally, tolerances, measured.ratio, measure)?
    };
    Ok(MetricProposal {
        replicas,
        usage_ratio: measured.ratio,
        usage_milli: measured.average_milli,
        utilization_percent: measured.utilization_percent,
    })
}

fn damped_by_unready(tally: &PodTally, ratio: f64) -> bool {
    tally.unready.pods > 0 && ratio > 1.0
}

/// The count after missing and unready pods are filled in against the direction of the change.
fn cautious_replicas(
    current: i32,
    tally: &PodTally,
    tolerances: Tolerances,
    ratio: f64,
    measure: impl Fn(i64, i64, i64, i64) -> Result<Measured, MetricError>,
) -> Result<i32, MetricError> {
    let mut filled = tally.ready;
    if ratio < 1.0 {
        filled.usage_milli = filled.usage_milli.wrapping_add(tally.missing.usage_milli);
    }
    if ratio != 1.0 {
        filled.pods += tally.missing.pods;
        filled.request_milli = filled.request_milli.wrapping_add(tally.missing.request_milli);
    }
    if damped_by_unready(tally, ratio) {
        filled.pods += tally.unready.pods;
        filled.request_milli = filled.request_milli.wrapping_add(tally.unready.request_milli);
    }
    let samples = filled.pods + tally.superfluous.pods;
    let filled_ratio = measure(filled.usage_milli, filled.request_milli, filled.pods, samples)?.ratio;
    let turned_around = (ratio < 1.0 && filled_ratio > 1.0) || (ratio > 1.0 && filled_ratio < 1.0);
    if tolerances.is_within(filled_ratio) || turned_around {
        return Ok(current);
    }
    let replicas = ceil_to_replicas(filled_ratio * samples as f64);
    let against_direction =
        (filled_ratio < 1.0 && replicas > current) || (filled_ratio > 1.0 && replicas < current);
    Ok(if against_direction { current } else { replicas })
}

/// A value as a whole (`GetObjectMetricReplicas`, `GetExternalMetricReplicas`).
pub fn value_replicas(
    current: i32,
    usage_milli: i64,
    target_milli: i64,
    pods: &PodTable,
    tolerances: Tolerances,
) -> Result<MetricProposal, MetricError> {
    let usage_ratio = usage_milli as f64 / target_milli as f64;
    let replicas = if current == 0 {
        ceil_to_replicas(usage_ratio)
    } else if tolerances.is_within(usage_ratio) {
        current
    } else {
        capped_ceil(usage_ratio * running_and_ready(pods)? as f64)
    };
    Ok(MetricProposal { replicas, usage_ratio, usage_milli, utilization_percent: None })
}

/// The value of an object divided by the replicas that exist (`GetObjectPerPodMetricReplicas`).
pub fn object_value_per_pod_replicas(
    status_replicas: i32,
    usage_milli: i64,
    target_milli: i64,
    tolerances: Tolerances,
) -> MetricProposal {
    value_per_pod_replicas(status_replicas, usage_milli, target_milli, tolerances, ceil_to_replicas)
}

/// An external value divided by the replicas that exist (`GetExternalPerPodMetricReplicas`). Unlike an object's, it is
/// kept from overflowing.
pub fn external_value_per_pod_replicas(
    status_replicas: i32,
    usage_milli: i64,
    target_milli: i64,
    tolerances: Tolerances,
) -> MetricProposal {
    let mut proposal =
        value_per_pod_replicas(status_replicas, usage_milli, target_milli, tolerances, capped_ceil);
    if usage_milli as f64 >= i64::MAX as f64 {
        proposal.usage_milli = i64::MAX;
    }
    proposal
}

fn value_per_pod_replicas(
    status_replicas: i32,
    usage_milli: i64,
    target_milli: i64,
    tolerances: Tolerances,
    to_replicas: impl Fn(f64) -> i32,
) -> MetricProposal {
    let usage_ratio = usage_milli as f64 / (target_milli as f64 * f64::from(status_replicas));
    let replicas = if tolerances.is_within(usage_ratio) {
        status_replicas
    } else {
        to_replicas(usage_milli as f64 / target_milli as f64)
    };
    let average_milli = match status_replicas {
        // Kubernetes 1.37 shows what dividing by zero gives on its processor; later versions show 0.
        0 => 0,
        _ => to_i64((usage_milli as f64 / f64::from(status_replicas)).ceil()),
    };
    MetricProposal { replicas, usage_ratio, usage_milli: average_milli, utilization_percent: None }
}

/// The sum of all series of an external metric, × 1000, at most `i64::MAX`.
pub fn external_sum(values: &[MetricValue]) -> i64 {
    let mut sum = 0_i64;
    for value in values {
        if value.milli > 0 && sum > i64::MAX - value.milli {
            return i64::MAX;
        }
        sum = sum.wrapping_add(value.milli);
    }
    sum
}

/// The same sum where it is divided by pods. Any partial sum below zero is taken for an overflow and gives
/// `i64::MAX`, even if a series was negative itself.
pub fn external_sum_per_pod(values: &[MetricValue]) -> i64 {
    let mut sum = 0_i64;
    for value in values {
        sum = sum.wrapping_add(value.milli);
        if sum < 0 {
            return i64::MAX;
        }
    }
    sum
}

/// Pods that run and are ready, those being deleted included.
fn running_and_ready(pods: &PodTable) -> Result<usize, MetricError> {
    if pods.pods().is_empty() {
        return Err(MetricError::NoPods);
    }
    Ok(pods.pods().iter().filter(|pod| pod.phase == PodPhase::Running && pod.is_ready()).count())
}

fn ceil_to_replicas(replicas: f64) -> i32 {
    to_i32(replicas.ceil())
}

fn capped_ceil(replicas: f64) -> i32 {
    if replicas > f64::from(i32::MAX) { i32::MAX } else { ceil_to_replicas(replicas) }
}
