//! Answers of the metrics APIs.

use podpilot_autoscalers::hpa::manifest::{MetricSpec, MetricTarget};
use podpilot_autoscalers::hpa::{HpaManifest, Quantity};

use super::draw::Draw;
use super::flavor::Flavor;
use super::manifest::DEFAULT_CPU_PERCENT;
use super::numbers::{extreme_milli, pressure, quantity, under};
use super::pods::WINDOWS_MS;
use crate::case::Sync;
use crate::world::{Container, ObjectValue, Pod, PodUsage, PodValue};

const MILLI_PER_UNIT: i64 = 1_000;
const NANOS_PER_UNIT: i128 = 1_000_000_000;
/// Upstream adds up memory in thousandths of a byte, so that this is where 64 bits end.
const LARGEST_MEMORY_BYTES: i64 = i64::MAX / MILLI_PER_UNIT;
/// Kubernetes misreads quantities below about -9.2 billion: it cuts their billionths off at 64 bits.
const LOWEST_READ_RIGHT_MILLI: i64 = i64::MAX / 1_000_000;

/// How reliable the metrics are, for a whole case.
#[derive(Clone, Copy)]
pub(super) struct Reliability {
    /// Per cent of queries that fail.
    fails: usize,
    /// Per cent of pods without a sample.
    missing: usize,
}

impl Reliability {
    pub(super) fn draw(flavor: Flavor, draw: &mut Draw) -> Self {
        let missing = match flavor {
            Flavor::Readiness => draw.pick(&[0, 20, 50]),
            _ => draw.pick(&[0, 0, 0, 10, 40]),
        };
        Self { fails: draw.pick(&[0, 0, 3, 20]), missing }
    }
}

/// Fills in what the metrics APIs answer at a sync.
pub(super) fn fill(
    sync: &mut Sync,
    hpa: &HpaManifest,
    flavor: Flavor,
    reliability: Reliability,
    draw: &mut Draw,
) {
    let pressure = pressure(draw);
    let default = [MetricSpec::cpu_utilization(DEFAULT_CPU_PERCENT)];
    let specs = hpa.spec.metrics.as_deref().filter(|metrics| !metrics.is_empty()).unwrap_or(&default);
    let usage_target = specs.iter().find_map(|spec| {
        let resource = spec.resource.as_ref().map(|source| &source.target);
        resource.or(spec.container_resource.as_ref().map(|source| &source.target))
    });
    if let Some(target) = usage_target
        && !draw.chance(reliability.fails)
    {
        sync.usage = Some(usage(sync, target, flavor, pressure, reliability, draw));
    }
    for spec in specs {
        if !draw.chance(reliability.fails) {
            answer(sync, spec, flavor, pressure, reliability, draw);
        }
    }
}

fn answer(
    sync: &mut Sync,
    spec: &MetricSpec,
    flavor: Flavor,
    pressure: i64,
    reliability: Reliability,
    draw: &mut Draw,
) {
    if let Some(source) = &spec.pods {
        let target = target_milli(&source.target);
        let values = pod_values(sync, target, flavor, pressure, reliability, draw);
        sync.pod_metrics.entry(source.metric.full_name()).or_insert(values);
    } else if let Some(source) = &spec.object {
        let object = &source.described_object;
        sync.object_metrics.push(ObjectValue {
            kind: object.kind.clone(),
            name: object.name.clone(),
            metric: source.metric.full_name(),
            value: whole(sync, &source.target, flavor, pressure, draw),
        });
    } else if let Some(source) = &spec.external {
        let count = if draw.chance(3) { 0 } else { draw.pick(&[1, 1, 1, 2, 3]) };
        let values = (0..count).map(|_| whole(sync, &source.target, flavor, pressure, draw)).collect();
        sync.external_metrics.entry(source.metric.full_name()).or_insert(values);
    }
}

fn target_milli(target: &MetricTarget) -> i64 {
    target.value.or(target.average_value).and_then(Quantity::milli_value).unwrap_or(MILLI_PER_UNIT)
}

/// A value of a whole service at `pressure` of its target.
fn whole(sync: &Sync, target: &MetricTarget, flavor: Flavor, pressure: i64, draw: &mut Draw) -> Quantity {
    if flavor == Flavor::Extreme && draw.chance(50) {
        let milli = extreme_milli(draw);
        let negative = draw.chance(15);
        return Quantity::from_milli(if negative { -(milli % LOWEST_READ_RIGHT_MILLI) } else { milli });
    }
    let replicas = i64::from(if target.average_value.is_some() { sync.status_replicas.max(1) } else { 1 });
    let usage = under(pressure, target_milli(target).saturating_mul(replicas), draw);
    // An idle service is what scales to zero.
    let usage = if flavor == Flavor::Zero && draw.chance(70) { 0 } else { usage };
    quantity(usage, draw)
}

fn pod_values(
    sync: &Sync,
    target: i64,
    flavor: Flavor,
    pressure: i64,
    reliability: Reliability,
    draw: &mut Draw,
) -> Vec<PodValue> {
    let mut named: Vec<&str> = sync.pods.iter().map(|pod| pod.name.as_str()).collect();
    named.retain(|_| !draw.chance(reliability.missing));
    let strangers = if draw.chance(8) { draw.between(1, 2) } else { 0 };
    named.extend(["gone-0", "gone-1"].iter().take(strangers as usize));
    let values = named.into_iter().map(|pod| {
        let milli = match flavor {
            Flavor::Extreme if draw.chance(40) => extreme_milli(draw),
            _ => under(pressure, target, draw),
        };
        let value = quantity(milli, draw);
        PodValue { pod: pod.to_owned(), value, at_ms: sync.at_ms, window_s: draw.pick(&[15, 60]) }
    });
    values.collect()
}

fn usage(
    sync: &Sync,
    target: &MetricTarget,
    flavor: Flavor,
    pressure: i64,
    reliability: Reliability,
    draw: &mut Draw,
) -> Vec<PodUsage> {
    let mut list = Vec::new();
    if draw.chance(2) {
        return list;
    }
    for pod in &sync.pods {
        if !draw.chance(reliability.missing) {
            list.push(pod_usage(pod, sync.at_ms, target, flavor, pressure, reliability, draw));
        }
    }
    list
}

fn pod_usage(
    pod: &Pod,
    now_ms: i64,
    target: &MetricTarget,
    flavor: Flavor,
    pressure: i64,
    reliability: Reliability,
    draw: &mut Draw,
) -> PodUsage {
    let window_ms = draw.pick(&WINDOWS_MS);
    let at_ms = match &pod.ready {
        // Where the sample's window begins with the pod's readiness, or nearly so.
        Some(ready) if draw.chance(30) => ready.since_ms + window_ms + draw.pick(&[-1, 0, 1, 1_000]),
        _ => now_ms - draw.pick(&[0, 3_000, 15_000, 31_000]),
    };
    let mut containers: Vec<Container> = Vec::new();
    for requested in &pod.containers {
        let is_missing = draw.chance(reliability.missing / 4);
        let (cpu, memory) = (
            amount(requested.cpu, 100, target, flavor, pressure, draw),
            amount(requested.memory, 64 << 20, target, flavor, pressure, draw),
        );
        let memory_bytes = (memory / MILLI_PER_UNIT).min(LARGEST_MEMORY_BYTES);
        if !is_missing {
            containers.push(Container {
                name: requested.name.clone(),
                sidecar: false,
                cpu: (!draw.chance(reliability.missing / 8)).then(|| cpu_usage(cpu, draw)),
                memory: (!draw.chance(reliability.missing / 8))
                    .then(|| Quantity::from_nanos(i128::from(memory_bytes) * NANOS_PER_UNIT)),
            });
        }
    }
    PodUsage { pod: pod.name.clone(), at_ms, window_ms, containers }
}

/// Our observations hold CPU as 64 bits of nanocores, as the metrics API reports no more.
fn cpu_usage(milli: i64, draw: &mut Draw) -> Quantity {
    quantity(milli.min(i64::MAX / 1_000_000), draw)
}

/// Usage in thousandths that puts a container with this request at `pressure` of the target.
fn amount(
    request: Option<Quantity>,
    usual: i64,
    target: &MetricTarget,
    flavor: Flavor,
    pressure: i64,
    draw: &mut Draw,
) -> i64 {
    if flavor == Flavor::Extreme && draw.chance(40) {
        return extreme_milli(draw);
    }
    let request = request.and_then(Quantity::milli_value).unwrap_or(usual);
    let base = match (target.average_utilization, target.average_value.and_then(Quantity::milli_value)) {
        (Some(percent), _) => {
            (i128::from(request) * i128::from(percent) / 100).min(i128::from(i64::MAX)) as i64
        }
        (None, Some(average)) => average,
        (None, None) => request,
    };
    under(pressure, base, draw)
}
